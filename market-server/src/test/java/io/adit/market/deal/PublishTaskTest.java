package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.task.Outcome;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a batch that the node refuses to price; the task is run by hand, without the engine's pauses. */
class PublishTaskTest {
    private static final UUID FIRST = new UUID(1, 1);
    private static final UUID SECOND = new UUID(2, 2);
    private static final int LAST_ATTEMPT = 5;

    @TempDir
    Path folder;

    private DealBench bench;
    private TaskHandler publish;

    @SuppressWarnings("NullAway.Init") // set up before every test
    PublishTaskTest() {}

    @BeforeEach
    void start() throws Exception {
        bench = new DealBench(folder);
        bench.chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
        publish = bench.pipeline.handlers().stream()
                .filter(handler -> handler.kind().equals(PublishTask.KIND))
                .findFirst()
                .orElseThrow();
        transferred(FIRST, 1);
        transferred(SECOND, 2);
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void triesAgain_asLongAsItMayPass() {
        bench.chain.refuseToPrice(true);

        assertThatThrownBy(() -> run(enqueue(FIRST, SECOND), 0)).isInstanceOf(AditException.class);
        assertThat(bench.deal(FIRST).error()).isEmpty();
    }

    @Test
    void publishesEachDealAlone_thenFailsTheOneThatCannotBe() throws Exception {
        bench.chain.refuseToPrice(true);
        run(enqueue(FIRST, SECOND), LAST_ATTEMPT);

        assertThat(bench.deal(FIRST).error()).isEmpty();
        run(task(FIRST), LAST_ATTEMPT);
        bench.chain.refuseToPrice(false);
        run(task(SECOND), 0);

        assertThat(bench.deal(FIRST).error().orElseThrow()).startsWith("MESSAGE_WOULD_FAIL: ");
        assertThat(bench.deal(SECOND).checkpoint()).isEqualTo(DealCheckpoint.Published);
    }

    private void transferred(UUID uuid, int seed) {
        bench.pipeline.desk().propose(TestDeals.params(uuid, TestDeals.data(seed, 900), "http://127.0.0.1:1/a"));
        bench.store.transactVoid(
                tx -> tx.deals().update(StoredDeals.get(tx, uuid).withCheckpoint(DealCheckpoint.Transferred)));
    }

    private Task enqueue(UUID... deals) {
        bench.store.transactVoid(tx -> new PublishBatch(List.of(deals)).enqueue(tx, PublishTask.KIND));
        return task(deals);
    }

    private Task task(UUID... deals) {
        var key = new PublishBatch(List.of(deals)).key();
        return bench.unfinishedTasks().stream()
                .filter(task ->
                        task.kind().equals(PublishTask.KIND) && task.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    private void run(Task task, int attempts) throws Exception {
        var tried = new Task(
                task.kind(),
                task.key(),
                task.payload(),
                task.priority(),
                task.state(),
                attempts,
                task.notBefore(),
                task.signal(),
                task.why(),
                task.owner(),
                task.fence(),
                task.leaseUntil(),
                task.enqueuedAt(),
                task.startedAt(),
                task.endedAt());
        if (publish.run(tried, new Context()) instanceof Outcome.Done done) {
            bench.store.transactVoid(done.commit());
        }
    }

    private static final class Context implements TaskContext {
        @Override
        public boolean stillOwned() {
            return true;
        }

        @Override
        public void progress(String words) {}

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }
    }
}
