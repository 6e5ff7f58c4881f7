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
 * that publishes it; its key is derived from the deals, so that the same batch never becomes two messages.
 */
record PublishBatch(List<UUID> deals) {
    private static final int KEY_BYTES = 16;

    PublishBatch {
        deals = List.copyOf(deals);
    }

    static PublishBatch of(Task task) {
        return new PublishBatch(
                Stream.of(task.payload().split(" ")).map(UUID::fromString).toList());
    }

    String key() {
        var digest = Hashes.sha256(payload().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest, 0, KEY_BYTES);
    }

    private String payload() {
        return deals.stream().map(UUID::toString).collect(Collectors.joining(" "));
    }

    void enqueue(Tx tx, String kind) {
        tx.tasks().enqueue(new NewTask(kind, key(), payload(), TaskPriority.DEAL));
    }

    List<DealRecord> records(Tx tx) {
        return deals.stream().map(uuid -> StoredDeals.get(tx, uuid)).toList();
    }

    /** Deals that an unfinished publishing task holds. */
    static List<UUID> claimed(Tx tx) {
        return tx.tasks().listUnfinished().stream()
                .filter(task -> task.kind().equals(PublishTask.KIND))
                .flatMap(task -> of(task).deals().stream())
                .toList();
    }
}
