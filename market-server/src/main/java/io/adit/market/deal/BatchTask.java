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
    private final StoredDeals deals;
    private final Duration period;
    private final int mostDeals;

    BatchTask(StateStore store, StoredDeals deals, Duration period, int mostDeals) {
        this.store = store;
        this.deals = deals;
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
        return Outcome.done(tx -> claim(tx, UUID.fromString(task.key())));
    }

    /**
     * Formed anew inside the transaction: two deals whose time is up at once must not be put into two batches. PostgreSQL
     * lets two such transactions run side by side, so each writes the rows of the deals that it takes: the second one to
     * do so finds another version, fails and is run again.
     */
    private void claim(Tx tx, UUID own) {
        var waiting = waiting(tx);
        var uuids = waiting.stream().map(DealRecord::uuid).toList();
        if (!uuids.contains(own)) {
            return;
        }
        var taken = withOwn(uuids, own);
        waiting.stream().filter(deal -> taken.contains(deal.uuid())).forEach(deal -> deals.touch(tx, deal));
        PublishBatch.of(taken).enqueue(tx, PublishTask.KIND);
    }

    /** The oldest deals, the task's own among them: it will not be run again. */
    private List<UUID> withOwn(List<UUID> deals, UUID own) {
        var oldest = deals.stream().limit(mostDeals).toList();
        return oldest.contains(own)
                ? oldest
                : Stream.concat(oldest.stream().limit(mostDeals - 1L), Stream.of(own))
                        .toList();
    }

    /** The rows are read before the claims: a claim made in between shows in one or the other. */
    private static List<DealRecord> waiting(Tx tx) {
        var transferred = tx.deals().listAt(DealCheckpoint.Transferred);
        var claimed = PublishBatch.claimed(tx);
        return transferred.stream()
                .filter(deal -> !claimed.contains(deal.uuid()))
                .toList();
    }
}
