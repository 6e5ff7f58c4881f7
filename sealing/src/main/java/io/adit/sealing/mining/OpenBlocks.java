package io.adit.sealing.mining;

import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.sealing.mining.MinedBlock.Phase;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Blocks that an earlier run prepared and did not get out: the same ones go out now, or none. */
final class OpenBlocks {
    private static final Logger LOG = LoggerFactory.getLogger(OpenBlocks.class);

    private final MiningContext context;

    OpenBlocks(MiningContext context) {
        this.context = context;
    }

    /** To be called once the clock is known to agree with the head. Takes an epoch for each block at the most. */
    void finish(TipSet head) throws InterruptedException {
        for (var block : context.journal().recent(2)) {
            if (block.phase() == Phase.PREPARED || block.phase() == Phase.SIGNED) {
                try {
                    finish(block, head);
                } catch (AditException e) {
                    LOG.warn("Finishing the block of epoch {}: {}", block.epoch(), e.getMessage());
                }
            } else if (block.phase() == Phase.CREATING) {
                context.journal()
                        .save(block.withPhase(Phase.FAILED)
                                .withNote("the node ended while the full node made the block"));
            }
        }
    }

    private void finish(MinedBlock block, TipSet head) throws InterruptedException {
        var header = block.block().orElseThrow().header();
        var below = context.node().chainGetTipSet(new TipSetKey(header.parents()));
        var end = context.times().end(below, block.epoch());
        // Where the chain has not passed it, it is not too late: perhaps nobody else makes blocks here.
        if (context.timeline().instant().isBefore(end) || head.height().isBefore(block.epoch())) {
            var worker = context.node()
                    .minerGetBaseInfo(context.settings().miner(), block.epoch(), below.key())
                    .orElseThrow(() -> new AditException(
                            MiningError.MINING_KEY_MISSING,
                            "the chain does not name the worker of that epoch any more"))
                    .workerKey();
            var done = new BlockPublisher(context).publish(block, worker, below.blocks(), end);
            LOG.info("The block of epoch {} that an earlier run prepared is {}", block.epoch(), done.phase());
        } else if (block.phase() == Phase.PREPARED) {
            context.journal()
                    .save(block.withPhase(Phase.FAILED)
                            .withBlock(Optional.empty())
                            .withNote("the node was not running when its time came"));
        }
    }
}
