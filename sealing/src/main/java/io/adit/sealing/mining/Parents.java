package io.adit.sealing.mining;

import io.adit.chain.node.ChainApi;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import java.util.HashSet;
import java.util.List;

/** Chooses what a round's block stands on. */
final class Parents {
    private final ChainApi node;

    Parents(ChainApi node) {
        this.node = node;
    }

    /** The newest tipset below the round on the heaviest chain that the node knows. */
    TipSet choose(Epoch round) {
        var tipSet = node.chainHead();
        while (!tipSet.height().isBefore(round)) {
            // Others were faster: their blocks of this round stand beside ours, not under it.
            tipSet = node.chainGetTipSet(tipSet.parents());
        }
        return tipSet;
    }

    /**
     * What the block stands on after the head was looked at again.
     *
     * <p>Blocks that came later to the same tipset are not taken in, but those that left it (because their miner made two)
     * are let go, as Lotus does: whoever shows blocks late must not be able to split the network. Where the head went to
     * another tipset altogether, the chosen one is on a lighter chain, and a block on it would be an orphan: the new one is
     * taken.
     */
    static TipSet settle(TipSet chosen, TipSet now) {
        if (chosen.key().equals(now.key()) || !chosen.height().equals(now.height())) {
            return now;
        }
        var there = new HashSet<>(now.key().cids());
        List<BlockHeader> left = chosen.blocks().stream()
                .filter(block -> there.contains(block.cid()))
                .toList();
        if (left.isEmpty()) {
            return now;
        }
        return left.size() == chosen.blocks().size() ? chosen : TipSet.of(left);
    }
}
