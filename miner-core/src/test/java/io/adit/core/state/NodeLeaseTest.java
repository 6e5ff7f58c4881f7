package io.adit.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.task.SteppedClock;
import io.adit.core.time.SimulatedTimeline;
import io.adit.core.time.Strand;
import io.adit.core.time.SystemTimeline;
import io.adit.core.time.Timeline;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
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

    /** Time passes only while somebody sleeps. */
    private Timeline sleeping(Runnable meanwhile) {
        return new Timeline() {
            private final Timeline real = new SystemTimeline(clock);

            @Override
            public Instant instant() {
                return clock.instant();
            }

            @Override
            public long nanoTime() {
                return real.nanoTime();
            }

            @Override
            public Strand start(Strand.Kind kind, String name, Runnable body) {
                return real.start(kind, name, body);
            }

            @Override
            public void sleep(Duration duration) {
                clock.step(duration);
                meanwhile.run();
            }

            @Override
            public Lock newLock() {
                return real.newLock();
            }
        };
    }

    @Test
    void nodeWaitsForTheEndOfALease_whenItsHolderDiedWithItsMachine() {
        String url = TestPostgres.freshDatabase();
        try (var died = SqlStateStore.postgres(url, "postgres", "postgres", clock);
                var store = SqlStateStore.postgres(url, "postgres", "postgres", clock)) {
            take(died, "alpha before the boot");

            var after = new LeaseHolder("alpha after the boot", "another lock");
            var lease = NodeLease.takeOnceFree(store, MINER, after, sleeping(() -> {}), LENGTH);

            assertThat(clock.instant())
                    .isBetween(Instant.parse("2026-11-22T18:02:00Z"), Instant.parse("2026-11-22T18:02:10Z"));
            assertThat(lease.renew()).isTrue();
        }
    }

    @Test
    void secondNodeIsRefused_asSoonAsTheFirstShowsThatItRuns() {
        String url = TestPostgres.freshDatabase();
        try (var one = SqlStateStore.postgres(url, "postgres", "postgres", clock);
                var two = SqlStateStore.postgres(url, "postgres", "postgres", clock)) {
            var first = take(one, "alpha");
            var second = new LeaseHolder("beta", "lock of beta");

            assertThatThrownBy(() -> NodeLease.takeOnceFree(two, MINER, second, sleeping(first::renew), LENGTH))
                    .isInstanceOfSatisfying(
                            AditException.class, e -> assertThat(e.code()).isEqualTo(StateErrorCode.STATE_MINER_TAKEN))
                    .hasMessageContaining("alpha");
            assertThat(clock.instant()).isBefore(Instant.parse("2026-11-22T18:01:00Z"));
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

    @Test
    void leaseIsNotSure_onceTwoThirdsOfItHavePassed_orTheClockSaysSo(@TempDir Path directory) {
        var timeline = new SimulatedTimeline(Instant.parse("2026-11-22T18:00:00Z"), new SplittableRandom(1));
        try (var store = new SharedStore(SqlStateStore.sqlite(directory.resolve("state.db"), timeline))) {
            var lease = NodeLease.take(store, MINER, new LeaseHolder("alpha", "its lock"), timeline, LENGTH);
            timeline.runFor(Duration.ofSeconds(79));
            assertThat(lease.isHeld()).isTrue();
            timeline.runFor(Duration.ofSeconds(1));
            assertThat(lease.isHeld()).isFalse();

            assertThat(lease.renew()).isTrue();
            assertThat(lease.isHeld()).isTrue();
            timeline.stepWallClock(Duration.ofSeconds(81));
            assertThat(lease.isHeld()).isFalse();
            timeline.stepWallClock(Duration.ofHours(-1));
            timeline.runFor(Duration.ofSeconds(80));
            assertThat(lease.isHeld())
                    .as("where the clock was set back, the time that passed counts")
                    .isFalse();
            lease.close();
        }
    }

    @Test
    void leaseOfADatabaseThatNobodyElseHas_isAlwaysHeld(@TempDir Path directory) {
        var timeline = new SimulatedTimeline(Instant.parse("2026-11-22T18:00:00Z"), new SplittableRandom(1));
        try (var store = SqlStateStore.sqlite(directory.resolve("state.db"), timeline)) {
            var lease = NodeLease.take(store, MINER, new LeaseHolder("alpha", "its lock"), timeline, LENGTH);
            timeline.runFor(Duration.ofHours(1));
            assertThat(lease.isHeld()).isTrue();
            lease.close();
            assertThat(lease.isHeld()).isFalse();
        }
    }

    @Test
    void holderIsTold_whenARenewalHangsBeyondTheLease(@TempDir Path directory) {
        var timeline = new SimulatedTimeline(Instant.parse("2026-11-22T18:00:00Z"), new SplittableRandom(1));
        try (var store = new SharedStore(SqlStateStore.sqlite(directory.resolve("state.db"), timeline))) {
            var lease = NodeLease.take(store, MINER, new LeaseHolder("alpha", "its lock"), timeline, LENGTH);
            var lost = new ArrayList<Duration>();
            lease.keep(() -> lost.add(Duration.ofNanos(timeline.nanoTime())));
            store.beforeEach = () -> {
                try {
                    timeline.sleep(Duration.ofMinutes(10));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            };
            timeline.runFor(Duration.ofMinutes(15));

            assertThat(lost).containsExactly(LENGTH);
            timeline.killAll();
        }
    }

    @Test
    void holderGoesOn_whenTheAnswerToARenewalWasLost() {
        String url = TestPostgres.freshDatabase();
        try (var store = new SharedStore(SqlStateStore.postgres(url, "postgres", "postgres", clock))) {
            var lease = take(store, "alpha");
            clock.step(Duration.ofSeconds(30));

            store.loseTheNextAnswer();
            assertThat(lease.renew()).as("within the old one").isTrue();
            clock.step(Duration.ofSeconds(30));

            assertThat(lease.renew()).isTrue();
            assertTaken(store, "alpha", "2026-11-22T18:03:00Z");
        }
    }

    /** As a database that other machines have open too. */
    private static final class SharedStore extends ForwardingStateStore {
        private Runnable beforeEach = () -> {};
        private boolean losesAnswer;

        SharedStore(StateStore store) {
            super(store);
        }

        /** What is written stays written. */
        void loseTheNextAnswer() {
            losesAnswer = true;
        }

        @Override
        public <T> T transact(Function<Tx, T> work) {
            beforeEach.run();
            T answer = super.transact(work);
            if (losesAnswer) {
                losesAnswer = false;
                throw new AditException(StateErrorCode.STATE_UNAVAILABLE, "the connection broke");
            }
            return answer;
        }

        @Override
        public boolean exclusive() {
            return false;
        }
    }
}
