package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.actor.MarketMethod;
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
    private static final int LAST_ATTEMPT = PublishTask.REFUSALS - 1;

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
        publish = handler(PublishTask.KIND);
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

    @Test
    void outlastsAnEmptyWallet_howeverOftenItWasTried() throws Exception {
        bench.chain.workerBalance(TokenAmount.ofAtto(1));

        assertThat(run(enqueue(FIRST), 100))
                .isInstanceOfSatisfying(
                        Outcome.Later.class, later -> assertThat(later.why()).contains("MESSAGE_INSUFFICIENT_FUNDS"));
        bench.chain.workerBalance(TokenAmount.ofFil(1));
        run(task(FIRST), 0);

        assertThat(bench.deal(FIRST).error()).isEmpty();
        assertThat(bench.deal(FIRST).checkpoint()).isEqualTo(DealCheckpoint.Published);
    }

    @Test
    void outlastsANodeThatIsAway_howeverOftenItWasTried() throws Exception {
        bench.chain.goAway(true);

        assertThat(run(enqueue(FIRST), 100)).isInstanceOf(Outcome.Later.class);
        assertThat(bench.deal(FIRST).error()).isEmpty();
    }

    @Test
    void failsTheDeal_whenItCannotBeSealedInTime() throws Exception {
        // The deal starts at 1100; 10 epochs to seal and 4 to publish must be left.
        bench.chain.advance(86);
        run(enqueue(FIRST), 0);
        assertThat(bench.deal(FIRST).error()).isEmpty();
        bench.chain.advance(1);
        run(enqueue(SECOND), 0);

        assertThat(bench.deal(SECOND).error().orElseThrow()).contains("starts at epoch 1100");
    }

    @Test
    void makesTheMessageAnew_whenItsNonceWasTaken() throws Exception {
        run(enqueue(FIRST, SECOND), 0);
        bench.chain.takeNonces();
        // The outbox believes so only when it lies deep in the chain.
        bench.chain.advance(40);
        var wait = unfinished(PublishWaitTask.KIND).getFirst();

        run(handler(PublishWaitTask.KIND), wait);
        assertThat(bench.deal(FIRST).checkpoint()).isEqualTo(DealCheckpoint.Transferred);
        run(publish, unfinished(PublishTask.KIND).getFirst());
        bench.chain.advance(1 + DealBench.CONFIDENCE);
        run(handler(PublishWaitTask.KIND), unfinished(PublishWaitTask.KIND).getFirst());

        assertThat(bench.deal(FIRST).chainDealId()).hasValue(42);
        assertThat(bench.deal(SECOND).chainDealId()).hasValue(43);
    }

    @Test
    void sendsEachDealAlone_whenTheirMessageFailsOnTheChain() throws Exception {
        bench.chain.failPublishing(16);
        run(enqueue(FIRST, SECOND), 0);
        bench.chain.advance(1 + DealBench.CONFIDENCE);
        run(handler(PublishWaitTask.KIND), unfinished(PublishWaitTask.KIND).getFirst());

        assertThat(bench.deal(FIRST).error()).isEmpty();
        assertThat(unfinished(PublishTask.KIND)).hasSize(2);
    }

    @Test
    void reservesTheEscrowOfSignedBatches_untilTheyAreExecuted() throws Exception {
        bench.chain.escrow(TestDeals.MINER, FakeMarketChain.MIN_COLLATERAL);
        run(enqueue(FIRST), 0);
        assertThat(bench.deal(FIRST).checkpoint()).isEqualTo(DealCheckpoint.Published);

        assertThat(run(enqueue(SECOND), 0)).isInstanceOf(Outcome.Later.class);
        bench.chain.advance(1);

        assertThat(bench.chain.included(MarketMethod.ADD_BALANCE))
                .singleElement()
                .satisfies(message -> assertThat(message.value()).isEqualTo(FakeMarketChain.MIN_COLLATERAL));
    }

    @Test
    void countsAnExecutedBatchNoMore_thoughItIsNotConfirmed() throws Exception {
        bench.chain.escrow(TestDeals.MINER, FakeMarketChain.MIN_COLLATERAL);
        run(enqueue(FIRST), 0);
        bench.chain.advance(1);
        // What the market actor does when it executes the message: the first deal's collateral is locked.
        bench.chain.escrow(TestDeals.MINER, FakeMarketChain.MIN_COLLATERAL);

        run(enqueue(SECOND), 0);

        assertThat(bench.deal(SECOND).checkpoint()).isEqualTo(DealCheckpoint.Published);
        assertThat(bench.chain.included(MarketMethod.ADD_BALANCE)).isEmpty();
    }

    @Test
    void fillsTheEscrowAgain_whenTheFirstTimeWasNotEnough() throws Exception {
        bench.chain.escrow(TestDeals.MINER, TokenAmount.ZERO);
        run(enqueue(FIRST), 0);
        bench.chain.advance(1);
        bench.chain.escrow(TestDeals.MINER, TokenAmount.ofAtto(400));

        run(task(FIRST), 0);
        bench.chain.advance(1);
        run(task(FIRST), 0);

        assertThat(bench.chain.included(MarketMethod.ADD_BALANCE)).hasSize(2);
        assertThat(bench.deal(FIRST).checkpoint()).isEqualTo(DealCheckpoint.Published);
    }

    @Test
    void fillsTheEscrowOneBatchAfterTheOther() throws Exception {
        bench.chain.escrow(TestDeals.MINER, TokenAmount.ZERO);
        run(enqueue(FIRST), 0);
        assertThat(run(enqueue(SECOND), 0)).isInstanceOf(Outcome.Later.class);
        bench.chain.advance(1);
        assertThat(bench.chain.included(MarketMethod.ADD_BALANCE)).hasSize(1);

        run(task(FIRST), 0);
        run(task(SECOND), 0);
        bench.chain.advance(1);

        assertThat(bench.deal(FIRST).checkpoint()).isEqualTo(DealCheckpoint.Published);
        assertThat(bench.chain.included(MarketMethod.ADD_BALANCE)).hasSize(2);
    }

    private void transferred(UUID uuid, int seed) {
        bench.pipeline.desk().propose(TestDeals.params(uuid, TestDeals.data(seed, 900), "http://127.0.0.1:1/a"));
        bench.store.transactVoid(
                tx -> tx.deals().update(StoredDeals.get(tx, uuid).withCheckpoint(DealCheckpoint.Transferred)));
    }

    private Task enqueue(UUID... deals) {
        bench.store.transactVoid(tx -> PublishBatch.of(List.of(deals)).enqueue(tx, PublishTask.KIND));
        return task(deals);
    }

    private Task task(UUID... deals) {
        var key = PublishBatch.of(List.of(deals)).key();
        return bench.unfinishedTasks().stream()
                .filter(task ->
                        task.kind().equals(PublishTask.KIND) && task.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    private Outcome run(Task task, int attempts) throws Exception {
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
        return run(publish, tried);
    }

    private Outcome run(TaskHandler handler, Task task) throws Exception {
        var outcome = handler.run(task, new Context());
        if (outcome instanceof Outcome.Done done) {
            bench.store.transactVoid(tx -> {
                done.commit().accept(tx);
                tx.tasks().remove(task.kind(), task.key());
            });
        }
        return outcome;
    }

    private TaskHandler handler(String kind) {
        return bench.pipeline.handlers().stream()
                .filter(handler -> handler.kind().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private List<Task> unfinished(String kind) {
        return bench.unfinishedTasks().stream()
                .filter(task -> task.kind().equals(kind))
                .toList();
    }

    static final class Context implements TaskContext {
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
