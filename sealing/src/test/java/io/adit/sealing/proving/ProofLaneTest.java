package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.time.SystemTimeline;
import io.adit.sealing.FakeChain;
import io.adit.sealing.SealingError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ProofLaneTest {
    private static final Epoch CLOSES = new Epoch(60);

    private final DryRuns dryRuns = new DryRuns(this::isWanted);
    private final ProofLane lane = new ProofLane(1, dryRuns, new SystemTimeline());

    /** As when the chain refuses the message with a proof, and the proof is made again while an operator looks. */
    @Test
    @Timeout(60)
    void lookGivesItsPlaceUp_whenAProofIsMadeAgain() throws Exception {
        var chain = new FakeChain(Address.ofId(1000), 1);
        var held = new CountDownLatch(1);
        try (var threads = Executors.newSingleThreadExecutor()) {
            var look = threads.submit(() -> dryRuns.run(chain.deadline(), 0, chain.chainHead(), () -> false, () -> {
                try (var turn = lane.forLook(() -> Duration.ofHours(1))) {
                    turn.take();
                    held.countDown();
                    return new CountDownLatch(1).await(1, TimeUnit.HOURS);
                }
            }));
            held.await();

            try (var turn = lane.forWindow(CLOSES, () -> Duration.ofHours(1))) {
                turn.take();
            }

            assertThatThrownBy(look::get)
                    .cause()
                    .isInstanceOfSatisfying(
                            AditException.class, e -> assertThat(e.code()).isEqualTo(SealingError.PROVING_BUSY));
        }
    }

    @Test
    @Timeout(60)
    void lookDoesNotBegin_whileAProofHasItsTurn() throws Exception {
        var chain = new FakeChain(Address.ofId(1000), 1);
        try (var turn = lane.forWindow(CLOSES, () -> Duration.ofHours(1))) {
            assertThat(turn.mustWait()).isFalse();
            assertThatThrownBy(() -> dryRuns.run(chain.deadline(), 0, chain.chainHead(), () -> false, () -> "made"))
                    .isInstanceOfSatisfying(
                            AditException.class, e -> assertThat(e.code()).isEqualTo(SealingError.PROVING_BUSY));
        }

        assertThat(dryRuns.<String>run(chain.deadline(), 0, chain.chainHead(), () -> false, () -> "made"))
                .isEqualTo("made");
    }

    /** As when a call to the full node ends with an error because of the interruption, and takes that off the thread. */
    @Test
    @Timeout(60)
    void lookMakesNoProof_whenWhatItDidPassedOverThatItWasStopped() {
        var chain = new FakeChain(Address.ofId(1000), 1);

        assertThatThrownBy(() -> dryRuns.run(chain.deadline(), 0, chain.chainHead(), () -> false, () -> {
                    dryRuns.stop();
                    assertThat(Thread.interrupted()).isTrue();
                    try (var turn = lane.forLook(() -> Duration.ofHours(1))) {
                        turn.take();
                        return "made";
                    }
                }))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SealingError.PROVING_BUSY));
    }

    /** A proof of the window that closes first has to be made again while those of the next window wait already. */
    @Test
    @Timeout(120)
    void proofOfTheWindowThatClosesFirst_goesFirst() throws Exception {
        assertThat(orderOf(List.of(240L, 180L, 60L, 120L), () -> Duration.ofMinutes(20)))
                .containsExactly("60 3", "120 4", "180 2", "240 1");
    }

    /** The time that is left gets less from each look to the next, so whoever is asked last seems to have least. */
    @Test
    @Timeout(120)
    void proofThatCameFirst_goesFirst_whenTheirWindowsCloseTogether() throws Exception {
        var left = new AtomicLong(Duration.ofMinutes(20).toNanos());
        assertThat(orderOf(List.of(60L, 60L, 60L, 60L), () -> Duration.ofNanos(left.getAndDecrement())))
                .containsExactly("60 1", "60 2", "60 3", "60 4");
    }

    /** What windows come to read, and as which of those that wait, once one may; they came in the order in which they are given. */
    private List<String> orderOf(List<Long> windows, Supplier<Duration> left) throws InterruptedException {
        var order = new CopyOnWriteArrayList<String>();
        var threads = new ArrayList<Thread>();
        try (var made = lane.forWindow(CLOSES, left)) {
            made.take();
            var read = lane.forWindow(CLOSES, left);
            assertThat(read.mustWait()).isTrue();
            for (long closes : windows) {
                String name = closes + " " + (threads.size() + 1);
                var thread = Thread.ofPlatform().start(() -> readOne(new Epoch(closes), left, () -> order.add(name)));
                threads.add(thread);
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> thread.getState() == Thread.State.TIMED_WAITING);
            }
            read.close();
            for (var thread : threads) {
                thread.join();
            }
        }
        return order;
    }

    private void readOne(Epoch closes, Supplier<Duration> left, Runnable reading) {
        try (var turn = lane.forWindow(closes, left)) {
            assertThat(turn.mustWait()).isTrue();
            reading.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isWanted() {
        return lane.isWanted();
    }
}
