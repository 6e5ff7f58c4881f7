package io.adit.core.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@SuppressWarnings("LockNotBeforeTry") // who holds a lock when is what is tested
class SimulatedTimelineTest {
    private static final Instant BEGIN = Instant.parse("2026-10-19T00:00:00Z");

    private final List<String> seen = new ArrayList<>();

    private static SimulatedTimeline timeline(long seed) {
        return new SimulatedTimeline(BEGIN, new Random(seed));
    }

    /** Code that waits in a timeline, written as the rooms write it. */
    @FunctionalInterface
    private interface Waiting {
        void run() throws InterruptedException;
    }

    private static Strand start(Timeline timeline, String name, Waiting body) {
        return timeline.start(Strand.Kind.VIRTUAL, name, () -> {
            try {
                body.run();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void yearsPassAtOnce_inTheOrderOfTheAlarms() {
        var timeline = timeline(1);
        start(timeline, "late", () -> {
            timeline.sleep(Duration.ofDays(730));
            seen.add("late " + timeline.instant());
        });
        start(timeline, "early", () -> {
            timeline.sleep(Duration.ofDays(365));
            seen.add("early " + timeline.instant());
        });

        timeline.runFor(Duration.ofDays(1000));

        assertThat(seen).containsExactly("early 2027-10-19T00:00:00Z", "late 2028-10-18T00:00:00Z");
        assertThat(timeline.instant()).isEqualTo(BEGIN.plus(Duration.ofDays(1000)));
        assertThat(timeline.living()).isZero();
    }

    @Test
    void processThatPausesItself_goesOnFromThere_whenItIsResumed() {
        var timeline = timeline(1);
        timeline.startAs(1);
        start(timeline, "itself", () -> {
            seen.add("before");
            timeline.pauseHere();
            seen.add("after");
        });
        timeline.startAs(0);

        timeline.runFor(Duration.ofMinutes(5));
        assertThat(seen).containsExactly("before");

        timeline.resume(1);
        timeline.runFor(Duration.ofMillis(1));
        assertThat(seen).containsExactly("before", "after");
    }

    @Test
    void pausedProcessNoticesNothing_andGoesOnWhereItWas() {
        var timeline = timeline(1);
        timeline.startAs(1);
        start(timeline, "paused", () -> {
            timeline.sleep(Duration.ofSeconds(10));
            seen.add("woken after " + timeline.nanoTime() / 1_000_000_000);
        });
        timeline.startAs(2);
        start(timeline, "other", () -> {
            timeline.sleep(Duration.ofSeconds(20));
            seen.add("other after " + timeline.nanoTime() / 1_000_000_000);
        });
        timeline.runFor(Duration.ofSeconds(5));
        timeline.pause(1);
        timeline.runFor(Duration.ofSeconds(60));
        assertThat(seen).containsExactly("other after 20");

        timeline.resume(1);
        timeline.runFor(Duration.ofSeconds(1));
        assertThat(seen).containsExactly("other after 20", "woken after 65");
    }

    @Test
    void theSameSeedPlaysTheSameInterleaving_andOthersPlayOthers() {
        assertThat(story(7)).isEqualTo(story(7));
        var stories = new HashSet<List<String>>();
        for (long seed = 0; seed < 20; seed++) {
            stories.add(story(seed));
        }
        assertThat(stories).hasSizeGreaterThan(10);
    }

    private static List<String> story(long seed) {
        var timeline = timeline(seed);
        var told = new ArrayList<String>();
        for (var name : List.of("a", "b", "c")) {
            start(timeline, name, () -> {
                for (int i = 0; i < 5; i++) {
                    told.add(name + i);
                    timeline.sleep(Duration.ofSeconds(1));
                }
            });
        }
        timeline.runFor(Duration.ofMinutes(1));
        return told;
    }

    @Test
    void lockIsHeldByOne_alsoWhileItsHolderSleeps() {
        var timeline = timeline(2);
        var lock = timeline.newLock();
        var inside = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            start(timeline, "worker-" + i, () -> {
                lock.lock();
                lock.lock();
                try {
                    assertThat(inside.incrementAndGet()).isEqualTo(1);
                    timeline.sleep(Duration.ofSeconds(1));
                    inside.decrementAndGet();
                    seen.add("through");
                } finally {
                    lock.unlock();
                    lock.unlock();
                }
            });
        }
        timeline.runFor(Duration.ofSeconds(10));
        assertThat(seen).hasSize(10);
    }

    @Test
    @SuppressWarnings("WaitNotInLoop") // the single wait is what is tested
    void conditionWakesBySignalAndByTime() {
        var timeline = timeline(3);
        var lock = timeline.newLock();
        var changed = lock.newCondition();
        start(timeline, "waits", () -> {
            lock.lock();
            try {
                long left = changed.awaitNanos(TimeUnit.SECONDS.toNanos(10));
                seen.add("signalled with " + Duration.ofNanos(left));
                left = changed.awaitNanos(TimeUnit.SECONDS.toNanos(10));
                seen.add("timed out with " + Duration.ofNanos(left));
            } finally {
                lock.unlock();
            }
        });
        start(timeline, "signals", () -> {
            timeline.sleep(Duration.ofSeconds(4));
            lock.lock();
            changed.signalAll();
            lock.unlock();
        });
        timeline.runFor(Duration.ofMinutes(1));
        assertThat(seen).containsExactly("signalled with PT6S", "timed out with PT0S");
    }

    @Test
    void interruptEndsAWait_andTheLockGoesToTheNext() {
        var timeline = timeline(4);
        var lock = timeline.newLock();
        lock.lock();
        var first = timeline.start(Strand.Kind.VIRTUAL, "first", () -> {
            try {
                lock.lockInterruptibly();
            } catch (InterruptedException e) {
                seen.add("interrupted");
            }
        });
        start(timeline, "second", () -> {
            timeline.sleep(Duration.ofSeconds(1));
            lock.lock();
            seen.add("second");
            lock.unlock();
        });
        timeline.runFor(Duration.ofSeconds(2));
        lock.unlock();
        first.interrupt();
        timeline.runFor(Duration.ofSeconds(2));
        assertThat(seen).containsExactlyInAnyOrder("interrupted", "second");
        assertThat(first.isAlive()).isFalse();
    }

    @Test
    void joinWaitsForTheEnd_orForThePatience() {
        var timeline = timeline(5);
        var sleeper = start(timeline, "sleeper", () -> timeline.sleep(Duration.ofSeconds(5)));
        start(timeline, "joins", () -> {
            seen.add("early " + sleeper.join(Duration.ofSeconds(2)));
            seen.add("later " + sleeper.join(Duration.ofMinutes(2)) + " at " + timeline.nanoTime() / 1_000_000_000);
        });
        timeline.runFor(Duration.ofMinutes(5));
        assertThat(seen).containsExactly("early false", "later true at 5");
    }

    @Test
    void killedStrandsRunNothingMore_notEvenFinally() {
        var timeline = timeline(6);
        start(timeline, "victim", () -> {
            try {
                timeline.sleep(Duration.ofSeconds(5));
            } finally {
                seen.add("finally");
            }
        });
        timeline.runFor(Duration.ofSeconds(1));
        timeline.killAll();
        timeline.runFor(Duration.ofSeconds(10));
        assertThat(seen).isEmpty();
        assertThat(timeline.living()).isZero();
    }

    @Test
    void aProcessDiesAlone_withAllThatItStarted() {
        var timeline = timeline(7);
        for (int process = 1; process <= 2; process++) {
            int number = process;
            timeline.startAs(number);
            start(
                    timeline,
                    "parent",
                    () -> start(timeline, "child", () -> {
                        while (true) {
                            timeline.sleep(Duration.ofSeconds(1));
                            seen.add("child of " + timeline.process());
                        }
                    }));
        }
        timeline.startAs(0);
        start(timeline, "end", () -> {
            timeline.sleep(Duration.ofMillis(2500));
            assertThat(timeline.process()).isZero();
        });

        timeline.runFor(Duration.ofMillis(1500));
        timeline.kill(1);
        timeline.runFor(Duration.ofSeconds(2));

        assertThat(seen)
                .containsExactlyInAnyOrder("child of 1", "child of 2", "child of 2", "child of 2")
                .endsWith("child of 2", "child of 2");
        assertThat(timeline.living()).isEqualTo(1);
    }

    @Test
    void whoDiesInItsOwnTurn_takesItsProcessAlong_andNoOther() {
        var timeline = timeline(8);
        timeline.startAs(1);
        start(timeline, "dies", () -> {
            timeline.sleep(Duration.ofSeconds(1));
            timeline.dieHere();
        });
        start(timeline, "of the same", () -> {
            timeline.sleep(Duration.ofSeconds(2));
            seen.add("the same");
        });
        timeline.startAs(2);
        start(timeline, "of another", () -> {
            timeline.sleep(Duration.ofSeconds(3));
            seen.add("another");
        });

        timeline.runFor(Duration.ofSeconds(10));

        assertThat(seen).containsExactly("another");
        assertThat(timeline.living()).isZero();
    }

    @Test
    void uncaughtExceptionComesOutAtTheDriver() {
        var timeline = timeline(8);
        timeline.start(Strand.Kind.PLATFORM, "breaks", () -> {
            throw new IllegalArgumentException("broken");
        });
        assertThatThrownBy(() -> timeline.runFor(Duration.ofSeconds(1)))
                .isInstanceOf(SimulatedTimeline.SimulatedFailure.class)
                .hasMessageContaining("strand breaks")
                .hasRootCauseMessage("broken");
    }

    @Test
    void driverIsRefusedWhatWouldHaveToWait() {
        var timeline = timeline(9);
        var lock = timeline.newLock();
        start(timeline, "holds", () -> {
            lock.lock();
            timeline.sleep(Duration.ofDays(1));
        });
        timeline.runFor(Duration.ofSeconds(1));
        assertThatThrownBy(lock::lock).isInstanceOf(IllegalStateException.class).hasMessageContaining("driver");
        assertThatThrownBy(() -> timeline.sleep(Duration.ofSeconds(1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void runUntilStopsAsSoonAsItHolds_andGivesUpAfterThePatience() {
        var timeline = timeline(10);
        var done = new AtomicInteger();
        start(timeline, "counts", () -> {
            while (true) {
                timeline.sleep(Duration.ofSeconds(1));
                done.incrementAndGet();
            }
        });
        assertThat(timeline.runUntil(() -> done.get() == 3, Duration.ofHours(1)))
                .isTrue();
        assertThat(timeline.nanoTime()).isEqualTo(TimeUnit.SECONDS.toNanos(3));
        assertThat(timeline.runUntil(() -> false, Duration.ofSeconds(10))).isFalse();
        assertThat(timeline.nanoTime()).isEqualTo(TimeUnit.SECONDS.toNanos(13));
    }

    @Test
    void wallClockMayStep_waitingDoesNotNotice() {
        var timeline = timeline(11);
        start(timeline, "sleeps", () -> {
            timeline.sleep(Duration.ofSeconds(10));
            seen.add("after " + timeline.nanoTime() / 1_000_000_000);
        });
        timeline.runFor(Duration.ofSeconds(5));
        timeline.stepWallClock(Duration.ofHours(-1));
        timeline.runFor(Duration.ofSeconds(10));
        assertThat(seen).containsExactly("after 10");
        assertThat(timeline.instant())
                .isEqualTo(BEGIN.minus(Duration.ofHours(1)).plusSeconds(15));
    }
}
