package io.adit.sealing.pipeline;

import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.task.Outcome;
import io.adit.core.task.TaskContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Decides when an open sector stops waiting for deals: full, waited long enough, or a deal's start is near. */
final class WaitDealsTask extends SectorTask {

    private final SectorAssignment assignment;

    WaitDealsTask(SealingContext context, SealingMetrics metrics, SectorAssignment assignment) {
        super(context, SealingStep.WAIT_DEALS, metrics);
        this.assignment = assignment;
    }

    static String signalOf(SectorNumber sector) {
        return "sector.changed." + sector.value();
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) {
        if (sector.state() != SectorState.WaitDeals) {
            return Outcome.done();
        }
        Instant until = sector.createdAt().plus(context.settings().waitDealsDelay());
        boolean waited = !task.now().isBefore(until);
        if (waited || startIsNear(sector)) {
            return Outcome.done(tx -> tx.sectors()
                    .find(sector.number())
                    .filter(current -> current.state() == SectorState.WaitDeals)
                    .ifPresent(current -> assignment.close(tx, current)));
        }
        Duration left = Duration.between(task.now(), until);
        Duration atMost = left.compareTo(Duration.ofMinutes(1)) < 0 ? left : Duration.ofMinutes(1);
        return new Outcome.Later(
                atMost,
                signalOf(sector.number()),
                "waits for more deals until " + until + "; "
                        + (context.settings().sectorSize().bytes() - SectorAssignment.length(sector)) + " bytes free");
    }

    private boolean startIsNear(SectorRecord sector) {
        Optional<Epoch> first = context.store()
                .read(tx -> DealNotes.of(tx, sector).stream()
                        .map(DealNotes.Note::start)
                        .min(Epoch::compareTo));
        if (first.isEmpty()) {
            return false;
        }
        Epoch head = context.node().chainHead().height();
        assignment.seen(head);
        return first.get().minus(head) <= context.settings().dealStartSlack();
    }
}
