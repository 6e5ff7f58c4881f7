package io.adit.chain.type;

import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.ipld.Hashes;
import java.nio.ByteBuffer;

/** Derives randomness from a ticket or a beacon entry (Filecoin spec, "Randomness"). */
public final class ChainRandomness {
    private ChainRandomness() {}

    /**
     * {@code blake2b-256(i64be(tag) || blake2b-256(base) || i64be(epoch) || entropy)}.
     *
     * @param base a ticket's VRF proof, or a beacon entry's signature
     * @param entropy often the CBOR of the miner's address; may be empty
     */
    public static Randomness draw(byte[] base, DomainSeparationTag tag, Epoch epoch, byte[] entropy) {
        return drawFromDigest(Hashes.blake2b256(base), tag, epoch, entropy);
    }

    /** As {@link #draw} where blake2b-256 of the base is known already. */
    public static Randomness drawFromDigest(byte[] digest, DomainSeparationTag tag, Epoch epoch, byte[] entropy) {
        var input = ByteBuffer.allocate(8 + digest.length + 8 + entropy.length);
        input.putLong(tag.number()).put(digest).putLong(epoch.value()).put(entropy);
        return Randomness.of(Hashes.blake2b256(input.array()));
    }
}
