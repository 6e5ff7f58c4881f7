package io.adit.core.slash;

import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import java.nio.file.Path;
import java.util.List;

/**
 * What a guard guards and where.
 *
 * @param miner ID address
 * @param genesis CID of the network's genesis block; a log of one network does not serve another
 * @param directory for the log and its lock; on a disk of this machine, since locks of network file systems may lie
 * @param anchor the second memory; on another volume than the directory
 * @param mark this boot of this machine
 * @param lease the right to mine where several nodes serve the miner
 * @param waitAfterMove whether, started under another mark or lease token than the last one, to permit only blocks whose
 *     parents are after that moment (about three epochs). Only a chain that has no other block producer must not wait: it
 *     would stand still for ever
 */
public record GuardSettings(
        Address miner,
        Cid genesis,
        Path directory,
        GuardAnchor anchor,
        MachineMark mark,
        MiningLease lease,
        boolean waitAfterMove) {
    public GuardSettings {
        ProtectedBlock.requireId(miner);
    }

    /** A miner with one node. */
    public static GuardSettings of(Address miner, Cid genesis, Path directory, GuardAnchor anchor) {
        return new GuardSettings(miner, genesis, directory, anchor, MachineMark.ofSystem(), MiningLease.NONE, true);
    }

    Path log() {
        return log(directory, miner);
    }

    static Path log(Path directory, Address miner) {
        // The same name whatever the network's prefix is.
        return directory.resolve("slash-guard-" + miner.id().orElseThrow() + ".log");
    }

    Path lock() {
        return directory.resolve("slash-guard-" + miner.id().orElseThrow() + ".lock");
    }

    /** What is wrong with the first record of a log that is to be this miner's; empty if nothing is. */
    String strangeHead(List<GuardRecord> records) {
        if (records.isEmpty() || !(records.getFirst() instanceof GuardRecord.Head head)) {
            return "it does not begin with its head";
        }
        if (!head.miner().equals(miner)) {
            return "it is the log of " + head.miner();
        }
        return head.genesis().equals(genesis) ? "" : "it is of the network with genesis " + head.genesis();
    }
}
