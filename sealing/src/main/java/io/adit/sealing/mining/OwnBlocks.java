package io.adit.sealing.mining;

import io.adit.chain.node.MiningBaseInfo;
import io.adit.chain.signer.BlockContent;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Epoch;
import io.adit.core.keys.Signatures;
import io.adit.core.slash.ProtectedBlock;
import io.adit.sealing.mining.MinedBlock.Phase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The miner's own blocks on the chain: told to the slash guard, which finds those that it did not permit, and looked up for
 * the journal. Depth is counted in epochs.
 */
final class OwnBlocks {
    private static final Logger LOG = LoggerFactory.getLogger(OwnBlocks.class);

    /** Faults can be reported for so long; also how far winning looks back. */
    static final long FINALITY = 900;

    /** Deeper reorgs than this do not change what the journal says. */
    private static final long WATCHED = 30;

    private static final int KNOWN = 256;

    private final MiningContext context;
    private final Map<TipSetKey, Boolean> seen = new LinkedHashMap<>();

    OwnBlocks(MiningContext context) {
        this.context = context;
    }

    /** Shows the guard the chain; needed after a start and after the lease was lost. */
    void resume(TipSet head) {
        var found = new ArrayList<ProtectedBlock>();
        var at = head;
        while (at.height().value() > 0 && head.height().minus(at.height()) <= FINALITY) {
            var below = context.node().chainGetTipSet(at.parents());
            found.addAll(ofMiner(at, below));
            remember(at.key());
            at = below;
        }
        var clock = context.times().epoch(head, context.timeline().instant());
        context.signer().resume(context.settings().miner(), clock, found);
    }

    /** Tells the guard of own blocks that are new on the chain, and the journal what became of its blocks. */
    void follow(TipSet head) {
        var at = head;
        while (at.height().value() > 0
                && !seen.containsKey(at.key())
                && head.height().minus(at.height()) <= FINALITY) {
            var below = context.node().chainGetTipSet(at.parents());
            ofMiner(at, below)
                    .forEach(
                            block -> context.signer().observe(context.settings().miner(), block));
            remember(at.key());
            at = below;
        }
        for (var block : context.journal().recent((int) WATCHED)) {
            long depth = head.height().minus(block.epoch());
            if (depth >= 0 && depth <= WATCHED) {
                settle(block, head);
            }
        }
    }

    private void settle(MinedBlock block, TipSet head) {
        boolean waits = switch (block.phase()) {
            case SIGNED, SUBMITTED, INCLUDED, ORPHANED -> true;
            case CREATING, PREPARED, REFUSED, FAILED -> false;
        };
        if (!waits) {
            return;
        }
        var cid = block.block().orElseThrow().header().cid();
        var there = context.node().chainGetTipSetByHeight(block.epoch(), head.key());
        var fate = there.key().cids().contains(cid) ? Optional.of(Phase.INCLUDED) : lost(block, head.height());
        fate.filter(phase -> phase != block.phase()).ifPresent(phase -> {
            context.journal().save(block.withPhase(phase));
            context.metrics().settled(phase);
        });
    }

    /** The head's own epoch may still get blocks. */
    private static Optional<Phase> lost(MinedBlock block, Epoch head) {
        return block.epoch().isBefore(head) ? Optional.of(Phase.ORPHANED) : Optional.empty();
    }

    private List<ProtectedBlock> ofMiner(TipSet tipSet, TipSet below) {
        return tipSet.blocks().stream()
                .filter(block -> block.miner().equals(context.settings().miner()))
                .filter(block -> isKnown(block) || isSignedByWorker(block, below.key()))
                .map(block -> BlockContent.protection(block, any(below)))
                .toList();
    }

    private boolean isKnown(BlockHeader block) {
        return context.journal()
                .find(block.height())
                .flatMap(MinedBlock::block)
                .filter(own -> own.header().equals(block))
                .isPresent();
    }

    /**
     * A full node that shows a changed head shows our block in it changed too: nobody has signed that, and the guard must not
     * take it for another copy's work. Where the worker cannot be found it is believed.
     */
    private boolean isSignedByWorker(BlockHeader block, TipSetKey below) {
        var worker = context.node()
                .minerGetBaseInfo(context.settings().miner(), block.height(), below)
                .map(MiningBaseInfo::workerKey);
        boolean forged = worker.isPresent()
                && block.blockSignature()
                        .filter(signature -> Signatures.verify(worker.get(), block.signingBytes(), signature))
                        .isEmpty();
        if (forged) {
            LOG.warn(
                    "The full node shows a block of {} at epoch {} that the worker {} has not signed; it is not ours",
                    block.miner(),
                    block.height(),
                    worker.get());
        }
        return !forged;
    }

    private static BlockHeader any(TipSet tipSet) {
        return tipSet.blocks().getFirst();
    }

    private void remember(TipSetKey key) {
        seen.put(key, true);
        if (seen.size() > KNOWN + FINALITY) {
            seen.remove(seen.keySet().iterator().next());
        }
    }
}
