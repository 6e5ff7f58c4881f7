package io.adit.simulation;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What the chain, as it stands in the end, holds of accepted window proofs. */
final class ProvenWindows {
    /** One partition in one window. */
    record Window(long challenge, long deadline, long partition) {}

    private final Set<Window> proven = new HashSet<>();
    private final Map<Long, Integer> refusals = new HashMap<>();

    private ProvenWindows() {}

    /** Reads the chain back to an epoch. */
    static ProvenWindows read(FullNode chain, Address miner, long since) {
        var found = new ProvenWindows();
        TipSet tipSet = chain.chainHead();
        while (tipSet.height().value() > since) {
            var block = tipSet.key().cids().getFirst();
            var messages = chain.chainGetParentMessages(block);
            var receipts = chain.chainGetParentReceipts(block);
            for (int i = 0; i < messages.size(); i++) {
                var message = messages.get(i).message();
                if (message.to().equals(miner) && message.method() == MinerMethod.SUBMIT_WINDOWED_POST.number()) {
                    found.note(
                            SubmitWindowedPoStParams.fromCbor(message.params()),
                            receipts.get(i).exitCode());
                }
            }
            tipSet = chain.chainGetTipSet(
                    new TipSetKey(tipSet.blocks().getFirst().parents()));
        }
        return found;
    }

    private void note(SubmitWindowedPoStParams params, long exitCode) {
        if (exitCode != 0) {
            refusals.merge(exitCode, 1, Integer::sum);
            return;
        }
        params.partitions()
                .forEach(partition -> proven.add(
                        new Window(params.chainCommitEpoch().value(), params.deadline(), partition.index())));
    }

    /** Whether a proof was accepted whose challenge lies at that epoch. */
    boolean holds(long challenge, long deadline, long partition) {
        return proven.contains(new Window(challenge, deadline, partition));
    }

    /** Refused window proofs by exit code. */
    Map<Long, Integer> refusals() {
        return Map.copyOf(refusals);
    }
}
