package io.adit.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.task.SteppedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeLeaseTest {
    private static final Duration LENGTH = Duration.ofMinutes(2);
    private static final String MINER = "t01000";

    private final SteppedClock clock = new SteppedClock(Instant.parse("2026-11-22T18:00:00Z"));

    private NodeLease take(StateStore store, String holder) {
        return NodeLease.take(store, MINER, new LeaseHolder(holder, "lock of " + holder), clock, LENGTH);
    }

    private void assertTaken(StateStore store, String holder, String until) {
        assertThatThrownBy(() -> take(store, "second"))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(StateErrorCode.STATE_MINER_TAKEN))
                .hasMessageContaining(holder)
                .hasMessageContaining(until);
    }

    @Test
    void secondNodeIsRefused_untilTheFirstEndsOrItsLeaseRunsOut() {
        String url = TestPostgres.freshDatabase();
        try (var one = SqlStateStore.postgres(url, "postgres", "postgres", clock);
                var two = SqlStateStore.postgres(url, "postgres", "postgres", clock)) {
            var first = take(one, "alpha:/srv/adit");
            assertTaken(two, "alpha:/srv/adit", "2026-11-22T18:02:00Z");

            clock.step(Duration.ofMinutes(1));
            assertThat(first.renew()).isTrue();
            clock.step(Duration.ofSeconds(90));
            assertTaken(two, "alpha:/srv/adit", "2026-11-22T18:03:00Z");
            first.close();

            var second = take(two, "beta:/srv/adit");
            assertTaken(one, "beta:/srv/adit", "2026-11-22T18:04:30Z");
            clock.step(LENGTH);
            var third = take(one, "gamma");
            assertThat(second.renew()).as("renewing what is another's").isFalse();
            second.close();
            assertThat(third.renew()).isTrue();
        }
    }

    @Test
    void holderIsTold_whenAnotherHasTakenOver() throws Exception {
        String url = TestPostgres.freshDatabase();
        try (var one = SqlStateStore.postgres(url, "postgres", "postgres", clock);
                var two = SqlStateStore.postgres(url, "postgres", "postgres", clock)) {
            var lost = new CountDownLatch(1);
            var shortly = Duration.ofMillis(300);
            try (var first = NodeLease.take(one, MINER, new LeaseHolder("alpha", "its lock"), clock, shortly)) {
                first.keep(lost::countDown);
                clock.step(LENGTH);
                NodeLease second = takeOver(two);
                assertThat(lost.await(20, TimeUnit.SECONDS)).isTrue();
                assertThat(second.renew()).isTrue();
            }
        }
    }

    /** The holder may renew between the step of the clock and the try. */
    private NodeLease takeOver(StateStore store) {
        while (true) {
            try {
                return take(store, "beta");
            } catch (AditException stillHeld) {
                clock.step(LENGTH);
            }
        }
    }

    @Test
    void nodeStartsAtOnce_whenItHasTheLockThatTheDeadOneHeld() {
        String url = TestPostgres.freshDatabase();
        try (var died = SqlStateStore.postgres(url, "postgres", "postgres", clock);
                var store = SqlStateStore.postgres(url, "postgres", "postgres", clock)) {
            var first = take(died, "alpha");

            var again = take(store, "alpha");

            assertThat(again.renew()).isTrue();
            assertThat(first.renew()).as("the dead one, should it wake").isFalse();
            assertTaken(died, "alpha", "2026-11-22T18:02:00Z");
        }
    }

    @Test
    void nodeStartsAtOnce_whenItDiedOnItsOwnDatabase(@TempDir Path directory) {
        Path file = directory.resolve("state.db");
        try (var died = SqlStateStore.sqlite(file, clock)) {
            take(died, "alpha");
        }
        try (var store = SqlStateStore.sqlite(file, clock)) {
            assertThat(take(store, "alpha").renew()).isTrue();
        }
    }
}
