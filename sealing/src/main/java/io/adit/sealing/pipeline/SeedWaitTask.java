package io.adit.sealing.pipeline;

import io.adit.chain.actor.SectorPreCommitOnChainInfo;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorId;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorSeed;
import io.adit.core.task.Outcome;
import io.adit.core.task.TaskContext;
import java.util.Optional;

/**
 * Waits for the interactive seed: beacon randomness of the epoch that lies the chain's challenge delay after the
 * pre-commit, with some epochs on it, because a reorg that moves it makes a whole proof useless.
 */
final class SeedWaitTask extends SectorTask {

    private final SectorRandomness randomness;

    SeedWaitTask(SealingContext context, SealingMetrics metrics, SectorRandomness randomness) {
        super(context, SealingStep.SEED_WAIT, metrics);
        this.randomness = randomness;
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) {
        TipSet head = context.node().chainHead();
        Optional<SectorPreCommitOnChainInfo> info =
                context.node().stateSectorPreCommitInfo(id.miner().address(), sector.number(), head.key());
        if (info.isEmpty()) {
            return new PreCommitGone(context).outcome(sector, id, head);
        }
        Epoch preCommitted = info.get().preCommitEpoch();
        Epoch epoch = preCommitted.plus(context.node().stateGetNetworkParams().preCommitChallengeDelay());
        Epoch from = epoch.plus(context.settings().seedConfidence());
        if (head.height().isBefore(from)) {
            return context.atNextHead("seed of epoch " + epoch.value() + " is taken from epoch " + from.value()
                    + " on, the chain is at " + head.height().value());
        }
        SectorSeed seed = randomness.seed(epoch, head);
        return context.next(
                sector.number(),
                SealingStep.COMMIT_1,
                current -> current.withPreCommitEpoch(Optional.of(preCommitted)).withSeed(Optional.of(seed)));
    }
}
