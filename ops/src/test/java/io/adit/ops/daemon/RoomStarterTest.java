package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.ops.OpsError;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RoomStarterTest {
    private final AtomicInteger failures = new AtomicInteger(2);
    private final CountDownLatch started = new CountDownLatch(1);

    private void begin() {
        if (failures.getAndDecrement() > 0) {
            throw new AditException(OpsError.CHAIN_SLOW, "the full node is away");
        }
        started.countDown();
    }

    @Test
    void start_whenTheFullNodeIsAway_goesOnAndStartsWhenItIsBack() throws Exception {
        try (var starter = new RoomStarter("sealing", this::begin, Duration.ofMillis(5))) {
            starter.start();

            assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> starter.problem().isEmpty());
            assertThat(failures).hasValue(-1);
        }
    }

    @Test
    void problem_whileItHasNotStarted_saysWhy() {
        try (var starter = new RoomStarter("sealing", this::begin, Duration.ofHours(1))) {
            starter.start();

            assertThat(starter.problem().orElse("")).contains("sealing has not started", "the full node is away");
        }
    }

    @Test
    void start_whenTheFirstTryHangs_doesNotKeepTheOthersFromStarting() {
        var disk = new CountDownLatch(1);
        try (var starter =
                new RoomStarter("making blocks", () -> awaitQuietly(disk), Duration.ofHours(1), Duration.ofMillis(5))) {
            starter.start();

            assertThat(starter.problem()).contains("making blocks has not started yet");

            disk.countDown();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> starter.problem().isEmpty());
        }
    }

    @Test
    void start_whenTheFirstTryFailsInAWayThatIsNotForeseen_throwsIt() {
        try (var starter = new RoomStarter(
                "sealing",
                () -> {
                    throw new IllegalStateException("a bug");
                },
                Duration.ofHours(1))) {
            assertThatThrownBy(starter::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a bug");
        }
    }

    @Test
    void start_whenMemoryIsShort_goesOnAndTriesAgain() {
        var memory = new CountDownLatch(1);
        Runnable starting = () -> {
            if (memory.getCount() > 0) {
                throw new OutOfMemoryError("unable to create native thread");
            }
        };
        try (var starter = new RoomStarter("making blocks", starting, Duration.ofMillis(5), Duration.ofMinutes(2))) {
            starter.start();

            assertThat(starter.problem().orElse(""))
                    .contains("making blocks has not started: ", "OutOfMemoryError: unable to create native thread");

            memory.countDown();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> starter.problem().isEmpty());
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
