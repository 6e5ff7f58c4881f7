package io.adit.sealing.pipeline;

import io.adit.chain.actor.BatchReturn;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.actor.SectorOnChainInfo;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.SectorRecord;
import io.adit.core.task.Outcome;
import io.adit.core.task.TaskContext;
import io.adit.sealing.SealingError;
import io.adit.sealing.StoredIntents;
import java.util.List;
import java.util.Optional;

/**
 * Waits until the chain knows the sector, with some epochs on it: from then on nothing of a seal has to be done again,
 * and its layers and trees may go.
 */
final class CommitWaitTask extends SectorTask {

    /** Epochs after a message that ended well within which its effect is to be seen. */
    static final long SHOWN_WITHIN = 20;

    private final SectorRandomness randomness;
    private final MessageRefusal refusal;

    CommitWaitTask(SealingContext context, SealingMetrics metrics, SectorRandomness randomness) {
        super(context, SealingStep.COMMIT_WAIT, metrics);
        this.randomness = randomness;
        this.refusal = new MessageRefusal(context, metrics);
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) {
        String key = context.store().read(tx -> MessageKeys.current(tx, MessageKeys.COMMIT, sector.number()));
        boolean ours = StoredIntents.signed(context.store(), key).isPresent();
        TipSet head = context.node().chainHead();
        if (ours) {
            Optional<MessageLookup> found =
                    refusal.found(key, context.settings().commitConfidence());
            if (found.isEmpty()) {
                return context.atNextHead("commit message "
                        + sector.commitCid().map(Object::toString).orElse("") + " is not deep enough on the chain");
            }
            var verdict = verdict(sector, key, found.get());
            if (!verdict.isSuccess()) {
                return refused(sector, id, head, verdict);
            }
        }
        Optional<SectorOnChainInfo> info =
                context.node().stateSectorGetInfo(id.miner().address(), sector.number(), head.key());
        if (info.isEmpty()) {
            return ours
                    ? notShown(sector, head)
                    : context.next(sector.number(), SealingStep.COMMIT_SEND, current -> current);
        }
        return context.next(
                sector.number(),
                SealingStep.FINALIZE,
                current -> current.withActivation(Optional.of(info.get().activation()))
                        .withExpiration(Optional.of(info.get().expiration())));
    }

    /** A message of several sectors that ended well says of each whether it was activated. */
    private MessageRefusal.Verdict verdict(SectorRecord sector, String key, MessageLookup lookup) {
        var receipt = lookup.receipt();
        List<SectorNumber> sectors = StoredIntents.signed(context.store(), key)
                .map(record -> ProveCommitSectors3Params.fromCbor(
                                record.params().array())
                        .sectorActivations())
                .orElse(List.of())
                .stream()
                .map(SectorActivationManifest::sectorNumber)
                .toList();
        if (receipt.isSuccess() && sectors.size() > 1 && receipt.returnValue().length > 0) {
            List<Long> codes = BatchReturn.fromCbor(receipt.returnValue()).exitCodes();
            int place = sectors.indexOf(sector.number());
            if (place >= 0 && place < codes.size()) {
                return new MessageRefusal.Verdict(lookup, codes.get(place), sectors.size());
            }
        }
        return new MessageRefusal.Verdict(lookup, receipt.exitCode(), sectors.size());
    }

    /** The message ended well, so the chain shows the sector at once, unless it was not activated after all. */
    private Outcome notShown(SectorRecord sector, TipSet head) {
        var found = context.outbox()
                .found(context.store().read(tx -> MessageKeys.current(tx, MessageKeys.COMMIT, sector.number())), 0);
        if (found.isEmpty() || head.height().minus(found.get().height()) <= SHOWN_WITHIN) {
            return context.atNextHead("the chain does not show the sector yet");
        }
        return new Outcome.Park(
                SealingError.COMMIT_FAILED,
                "message " + found.get().message() + " ended at epoch "
                        + found.get().height().value() + " without an error, but the chain does not show sector "
                        + sector.number().value() + " at epoch " + head.height().value()
                        + "; retry the sector to have the chain asked again");
    }

    /** A refused proof whose seed a reorg has changed is made again at once; nobody has to be asked. */
    private Outcome refused(SectorRecord sector, SectorId id, TipSet head, MessageRefusal.Verdict verdict) {
        var info = context.node().stateSectorPreCommitInfo(id.miner().address(), sector.number(), head.key());
        if (info.isPresent() && randomness.seedChanged(sector, info.get(), head)) {
            return Outcome.done(tx -> {
                MessageKeys.nextAttempt(tx, MessageKeys.COMMIT, sector.number());
                context.goTo(tx, sector.number(), SealingStep.SEED_WAIT, current -> current);
            });
        }
        return refusal.outcome(
                sector, SealingStep.COMMIT_SEND, MessageKeys.COMMIT, SealingError.COMMIT_FAILED, verdict);
    }
}
