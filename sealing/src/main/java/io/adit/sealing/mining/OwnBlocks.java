package io.adit.sealing.mining;

import io.adit.chain.node.MiningBaseInfo;
import io.adit.chain.signer.BlockContent;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorKind;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.keys.Signatures;
import io.adit.core.slash.ProtectedBlock;
import io.adit.sealing.mining.MinedBlock.Phase;
import java.util.ArrayDeque;
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

    private record Step(TipSet at, TipSet below) {}

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
        observe(head);
        for (var block : context.journal().recent((int) WATCHED)) {
            long depth = head.height().minus(block.epoch());
            if (depth >= 0 && depth <= WATCHED) {
                try {
                    settle(block, head);
                } catch (AditException e) {
                    // The journal is for the operator; blocks are made without it being up to date.
                    LOG.warn("Looking for what became of the block of epoch {}: {}", block.epoch(), e.getMessage());
                }
            }
        }
    }

    /** From the oldest on: a tipset that was seen says that all below it were, so where it breaks off the rest is seen next. */
    private void observe(TipSet head) {
        var unseen = new ArrayDeque<Step>();
        var at = head;
        while (at.height().value() > 0
                && !seen.containsKey(at.key())
                && head.height().minus(at.height()) <= FINALITY) {
            var below = context.node().chainGetTipSet(at.parents());
            unseen.push(new Step(at, below));
            at = below;
        }
        for (var step : unseen) {
            ofMiner(step.at(), step.below())
                    .forEach(
                            block -> context.signer().observe(context.settings().miner(), block));
            remember(step.at().key());
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
     * take it for another copy's work. Where the worker cannot be found it is believed: a full node has not the state of all old
     * rounds, and the guard accounts for those up to its floor anyway.
     */
    private boolean isSignedByWorker(BlockHeader block, TipSetKey below) {
        var worker = workerOf(block, below);
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

    private Optional<Address> workerOf(BlockHeader block, TipSetKey below) {
        try {
            return context.node()
                    .minerGetBaseInfo(context.settings().miner(), block.height(), below)
                    .map(MiningBaseInfo::workerKey);
        } catch (AditException e) {
            if (e.kind() != ErrorKind.CHAIN) {
                throw e;
            }
            LOG.info(
                    "The full node does not say who was the worker of {} at epoch {}, so its block there counts as signed: {}",
                    block.miner(),
                    block.height(),
                    e.getMessage());
            return Optional.empty();
        }
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
