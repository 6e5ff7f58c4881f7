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
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.Tx;
import io.adit.core.task.Outcome;
import io.adit.sealing.SealingError;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** PreCommitSectorBatch2, with the deposits the chain asks for, of sectors that the chain does not have already. */
final class PreCommitMessage implements SectorMessage<PreCommitMessage.Part> {

    private final SealingContext context;

    /** One sector's promise and its deposit. */
    record Part(SectorPreCommitInfo info, TokenAmount deposit) {}

    PreCommitMessage(SealingContext context) {
        this.context = context;
    }

    @Override
    public String purpose() {
        return MessageKeys.PRE_COMMIT;
    }

    @Override
    public BatchRule rule() {
        var batches = context.settings().batches();
        return new BatchRule(batches.preCommitWait(), batches.mostPreCommits(), batches.slack());
    }

    @Override
    public SectorState stateBefore() {
        return SealingStep.PRE_COMMIT_2.state();
    }

    /** Before the ticket is too old, and long before the first deal starts: the sector is still to be proven. */
    @Override
    public Epoch due(Tx tx, SectorRecord sector, Epoch head) {
        Epoch expiry = sector.ticket()
                .map(ticket -> ticket.epoch().plus(SectorPolicy.MAX_TICKET_AGE))
                .orElse(head);
        return DealNotes.of(tx, sector).stream()
                .map(note -> note.start().plus(-context.settings().dealStartSlack()))
                .min(Comparator.naturalOrder())
                .filter(start -> start.isBefore(expiry))
                .orElse(expiry);
    }

    @Override
    public Optional<Outcome> elsewhere(SectorRecord sector, SectorId id, TipSet head) {
        if (sector.ticket().isEmpty()
                || sector.commR().isEmpty()
                || sector.commD().isEmpty()) {
            return Optional.of(context.next(sector.number(), SealingStep.TICKET, current -> current));
        }
        var miner = id.miner().address();
        if (context.node()
                .stateSectorGetInfo(miner, sector.number(), head.key())
                .isPresent()) {
            return Optional.of(context.next(sector.number(), SealingStep.COMMIT_WAIT, current -> current));
        }
        if (context.node()
                .stateSectorPreCommitInfo(miner, sector.number(), head.key())
                .isPresent()) {
            return Optional.of(context.next(sector.number(), SealingStep.PRE_COMMIT_WAIT, current -> current));
        }
        return Optional.empty();
    }

    @Override
    public Check<Part> check(SectorRecord sector, SectorId id, TipSet head) {
        if (TicketTask.expired(sector.ticket().orElseThrow(), head.height())) {
            return new Check.Unfit<>(context.next(sector.number(), SealingStep.TICKET, current -> current));
        }
        Optional<Outcome> tooLong = tooLong(sector, head.height());
        if (tooLong.isPresent()) {
            return new Check.Unfit<>(tooLong.get());
        }
        SectorPreCommitInfo info = preCommitInfo(sector, head.height());
        return new Check.Fit<>(new Part(
                info,
                context.node().stateMinerPreCommitDepositForPower(id.miner().address(), info, head.key())));
    }

    @Override
    public MessageIntent intent(String key, List<Part> parts, TipSet head) {
        var infos = parts.stream().map(Part::info).toList();
        return new MessageIntent(
                        key,
                        context.settings().worker(),
                        context.settings().miner().address(),
                        parts.stream().map(Part::deposit).reduce(TokenAmount.ZERO, TokenAmount::plus),
                        MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number(),
                        new PreCommitSectorBatch2Params(infos).toCbor(),
                        context.settings().maxPreCommitFee().times(parts.size()),
                        MessagePriority.PRECOMMIT)
                .dueBy(infos.stream()
                        .map(info -> info.sealRandEpoch().plus(SectorPolicy.MAX_TICKET_AGE))
                        .min(Comparator.naturalOrder())
                        .orElseThrow());
    }

    @Override
    public List<SectorNumber> sectorsIn(byte[] params) {
        return PreCommitSectorBatch2Params.fromCbor(params).sectors().stream()
                .map(SectorPreCommitInfo::sectorNumber)
                .toList();
    }

    @Override
    public Outcome sent(SectorRecord sector, byte[] params, Cid cid) {
        return context.next(
                sector.number(), SealingStep.PRE_COMMIT_WAIT, current -> current.withPreCommitCid(Optional.of(cid)));
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
                        "deal " + note.name() + " ends at epoch "
                                + note.end().value()
                                + ", a sector pre-committed at " + head.value() + " may live until " + most.value()
                                + " at most; nothing was sent. It fits from epoch "
                                + note.end().minus(SectorPolicy.MAX_LIFETIME).value() + " on, the deal starts at "
                                + note.start().value()));
    }
}
