package io.adit.sealing.mining;

import io.adit.chain.node.Block;
import io.adit.chain.node.FullNode;
import io.adit.chain.signer.BlockSigner;
import io.adit.chain.signer.SigningContents;
import io.adit.chain.type.BlockHeader;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorKind;
import io.adit.core.fil.Address;
import io.adit.core.slash.SlashErrorCode;
import io.adit.core.task.CrashPoints;
import io.adit.core.time.Timeline;
import io.adit.sealing.mining.MinedBlock.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a prepared block to the network: slash guard and signature, then its time, then the node. Each step may be done
 * again after a crash; the bytes are those that were prepared.
 */
final class BlockPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(BlockPublisher.class);
    private static final Duration AGAIN = Duration.ofMillis(200);

    private final FullNode node;
    private final BlockSigner signer;
    private final BlockJournal journal;
    private final Timeline timeline;
    private final Duration mostWait;

    BlockPublisher(MiningContext context) {
        this.node = context.node();
        this.signer = context.signer();
        this.journal = context.journal();
        this.timeline = context.timeline();
        this.mostWait = context.settings().blockDelay();
    }

    /**
     * Signs and submits.
     *
     * @param prepared in phase PREPARED or SIGNED
     * @param parents the headers that the block stands on, in its order
     * @param end until when a node that cannot be reached is asked again
     * @return in phase SUBMITTED or REFUSED
     * @throws AditException {@link MiningError#MINING_ROUND_LATE} for a block whose time is more than an epoch away; what
     *     signer or node say otherwise
     */
    MinedBlock publish(MinedBlock prepared, Address worker, List<BlockHeader> parents, Instant end)
            throws InterruptedException {
        var watch = new StopWatch(timeline);
        untilTime(prepared.block().orElseThrow());
        MinedBlock signed;
        try {
            signed = sign(prepared, worker, parents);
        } catch (AditException e) {
            if (e.code() == SlashErrorCode.SLASH_BLOCK_REFUSED) {
                return journal.save(prepared.withPhase(Phase.REFUSED)
                        .withBlock(Optional.empty())
                        .withNote(message(e)));
            }
            throw e;
        }
        var signing = watch.lap();
        CrashPoints.reach("block.signed");
        var block = signed.block().orElseThrow();
        await(block);
        watch.lap();
        submit(block, end);
        CrashPoints.reach("block.submitted");
        var steps = signed.steps();
        return journal.save(signed.withPhase(Phase.SUBMITTED)
                .withSteps(new RoundSteps(
                        steps.baseInfo(),
                        steps.election(),
                        steps.proof(),
                        steps.select(),
                        steps.create(),
                        signing,
                        watch.lap())));
    }

    private MinedBlock sign(MinedBlock prepared, Address worker, List<BlockHeader> parents) {
        if (prepared.phase() == Phase.SIGNED) {
            return prepared;
        }
        var unsigned = prepared.block().orElseThrow();
        var signature = signer.sign(worker, SigningContents.block(unsigned.header(), parents));
        var header = unsigned.header().signed(signature);
        return journal.save(prepared.withPhase(Phase.SIGNED)
                .withBlock(Optional.of(new Block(header, unsigned.blsMessages(), unsigned.secp256k1Messages()))));
    }

    /** Nodes refuse blocks whose time has not come. */
    private void await(Block block) throws InterruptedException {
        var left = untilTime(block);
        if (left.isPositive()) {
            timeline.sleep(left);
        }
    }

    /** A block is made at most an epoch ahead; where its time is farther away the clock is wrong, or was. */
    private Duration untilTime(Block block) {
        var header = block.header();
        var left = Duration.between(timeline.instant(), Instant.ofEpochSecond(header.timestamp()));
        if (left.compareTo(mostWait) > 0) {
            throw new AditException(
                    MiningError.MINING_ROUND_LATE,
                    "publishing the block of epoch " + header.height() + ": its time comes in "
                            + ClockWatch.seconds(left) + ", so this machine's clock is wrong, or was when the block was"
                            + " made; it is not waited for. Set the clock by NTP");
        }
        return left;
    }

    /** Handing in the same block twice does no harm, so a node that may or may not have it is asked again. */
    private void submit(Block block, Instant end) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                node.syncSubmitBlock(block);
                return;
            } catch (AditException e) {
                if (!isWorthAnother(e) || !timeline.instant().plus(AGAIN).isBefore(end)) {
                    throw e;
                }
                LOG.info(
                        "Submitting block {} of epoch {}, attempt {}: {}",
                        block.header().cid(),
                        block.header().height(),
                        attempt,
                        e.getMessage());
                timeline.sleep(AGAIN);
            }
        }
    }

    /** Also where the node's clock is a little behind ours. */
    private static boolean isWorthAnother(AditException e) {
        return e.kind() == ErrorKind.NETWORK || message(e).contains("from the future");
    }

    static String message(AditException e) {
        return String.valueOf(e.getMessage());
    }
}
