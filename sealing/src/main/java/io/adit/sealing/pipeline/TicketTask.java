package io.adit.sealing.pipeline;

import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorId;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorTicket;
import io.adit.core.task.Outcome;
import io.adit.core.task.TaskContext;
import java.util.Optional;

/**
 * Draws the ticket and stores it before the first byte is labelled: whatever happens afterwards, the sector seals to the
 * same CID. A ticket that has grown too old to be pre-committed is replaced.
 */
final class TicketTask extends SectorTask {

    /** Epochs kept free for sealing and sending before the chain would refuse the ticket. */
    static final long AGE_MARGIN = 120;

    private final SectorRandomness randomness;

    TicketTask(SealingContext context, SealingMetrics metrics, SectorRandomness randomness) {
        super(context, SealingStep.TICKET, metrics);
        this.randomness = randomness;
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) {
        var head = context.node().chainHead();
        Optional<SectorTicket> usable = sector.ticket().filter(ticket -> !expired(ticket, head.height()));
        if (usable.isPresent()) {
            return context.next(sector.number(), SealingStep.PRE_COMMIT_1, current -> current);
        }
        SectorTicket ticket = randomness.ticket(head);
        return context.next(
                sector.number(), SealingStep.PRE_COMMIT_1, current -> current.withTicket(Optional.of(ticket)));
    }

    static boolean expired(SectorTicket ticket, Epoch head) {
        return head.minus(ticket.epoch()) > SectorPolicy.MAX_TICKET_AGE - AGE_MARGIN;
    }
}
