package io.adit.sealing.pipeline;

import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.SectorPreCommitOnChainInfo;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.SectorId;
import io.adit.core.state.SectorRecord;
import io.adit.core.task.Outcome;
import io.adit.core.task.TaskContext;
import io.adit.sealing.SealingError;
import io.adit.sealing.StoredIntents;
import java.util.Optional;

/** Waits until the pre-commit is on the chain with some epochs on it, and takes its epoch from the chain. */
final class PreCommitWaitTask extends SectorTask {

    private final MessageRefusal refusal;

    PreCommitWaitTask(SealingContext context, SealingMetrics metrics) {
        super(context, SealingStep.PRE_COMMIT_WAIT, metrics);
        this.refusal = new MessageRefusal(context, metrics);
    }

    /** The message ended well, so the chain shows the pre-commit at once; much later it has expired. */
    private Outcome notShown(SectorRecord sector, TipSet head) {
        var found = context.outbox()
                .found(context.store().read(tx -> MessageKeys.current(tx, MessageKeys.PRE_COMMIT, sector.number())), 0);
        if (found.isEmpty() || head.height().minus(found.get().height()) <= CommitWaitTask.SHOWN_WITHIN) {
            return context.atNextHead("the chain does not show the pre-commit yet");
        }
        return new Outcome.Park(
                SealingError.PRECOMMIT_EXPIRED,
                "message " + found.get().message() + " ended at epoch "
                        + found.get().height().value() + " without an error, but at epoch "
                        + head.height().value() + " the chain shows no pre-commit of sector "
                        + sector.number().value());
    }

    private int sectorsIn(String key) {
        return StoredIntents.signed(context.store(), key)
                .map(record -> PreCommitSectorBatch2Params.fromCbor(
                                record.params().array())
                        .sectors()
                        .size())
                .orElse(1);
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) {
        var miner = id.miner().address();
        String key = context.store().read(tx -> MessageKeys.current(tx, MessageKeys.PRE_COMMIT, sector.number()));
        boolean ours = StoredIntents.signed(context.store(), key).isPresent();
        if (ours) {
            Optional<MessageLookup> found =
                    refusal.found(key, context.settings().preCommitConfidence());
            if (found.isEmpty()) {
                return context.atNextHead("pre-commit message "
                        + sector.preCommitCid().map(Object::toString).orElse("") + " is not deep enough on the chain");
            }
            if (!found.get().receipt().isSuccess()) {
                return refusal.outcome(
                        sector,
                        SealingStep.PRE_COMMIT_SEND,
                        MessageKeys.PRE_COMMIT,
                        SealingError.PRECOMMIT_FAILED,
                        new MessageRefusal.Verdict(
                                found.get(), found.get().receipt().exitCode(), sectorsIn(key)));
            }
        }
        var head = context.node().chainHead();
        Optional<SectorPreCommitOnChainInfo> info =
                context.node().stateSectorPreCommitInfo(miner, sector.number(), head.key());
        if (info.isEmpty()) {
            if (context.node()
                    .stateSectorGetInfo(miner, sector.number(), head.key())
                    .isPresent()) {
                return context.next(sector.number(), SealingStep.COMMIT_WAIT, current -> current);
            }
            return ours
                    ? notShown(sector, head)
                    : context.next(sector.number(), SealingStep.PRE_COMMIT_SEND, current -> current);
        }
        if (!Optional.of(info.get().info().sealedCid()).equals(sector.commR().map(Commitment::asSealedCid))) {
            return new Outcome.Park(
                    SealingError.SECTOR_NUMBER_TAKEN,
                    "the chain has another sealed CID for sector "
                            + sector.number().value() + ": " + info.get().info().sealedCid());
        }
        return context.next(
                sector.number(),
                SealingStep.SEED_WAIT,
                current -> current.withPreCommitEpoch(Optional.of(info.get().preCommitEpoch())));
    }
}
