package io.adit.core.slash;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;
import java.util.List;

/**
 * A block of the miner that is signed, or may be: what the three rules need to know of it.
 *
 * @param epoch the block's height
 * @param block CID of the unsigned header
 * @param parents CIDs of the parent tipset's blocks
 * @param parentEpoch height of the parent tipset
 */
public record ProtectedBlock(Epoch epoch, Cid block, List<Cid> parents, Epoch parentEpoch) {
    /** The chain's own have 38. */
    private static final int MAX_CID = 128;

    public ProtectedBlock {
        parents = List.copyOf(parents);
        requireOrder(epoch, parentEpoch);
        requireParents(parents);
        requireLength(block);
    }

    static void requireOrder(Epoch epoch, Epoch parentEpoch) {
        if (epoch.value() < 0 || parentEpoch.value() < 0 || !parentEpoch.isBefore(epoch)) {
            throw new InvalidValueException(
                    "epochs of a block and its parents", epoch + " and " + parentEpoch, "not negative and rising");
        }
    }

    static void requireParents(List<Cid> parents) {
        if (parents.isEmpty() || parents.size() > BlockIntent.MAX_PARENTS) {
            throw new InvalidValueException(
                    "number of parents of a block", parents.size(), "1 to " + BlockIntent.MAX_PARENTS);
        }
        parents.forEach(ProtectedBlock::requireLength);
    }

    private static void requireLength(Cid cid) {
        if (cid.length() > MAX_CID) {
            throw new InvalidValueException("CID of a block", cid.length() + " bytes", "at most " + MAX_CID + " bytes");
        }
    }

    static void requireId(Address miner) {
        if (miner.id().isEmpty()) {
            throw new InvalidValueException("miner of a block", miner, "an ID address");
        }
    }
}
