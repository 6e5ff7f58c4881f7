package io.adit.sealing.pipeline;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.SectorRecord;
import io.adit.core.task.Outcome;
import io.adit.core.task.TaskContext;
import io.adit.sealing.SealingError;
import io.adit.sealing.StoredIntents;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Sends PreCommitSectorBatch2 for one sector, with the deposit the chain asks for, unless the chain has it already. */
final class PreCommitSendTask extends SectorTask {

    PreCommitSendTask(SealingContext context, SealingMetrics metrics) {
        super(context, SealingStep.PRE_COMMIT_SEND, metrics);
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) {
        if (sector.ticket().isEmpty()
                || sector.commR().isEmpty()
                || sector.commD().isEmpty()) {
            return context.next(sector.number(), SealingStep.TICKET, current -> current);
        }
        TipSet head = context.node().chainHead();
        var miner = id.miner().address();
        if (context.node()
                .stateSectorGetInfo(miner, sector.number(), head.key())
                .isPresent()) {
            return context.next(sector.number(), SealingStep.COMMIT_WAIT, current -> current);
        }
        if (context.node()
                .stateSectorPreCommitInfo(miner, sector.number(), head.key())
                .isPresent()) {
            return context.next(sector.number(), SealingStep.PRE_COMMIT_WAIT, current -> current);
        }
        String key = context.store().transact(tx -> MessageKeys.toSend(tx, MessageKeys.PRE_COMMIT, sector.number()));
        Optional<MessageRecord> signed = StoredIntents.signed(context.store(), key);
        if (signed.isEmpty() && TicketTask.expired(sector.ticket().get(), head.height())) {
            return context.next(sector.number(), SealingStep.TICKET, current -> current);
        }
        if (signed.isEmpty()) {
            Optional<Outcome> tooLong = tooLong(sector, head.height());
            if (tooLong.isPresent()) {
                return tooLong.get();
            }
        }
        Cid cid = context.outbox().send(signed.map(StoredIntents::of).orElseGet(() -> intent(key, sector, id, head)));
        return context.next(
                sector.number(), SealingStep.PRE_COMMIT_WAIT, current -> current.withPreCommitCid(Optional.of(cid)));
    }

    private MessageIntent intent(String key, SectorRecord sector, SectorId id, TipSet head) {
        var miner = id.miner().address();
        SectorPreCommitInfo info = preCommitInfo(sector, head.height());
        TokenAmount deposit = context.node().stateMinerPreCommitDepositForPower(miner, info, head.key());
        return new MessageIntent(
                        key,
                        context.settings().worker(),
                        miner,
                        deposit,
                        MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number(),
                        new PreCommitSectorBatch2Params(List.of(info)).toCbor(),
                        context.settings().maxPreCommitFee(),
                        MessagePriority.PRECOMMIT)
                .dueBy(sector.ticket().orElseThrow().epoch().plus(SectorPolicy.MAX_TICKET_AGE));
    }

    /** A sector without deals declares no data; one with deals declares CommD. Deal ids are refused since actors v14. */
    private SectorPreCommitInfo preCommitInfo(SectorRecord sector, Epoch head) {
        boolean deals = sector.pieces().stream().anyMatch(piece -> piece.deal().isPresent());
        return new SectorPreCommitInfo(
                sector.sealProof().number(),
                sector.number(),
                sector.commR().orElseThrow().asSealedCid(),
                sector.ticket().orElseThrow().epoch(),
                List.of(),
                expiration(sector, head),
                deals ? sector.commD().map(Commitment::asUnsealedCid) : Optional.empty());
    }

    /**
     * Beyond every deal and the chain's least lifetime, counted from the last epoch the proof may come. The chain counts
     * the longest lifetime from the epoch in which it executes the message, which is after this head.
     */
    private Epoch expiration(SectorRecord sector, Epoch head) {
        Epoch least = head.plus(
                SectorPolicy.MAX_PROVE_COMMIT_DURATION + SectorPolicy.MIN_LIFETIME + SectorPolicy.LIFETIME_MARGIN);
        Epoch most = SectorPolicy.lastExpiration(head);
        Epoch wanted = lastDeal(sector)
                .map(note -> note.end().plus(SectorPolicy.LIFETIME_MARGIN))
                .orElse(head.plus(context.settings().capacityLifetime()));
        Epoch atLeast = wanted.isBefore(least) ? least : wanted;
        return most.isBefore(atLeast) ? most : atLeast;
    }

    private Optional<DealNotes.Note> lastDeal(SectorRecord sector) {
        return context.store()
                .read(tx -> DealNotes.of(tx, sector).stream().max(Comparator.comparing(DealNotes.Note::end)));
    }

    /** A sector that ends before a deal cannot activate it; nothing is staked on one. */
    private Optional<Outcome> tooLong(SectorRecord sector, Epoch head) {
        Epoch most = SectorPolicy.lastExpiration(head);
        return lastDeal(sector)
                .filter(note -> most.isBefore(note.end()))
                .map(note -> new Outcome.Park(
                        SealingError.DEAL_TOO_LONG,
                        "deal " + note.chainDealId() + " ends at epoch "
                                + note.end().value()
                                + ", a sector pre-committed at " + head.value() + " may live until " + most.value()
                                + " at most; nothing was sent. It fits from epoch "
                                + note.end().minus(SectorPolicy.MAX_LIFETIME).value() + " on, the deal starts at "
                                + note.start().value()));
    }
}
