package io.adit.sealing.pipeline;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.DataActivationNotification;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PieceActivationManifest;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.actor.SectorPreCommitOnChainInfo;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.SectorPiece;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.Tx;
import io.adit.core.task.Outcome;
import io.adit.core.task.TaskContext;
import io.adit.sealing.SealingError;
import io.adit.sealing.StoredIntents;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends ProveCommitSectors3 with the manifest that activates the sector's deals (FIP-0076). Before it does, it fetches
 * the seed once more, since a reorg may have changed it, and verifies the stored proof once more.
 */
final class CommitSendTask extends SectorTask {

    private static final Logger LOG = LoggerFactory.getLogger(CommitSendTask.class);

    private final SectorRandomness randomness;
    private final SealingMetrics metrics;

    CommitSendTask(SealingContext context, SealingMetrics metrics, SectorRandomness randomness) {
        super(context, SealingStep.COMMIT_SEND, metrics);
        this.randomness = randomness;
        this.metrics = metrics;
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) {
        String key = context.store().transact(tx -> MessageKeys.toSend(tx, MessageKeys.COMMIT, sector.number()));
        TipSet head = context.node().chainHead();
        Optional<MessageRecord> signed = StoredIntents.signed(context.store(), key);
        if (signed.isPresent()) {
            // The same bytes go out again; whether a reorg has made them useless is for the wait to find out.
            return sent(sector, key, context.outbox().send(StoredIntents.of(signed.get())));
        }
        Optional<SectorPreCommitOnChainInfo> info =
                context.node().stateSectorPreCommitInfo(id.miner().address(), sector.number(), head.key());
        if (info.isEmpty()) {
            return new PreCommitGone(context).outcome(sector, id, head);
        }
        if (randomness.seedChanged(sector, info.get(), head)) {
            LOG.warn(
                    "sector {}: a reorg changed the seed; proving again",
                    sector.number().value());
            return context.next(sector.number(), SealingStep.SEED_WAIT, current -> current);
        }
        if (sector.proof().isEmpty()
                || !SealCheck.holds(
                        context.proofs(), sector, id, sector.proof().get().array())) {
            metrics.proofRejected();
            return context.next(sector.number(), SealingStep.COMMIT_2, current -> current);
        }
        return sent(sector, key, context.outbox().send(intent(key, sector, id, head, info.get())));
    }

    /** The message is what was signed, so it says which deals it does not activate, also after a crash. */
    private Outcome sent(SectorRecord sector, String key, Cid cid) {
        byte[] params = StoredIntents.signed(context.store(), key)
                .map(record -> record.params().array())
                .orElseThrow();
        List<PieceActivationManifest> manifests =
                ProveCommitSectors3Params.fromCbor(params).sectorActivations().stream()
                        .flatMap(activation -> activation.pieces().stream())
                        .toList();
        return Outcome.done(tx -> {
            dropped(sector, manifests).forEach(deal -> fail(tx, sector, deal));
            context.goTo(
                    tx, sector.number(), SealingStep.COMMIT_WAIT, current -> current.withCommitCid(Optional.of(cid)));
        });
    }

    private static List<UUID> dropped(SectorRecord sector, List<PieceActivationManifest> manifests) {
        List<UUID> deals = sector.pieces().stream()
                .map(SectorPiece::deal)
                .flatMap(Optional::stream)
                .toList();
        return IntStream.range(0, Math.min(deals.size(), manifests.size()))
                .filter(i -> manifests.get(i).notifications().isEmpty())
                .mapToObj(deals::get)
                .toList();
    }

    private static void fail(Tx tx, SectorRecord sector, UUID deal) {
        String why = SealingError.DEALS_EXPIRED.name() + ": its start epoch"
                + DealNotes.find(tx, deal)
                        .map(note -> " " + note.start().value())
                        .orElse("")
                + " passed before sector " + sector.number().value() + " was proven; it was not activated";
        tx.deals()
                .find(deal)
                .filter(record -> record.error().isEmpty())
                .ifPresent(record -> tx.deals().update(record.withError(Optional.of(why))));
    }

    private MessageIntent intent(
            String key, SectorRecord sector, SectorId id, TipSet head, SectorPreCommitOnChainInfo info) {
        TokenAmount pledge = context.node()
                .stateMinerInitialPledgeForSector(
                        info.info().expiration().minus(head.height()),
                        context.settings().sectorSize(),
                        0,
                        head.key());
        TokenAmount value = pledge.minus(info.preCommitDeposit()).max(TokenAmount.ZERO);
        List<PieceActivationManifest> pieces = manifest(sector, head.height());
        var params = ProveCommitSectors3Params.individual(
                List.of(new SectorActivationManifest(sector.number(), pieces)),
                List.of(sector.proof().orElseThrow().array()),
                !pieces.isEmpty() && context.settings().requireDealActivation());
        return new MessageIntent(
                        key,
                        context.settings().worker(),
                        id.miner().address(),
                        value,
                        MinerMethod.PROVE_COMMIT_SECTORS3.number(),
                        params.toCbor(),
                        context.settings().maxCommitFee(),
                        MessagePriority.COMMIT)
                .dueBy(due(sector, info));
    }

    /** Before the pre-commit expires, and before the first deal starts. */
    private Epoch due(SectorRecord sector, SectorPreCommitOnChainInfo info) {
        Epoch expiry = info.preCommitEpoch().plus(SectorPolicy.MAX_PROVE_COMMIT_DURATION);
        return context.store()
                .read(tx -> DealNotes.of(tx, sector).stream()
                        .map(DealNotes.Note::start)
                        .min(Comparator.naturalOrder()))
                .filter(start -> start.isBefore(expiry))
                .orElse(expiry);
    }

    /**
     * The deals' pieces in order; the actor infers the padding. A deal whose start has passed cannot be activated any
     * more: its bytes are declared, since they are part of CommD, but the market is not told.
     */
    private List<PieceActivationManifest> manifest(SectorRecord sector, Epoch head) {
        var pieces = new ArrayList<PieceActivationManifest>();
        for (SectorPiece piece : sector.pieces()) {
            if (piece.deal().isEmpty()) {
                continue;
            }
            var note = context.store()
                    .read(tx -> DealNotes.find(tx, piece.deal().get()))
                    .orElseThrow();
            List<DataActivationNotification> notifications = List.of(new DataActivationNotification(
                    Actor.MARKET, note.notification().array()));
            if (!head.isBefore(note.start())) {
                LOG.error(
                        "sector {}: deal {} had to start at epoch {} and cannot be activated at {}",
                        sector.number().value(),
                        note.chainDealId(),
                        note.start().value(),
                        head.value());
                notifications = List.of();
            }
            pieces.add(new PieceActivationManifest(
                    piece.piece().pieceCidV1(), piece.piece().size().bytes(), Optional.empty(), notifications));
        }
        return pieces;
    }
}
