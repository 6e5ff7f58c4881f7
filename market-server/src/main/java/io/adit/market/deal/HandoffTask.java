package io.adit.market.deal;

import io.adit.core.ipld.CborWriter;
import io.adit.core.state.Bytes;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.Tx;
import io.adit.core.task.NewTask;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import io.adit.core.task.TaskPriority;
import io.adit.sealing.pipeline.DealPiece;
import io.adit.sealing.pipeline.SectorIntake;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Gives the piece of a deal that is published, or is onboarded directly, a place in a sector; the place and the checkpoint are written together. A deal whose
 * start comes before it could be sealed gets none: it would take the other deals of its sector with it.
 */
final class HandoffTask implements TaskHandler {
    static final String KIND = "deal.handoff";

    private final StoredDeals deals;
    private final MarketChain chain;
    private final SectorIntake intake;
    private final DealSettings settings;

    HandoffTask(StoredDeals deals, MarketChain chain, SectorIntake intake, DealSettings settings) {
        this.deals = deals;
        this.chain = chain;
        this.intake = intake;
        this.settings = settings;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public RetryPolicy retry() {
        return RetryPolicy.persistent();
    }

    @Override
    public Outcome run(Task task, TaskContext context) {
        var uuid = UUID.fromString(task.key());
        var sealed = chain.now().plus(settings.epochsToSeal());
        return Outcome.done(tx -> {
            var deal = StoredDeals.get(tx, uuid);
            if (deal.checkpoint() != readyAt(deal) || StoredDeals.failed(deal)) {
                return;
            }
            if (deal.start().isBefore(sealed)) {
                deals.fail(
                        tx,
                        uuid,
                        "the deal was " + (DirectTerms.isDirect(deal) ? "ready" : "published")
                                + " too late to be sealed: it starts at epoch "
                                + deal.start().value() + " and sealing would be done at " + sealed.value());
                return;
            }
            var sector = intake.accept(tx, piece(tx, deal));
            deals.change(
                    tx,
                    uuid,
                    stored -> stored.withSector(Optional.of(sector)).withCheckpoint(DealCheckpoint.AddedPiece));
            tx.tasks().enqueue(new NewTask(IndexTask.KIND, task.key(), "{}", TaskPriority.DEAL));
        });
    }

    /** A direct deal has nothing to wait for once its data is here. */
    private static DealCheckpoint readyAt(DealRecord deal) {
        return DirectTerms.isDirect(deal) ? DealCheckpoint.Transferred : DealCheckpoint.PublishConfirmed;
    }

    private static DealPiece piece(Tx tx, DealRecord deal) {
        var stored = tx.pieces().find(deal.piece().commP()).orElseThrow();
        if (DirectTerms.isDirect(deal)) {
            return new DealPiece(
                    deal.uuid(),
                    deal.piece(),
                    stored.file().orElseThrow(),
                    stored.rawSize(),
                    OptionalLong.empty(),
                    deal.start(),
                    deal.end(),
                    DirectTerms.notifications(deal));
        }
        long chainId = deal.chainDealId().orElseThrow();
        return new DealPiece(
                deal.uuid(),
                deal.piece(),
                stored.file().orElseThrow(),
                stored.rawSize(),
                chainId,
                deal.start(),
                deal.end(),
                new Bytes(new CborWriter().uint(chainId).toByteArray()));
    }
}
