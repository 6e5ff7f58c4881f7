package io.adit.market.deal;

import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.task.Outcome;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Waits with a fetched deal for others, then puts all that wait into one batch. */
final class BatchTask implements TaskHandler {
    static final String KIND = "deal.batch";
    static final String READY = "deal.ready";

    private final StateStore store;
    private final Duration period;
    private final int mostDeals;

    BatchTask(StateStore store, Duration period, int mostDeals) {
        this.store = store;
        this.period = period;
        this.mostDeals = mostDeals;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Outcome run(Task task, TaskContext context) {
        var waiting = store.read(BatchTask::waiting);
        if (waiting.stream().noneMatch(deal -> deal.uuid().toString().equals(task.key()))) {
            return Outcome.done();
        }
        var left = Duration.between(context.now(), task.enqueuedAt().plus(period));
        if (waiting.size() < mostDeals && left.isPositive()) {
            return new Outcome.Later(left, READY, "waits for other deals to be published with");
        }
        // Formed anew inside the transaction: two deals whose time is up at once must not be put into two batches.
        return Outcome.done(tx -> {
            var deals = waiting(tx).stream().map(DealRecord::uuid).toList();
            var own = UUID.fromString(task.key());
            if (deals.contains(own)) {
                new PublishBatch(withOwn(deals, own)).enqueue(tx, PublishTask.KIND);
            }
        });
    }

    /** The oldest deals, the task's own among them: it will not be run again. */
    private List<UUID> withOwn(List<UUID> deals, UUID own) {
        var oldest = deals.stream().limit(mostDeals).toList();
        return oldest.contains(own)
                ? oldest
                : Stream.concat(oldest.stream().limit(mostDeals - 1L), Stream.of(own))
                        .toList();
    }

    private static List<DealRecord> waiting(Tx tx) {
        var claimed = PublishBatch.claimed(tx);
        return tx.deals().listAt(DealCheckpoint.Transferred).stream()
                .filter(deal -> !claimed.contains(deal.uuid()))
                .toList();
    }
}
