package io.adit.market.deal;

import io.adit.core.ipld.Hashes;
import io.adit.core.state.DealRecord;
import io.adit.core.state.Tx;
import io.adit.core.task.NewTask;
import io.adit.core.task.Task;
import io.adit.core.task.TaskPriority;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Deals that go out in one PublishStorageDeals, in the order of the message. The batch lives in the payload of the task
 * that publishes it; its key is derived from that, so that the same batch never becomes two messages.
 *
 * @param round 0, and one more each time that the batch's message was lost and the same deals need another one
 */
record PublishBatch(int round, List<UUID> deals) {
    private static final int KEY_BYTES = 16;

    PublishBatch {
        deals = List.copyOf(deals);
    }

    static PublishBatch of(List<UUID> deals) {
        return new PublishBatch(0, deals);
    }

    static PublishBatch of(Task task) {
        var words = task.payload().split(" ");
        return new PublishBatch(
                Integer.parseInt(words[0]),
                Stream.of(words).skip(1).map(UUID::fromString).toList());
    }

    PublishBatch nextRound() {
        return new PublishBatch(round + 1, deals);
    }

    PublishBatch only(List<UUID> some) {
        return new PublishBatch(round, some);
    }

    String key() {
        var digest = Hashes.sha256(payload().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest, 0, KEY_BYTES);
    }

    private String payload() {
        return round + " " + deals.stream().map(UUID::toString).collect(Collectors.joining(" "));
    }

    void enqueue(Tx tx, String kind) {
        tx.tasks().enqueue(new NewTask(kind, key(), payload(), TaskPriority.DEAL));
    }

    List<DealRecord> records(Tx tx) {
        return deals.stream().map(uuid -> StoredDeals.get(tx, uuid)).toList();
    }

    /** Deals that an unfinished publishing task holds. */
    static List<UUID> claimed(Tx tx) {
        return unfinished(tx, PublishTask.KIND)
                .flatMap(batch -> batch.deals().stream())
                .toList();
    }

    /** Batches whose message may be on its way. */
    static List<PublishBatch> underWay(Tx tx) {
        return Stream.concat(unfinished(tx, PublishTask.KIND), unfinished(tx, PublishWaitTask.KIND))
                .toList();
    }

    private static Stream<PublishBatch> unfinished(Tx tx, String kind) {
        return tx.tasks().listUnfinished(kind).stream().map(PublishBatch::of);
    }
}
