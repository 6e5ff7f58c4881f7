package io.adit.sealing.proving;

import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.util.List;

/**
 * A window proof of ours that somebody disputed with success (DisputeWindowedPoSt, FIP-0010): its sectors became faulty and
 * the miner was fined.
 *
 * @param epoch height of the tipset that has the message's receipt
 * @param deadline the deadline it was accepted for
 * @param postIndex which of that deadline's optimistic proofs
 * @param partitions whose sectors became faulty in that tipset
 * @param sectors how many became faulty
 * @param penalty attoFIL that the miner's balance fell by in that tipset: fine and reward of the disputer, and whatever other
 *     messages did
 * @param disputer who sent the message
 * @param message its CID
 */
public record Dispute(
        Epoch epoch,
        long deadline,
        long postIndex,
        List<Long> partitions,
        long sectors,
        TokenAmount penalty,
        Address disputer,
        Cid message) {

    /** Copies the partitions. */
    public Dispute {
        partitions = List.copyOf(partitions);
    }
}
