package io.adit.core.fil;

import java.util.Optional;

/**
 * A faster way to hash pieces than Java's own, found by {@link java.util.ServiceLoader}: all give the same commitments, so
 * who computes one need not know which there are. This room has none itself; {@code io.adit.proofs} brings native ones.
 */
public interface PieceHashers {
    /** One for a piece that begins, unless this machine has none. Never throws for the lack of a library. */
    Optional<PieceHasher> begin();
}
