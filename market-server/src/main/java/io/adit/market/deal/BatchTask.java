package io.adit.market.deal;

import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealProtocol;
import io.adit.core.state.DealRecord;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.task.Outcome;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Waits with a fetched deal for others, then puts all that wait into one batch. The last one that a full batch needs looks by
 * itself; to wake the others for each deal that comes would have all of them look at all of them.
 */
final class BatchTask implements TaskHandler {
    static final String KIND = "deal.batch";
    /** Signalled when deals were put into a batch: those who waited have nothing to wait for any more. */
    static final String FORMED = "deal.batched";

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
        var own = UUID.fromString(task.key());
        var waiting = store.read(BatchTask::waiting);
        if (!waiting.contains(own)) {
            return Outcome.done();
        }
        var left = Duration.between(context.now(), task.enqueuedAt().plus(period));
        if (waiting.size() < mostDeals && left.isPositive()) {
            return new Outcome.Later(left, FORMED, "waits for other deals to be published with");
        }
        return Outcome.done(tx -> claim(tx, own));
    }

    /**
     * Formed anew inside the transaction: two deals whose time is up at once must not be put into two batches. PostgreSQL
     * lets two such transactions run side by side, so each writes the rows of the deals that it takes: the second one to
     * do so finds another version, fails and is run again. The rows are read before the claims: a claim made in between
     * shows in one or the other.
     */
    private void claim(Tx tx, UUID own) {
        var rows = new LinkedHashMap<UUID, DealRecord>();
        for (var uuid : withOwn(List.copyOf(waiting(tx)), own)) {
            var deal = StoredDeals.get(tx, uuid);
            if (deal.checkpoint() == DealCheckpoint.Transferred && !StoredDeals.failed(deal)) {
                rows.put(uuid, deal);
            }
        }
        PublishBatch.claimed(tx).forEach(rows::remove);
        if (!rows.containsKey(own)) {
            return;
        }
        rows.values().forEach(deal -> deals.touch(tx, deal));
        PublishBatch.of(List.copyOf(rows.keySet())).enqueue(tx, PublishTask.KIND);
        if (rows.size() > 1) {
            tx.tasks().signal(FORMED);
        }
    }

    /** The oldest deals, the task's own among them: it will not be run again. */
    private List<UUID> withOwn(List<UUID> deals, UUID own) {
        var oldest = deals.stream().limit(mostDeals).toList();
        return oldest.contains(own)
                ? oldest
                : Stream.concat(oldest.stream().limit(mostDeals - 1L), Stream.of(own))
                        .toList();
    }

    /** Those that have their data and are in no batch, oldest first. */
    private static SequencedSet<UUID> waiting(Tx tx) {
        var transferred = new LinkedHashSet<>(tx.deals().namesAt(DealCheckpoint.Transferred, DealProtocol.MK12));
        PublishBatch.claimed(tx).forEach(transferred::remove);
        return transferred;
    }
}
