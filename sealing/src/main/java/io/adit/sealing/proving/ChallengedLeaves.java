package io.adit.sealing.proving;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.Hashes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Which 32-byte leaves of a sector's replica a window PoSt opens.
 *
 * <p>Source: {@code generate_leaf_challenge} of storage-proofs-post 19.1.0, with the index rule of FIP-0061 (proof type
 * V1_1): a sector's leaves depend on the challenge and its number only, not on its place among the others.
 */
final class ChallengedLeaves {

    /** {@code WINDOW_POST_CHALLENGE_COUNT} of filecoin-proofs. */
    static final int COUNT = 10;

    static final int LEAF_BYTES = 32;

    private ChallengedLeaves() {}

    /**
     * The leaves of one sector, in the order of their challenges; one may be there twice.
     *
     * @param type a window PoSt of version V1_1
     */
    static List<Long> of(RegisteredPoStProof type, Randomness challenge, SectorNumber sector) {
        if (type.isWinning() || type != RegisteredPoStProof.window(type.sectorSize())) {
            throw new InvalidValueException("proof whose leaves are read", type, "a window PoSt V1_1");
        }
        byte[] element = challenge.bytes();
        element[Randomness.LENGTH - 1] &= 0x3f;
        long leaves = type.sectorSize().bytes() / LEAF_BYTES;
        var challenged = new ArrayList<Long>();
        for (int index = 0; index < COUNT; index++) {
            byte[] hash = Hashes.sha256(ByteBuffer.allocate(Randomness.LENGTH + 2 * Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(element)
                    .putLong(sector.value())
                    .putLong(index)
                    .array());
            long drawn = ByteBuffer.wrap(hash).order(ByteOrder.LITTLE_ENDIAN).getLong();
            challenged.add(Long.remainderUnsigned(drawn, leaves));
        }
        return challenged;
    }
}
