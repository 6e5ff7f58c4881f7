package io.adit.sealing.pipeline;

import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorId;
import io.adit.core.state.SectorRecord;
import io.adit.core.task.Outcome;
import io.adit.sealing.SealingError;
import java.util.Optional;

/** What it means when the chain no longer shows a sector's pre-commit: proven, expired, or lost in a reorg. */
final class PreCommitGone {

    private final SealingContext context;

    PreCommitGone(SealingContext context) {
        this.context = context;
    }

    Outcome outcome(SectorRecord sector, SectorId id, TipSet head) {
        if (context.node()
                .stateSectorGetInfo(id.miner().address(), sector.number(), head.key())
                .isPresent()) {
            return context.next(sector.number(), SealingStep.COMMIT_WAIT, current -> current);
        }
        long delay = context.node().stateGetNetworkParams().preCommitChallengeDelay();
        Optional<Epoch> deadline =
                sector.preCommitEpoch().map(epoch -> epoch.plus(SectorPolicy.MAX_PROVE_COMMIT_DURATION + delay));
        if (deadline.isPresent() && head.height().isAfter(deadline.get())) {
            return new Outcome.Park(
                    SealingError.PRECOMMIT_EXPIRED,
                    "sector " + sector.number().value() + " had to be proven by epoch "
                            + deadline.get().value() + ", the chain is at "
                            + head.height().value());
        }
        return context.next(sector.number(), SealingStep.PRE_COMMIT_WAIT, current -> current);
    }
}
