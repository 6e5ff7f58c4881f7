package io.adit.core.fil;

/** What hashes one piece behind {@link CommP}, which checks and counts for it. Not thread-safe; one use. */
public interface PieceHasher {
    /** Takes more payload. */
    void update(byte[] data, int offset, int count);

    /**
     * The commitment of the payload filled up with zeros to {@code size}, which holds it. Gives back what the hasher held;
     * one that is neither asked nor abandoned gives it back when it is garbage.
     */
    Commitment finish(PaddedSize size);

    /** Gives back what the hasher held; no commitment is wanted. */
    void abandon();
}
