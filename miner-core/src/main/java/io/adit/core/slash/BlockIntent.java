package io.adit.core.slash;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;
import java.util.List;

/**
 * A block that somebody wants to sign.
 *
 * <p>Blocks of the own miner are named by the CID of their <em>unsigned</em> header (dag-cbor, blake2b-256, signature
 * null), because that is known before signing; the parents of a header name signed ones.
 *
 * @param miner ID address
 * @param epoch the block's height
 * @param block CID of the unsigned header: a hash of exactly the bytes that will be signed
 * @param parents CIDs of the parent tipset's blocks, at least one
 * @param parentEpoch height of the parent tipset, below the epoch by one and the null rounds
 * @param grandparents the parents that the parent tipset's blocks have in common; empty if unknown, which refuses more
 * @param ownParents unsigned CIDs of those parents that this miner made; leaving one out refuses more
 */
public record BlockIntent(
        Address miner,
        Epoch epoch,
        Cid block,
        List<Cid> parents,
        Epoch parentEpoch,
        List<Cid> grandparents,
        List<Cid> ownParents) {
    /** Most blocks of one tipset that are read; expected are five. */
    public static final int MAX_PARENTS = 256;

    public BlockIntent {
        parents = List.copyOf(parents);
        grandparents = List.copyOf(grandparents);
        ownParents = List.copyOf(ownParents);
        ProtectedBlock.requireId(miner);
        if (grandparents.size() > MAX_PARENTS) {
            throw new InvalidValueException("number of grandparents", grandparents.size(), "at most " + MAX_PARENTS);
        }
        if (ownParents.size() > parents.size()) {
            throw new InvalidValueException("number of own parents", ownParents.size(), "at most the parents");
        }
        // Its limits are the block's.
        requireValid(epoch, block, parents, parentEpoch);
    }

    private static void requireValid(Epoch epoch, Cid block, List<Cid> parents, Epoch parentEpoch) {
        var checked = new ProtectedBlock(epoch, block, parents, parentEpoch);
        assert checked.parents().size() == parents.size();
    }

    /** What is remembered of the block. */
    public ProtectedBlock protection() {
        return new ProtectedBlock(epoch, block, parents, parentEpoch);
    }
}
