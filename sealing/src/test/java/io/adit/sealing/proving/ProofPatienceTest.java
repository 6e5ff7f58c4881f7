package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ProofPatienceTest {
    private static final int FULL = 2349;

    @TempDir
    Path directory;

    private StateStore store;
    private ProofPatience patience;

    @BeforeEach
    void open() {
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        patience = new ProofPatience(Duration.ofMinutes(20), store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private long minutes(int sectors, long left) {
        return patience.forTry(sectors, Duration.ofMinutes(left)).toMinutes();
    }

    /** On mainnet a first try has 32 minutes at most. */
    @Test
    void secondTryFits_whenNothingIsKnown() {
        assertThat(minutes(FULL, 32)).isEqualTo(16);
        assertThat(minutes(FULL, 39)).isEqualTo(19);
    }

    @Test
    void tryIsGivenUpEarly_whenASecondOneHasAsLong() {
        assertThat(minutes(FULL, 41)).isEqualTo(20);
    }

    @Test
    void fastMachineGivesUpSooner_whenItKnowsWhatProofsTake() {
        patience.took(FULL, Duration.ofMinutes(5));

        assertThat(minutes(FULL, 32)).isEqualTo(15);
        assertThat(minutes(100, 32)).as("of fewer sectors no more is known").isEqualTo(15);
        assertThat(minutes(FULL, 17)).as("and a third one fits").isEqualTo(8);
    }

    @Test
    void tryThatWasStopped_givesTheNextThriceTheTime() {
        patience.took(500, Duration.ofSeconds(100));
        assertThat(minutes(500, 38)).isEqualTo(5);

        patience.gaveUp(500, Duration.ofMinutes(5));
        assertThat(minutes(500, 33)).isEqualTo(15);
        assertThat(minutes(100, 33)).as("of fewer sectors no more is known").isEqualTo(15);
        patience.gaveUp(500, Duration.ofMinutes(15));
        assertThat(minutes(500, 18)).isEqualTo(18);
    }

    @Test
    void tryThatWasStopped_isRememberedOverARestart_untilAProofIsMade() {
        patience.gaveUp(FULL, Duration.ofMinutes(15));

        patience = new ProofPatience(Duration.ofMinutes(20), store);
        assertThat(minutes(FULL, 32)).isEqualTo(32);

        patience.took(FULL - 100, Duration.ofMinutes(14));
        patience = new ProofPatience(Duration.ofMinutes(20), store);
        assertThat(minutes(FULL - 100, 32)).as("it was slow, not hung").isEqualTo(32);
    }

    /** Another proof must not wait with its reading for a disk that is slow to sync. */
    @Test
    @Timeout(300)
    void nobodyWhoAsksWaits_whileTheDatabaseWrites() throws Exception {
        var disk = new CountDownLatch(1);
        var writes = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                var first = threads.submit(() -> store.transact(tx -> {
                    writes.countDown();
                    return awaitQuietly(disk);
                }));
                writes.await();
                var second = threads.submit(() -> patience.took(FULL, Duration.ofMinutes(5)));

                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> threads.submit(() -> minutes(FULL, 32)).get(20, TimeUnit.SECONDS) == 15);
                assertThat(first).isNotDone();

                disk.countDown();
                second.get();
                assertThat(first.get()).isTrue();
            } finally {
                disk.countDown();
            }
        }
        patience = new ProofPatience(Duration.ofMinutes(20), store);
        assertThat(minutes(FULL, 32)).isEqualTo(15);
    }

    private static boolean awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void slowMachineGivesUpNothing_whenItKnowsWhatProofsTake() {
        patience.took(FULL, Duration.ofMinutes(12));

        assertThat(minutes(FULL, 32)).isEqualTo(32);
    }

    @Test
    void proofOfFewSectorsSaysNothingOfAFullPartition() {
        patience.took(10, Duration.ofSeconds(50));

        assertThat(minutes(FULL, 32)).isEqualTo(16);
        assertThat(minutes(10, 32)).isEqualTo(2);
    }

    @Test
    void proofIsBegunAllTheSame_whenHardlyAnyTimeIsLeft() {
        assertThat(minutes(FULL, 0)).isEqualTo(2);
    }

    @Test
    void whatProofsTakeIsKnown_afterARestart() {
        patience.took(FULL, Duration.ofMinutes(12));
        patience.took(10, Duration.ofSeconds(50));

        patience = new ProofPatience(Duration.ofMinutes(20), store);

        assertThat(minutes(FULL, 32)).isEqualTo(32);
        assertThat(minutes(10, 32)).isEqualTo(2);
    }

    @Test
    void workerThatHungIsForgotten_whenTheNextTryMakesTheProof() {
        patience.took(FULL, Duration.ofMinutes(5));
        patience.gaveUp(FULL, Duration.ofMinutes(15));
        assertThat(minutes(FULL, 17)).isEqualTo(17);

        // A few sectors were skipped.
        patience.took(FULL - 9, Duration.ofMinutes(5));

        assertThat(minutes(FULL, 32))
                .as("if it hangs in the next window, a second try fits")
                .isEqualTo(15);
        assertThat(reading(32, 3)).isEqualTo(8);
    }

    @Test
    void proofThatWasSlowIsForgotten_whenQuickerOnesAreMade() {
        patience.took(FULL, Duration.ofMinutes(16));
        assertThat(minutes(FULL, 32)).isEqualTo(32);

        for (int proof = 0; proof < 3; proof++) {
            patience.took(FULL, Duration.ofMinutes(5));
        }
        assertThat(minutes(FULL, 32)).isEqualTo(16);
    }

    @Test
    void readingLeavesTimeForTheProofs_howeverManyThereAre() {
        assertThat(reading(32, 1)).as("half is for the proofs").isEqualTo(8);

        patience.took(FULL, Duration.ofMinutes(5));

        assertThat(reading(32, 1)).isEqualTo(13);
        assertThat(reading(32, 5)).isEqualTo(3);
        assertThat(reading(32, 40)).isEqualTo(2);
        assertThat(patience.forReading(FULL, Duration.ofMinutes(1), 1)).isEqualTo(ProofPatience.LEAST_READING);
    }

    private long reading(long left, int rounds) {
        return patience.forReading(FULL, Duration.ofMinutes(left), rounds).toMinutes();
    }

    @Test
    void fewNumbersAreRemembered_whenPartitionsGrow() {
        for (int sectors = 1; sectors <= 200; sectors++) {
            patience.took(sectors, Duration.ofMinutes(4));
        }

        assertThat(store.<Long>read(
                        tx -> tx.meta().get("post.times").orElseThrow().lines().count()))
                .isEqualTo(32);
        assertThat(minutes(1, 60)).as("as long as one that is known").isEqualTo(12);
    }
}
