package io.adit.market.bitswap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class FairTurnsTest {
    private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

    private static final int MANY = 300;

    private final FairTurns turns = new FairTurns(1, 100);

    /** Takes turns that cost so much each, and notes each. */
    private final class Peer {
        private final String name;
        private final FairTurns.Line line = turns.newLine();
        private final int cost;
        private final List<String> log;

        Peer(String name, int cost, List<String> log) {
            this.name = name;
            this.cost = cost;
            this.log = log;
        }

        CompletableFuture<Void> take(int times) {
            return CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < times; i++) {
                            try {
                                line.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            log.add(name);
                            line.done(cost);
                        }
                    },
                    THREADS);
        }
    }

    @Test
    void whoTakesMuchAtOnce_hasFewerTurns() throws Exception {
        var log = Collections.synchronizedList(new ArrayList<String>());
        var gate = turns.newLine();
        gate.await();
        var all = new ArrayList<CompletableFuture<Void>>();
        Map.of("big", 1000, "small", 100, "other", 100)
                .forEach((name, cost) ->
                        all.add(CompletableFuture.runAsync(() -> takeAmongThree(name, cost, log), THREADS)));
        awaitWaiting(3);

        gate.done(0);
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();

        // Without debts each would have had a third.
        assertThat(log.subList(0, MANY).stream().filter("big"::equals).count()).isBetween(10L, 39L);
    }

    /** Ends each turn only once both others are in line: else who is there alone would rightly have it. */
    private void takeAmongThree(String name, int cost, List<String> log) {
        var line = turns.newLine();
        while (log.size() < MANY) {
            try {
                line.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            while (log.size() < MANY && turns.waiting() < 2) {
                LockSupport.parkNanos(10_000);
            }
            log.add(name);
            line.done(cost);
        }
    }

    @Test
    void whoWaitsAlone_owesNothing() throws Exception {
        var line = turns.newLine();
        for (int i = 0; i < 1000; i++) {
            line.await();
            line.done(1_000_000);
        }
        var log = Collections.synchronizedList(new ArrayList<String>());
        new Peer("other", 1, log).take(1).join();
        assertThat(log).hasSize(1);
    }

    @Test
    void whoIsInterrupted_takesNoTurn() throws Exception {
        var holder = turns.newLine();
        holder.await();
        var interrupted = new CompletableFuture<Boolean>();
        var thread = Thread.ofVirtual().start(() -> {
            try {
                turns.newLine().await();
                interrupted.complete(false);
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
        });
        awaitWaiting(1);
        thread.interrupt();
        assertThat(interrupted.get()).isTrue();
        holder.done(1);

        var next = turns.newLine();
        next.await();
        next.done(1);
    }

    @Test
    void noMoreThanSoManyAtOnce() throws Exception {
        var two = new FairTurns(2, 100);
        var inside = new Semaphore(2);
        var all = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 20; i++) {
            all.add(CompletableFuture.runAsync(
                    () -> {
                        var line = two.newLine();
                        for (int turn = 0; turn < 100; turn++) {
                            try {
                                line.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            assertThat(inside.tryAcquire()).isTrue();
                            Thread.onSpinWait();
                            inside.release();
                            line.done(turn);
                        }
                    },
                    THREADS));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
    }

    private void awaitWaiting(int count) {
        await().atMost(Duration.ofSeconds(60)).until(() -> turns.waiting() == count);
    }
}
