package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.Libp2pException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StaggeredDialTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofMillis(10);
    private static final Deadline DEADLINE = Deadline.after(Duration.ofMinutes(1));

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final LinkedBlockingQueue<String> discarded = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<String> givenUp = new LinkedBlockingQueue<>();
    private final CountDownLatch stubborn = new CountDownLatch(1);
    private final CountDownLatch otherRuns = new CountDownLatch(1);

    @AfterEach
    void stop() {
        stubborn.countDown();
        threads.shutdownNow();
    }

    private StaggeredDial<String, String> dial(Duration stagger) {
        return new StaggeredDial<>(threads, stagger, this::attempt, discarded::add);
    }

    private String attempt(String way) throws Libp2pException {
        if (way.startsWith("bad")) {
            throw new Libp2pException(Kind.UNREACHABLE, way);
        }
        if (way.equals("good, but second")) {
            awaitWhateverHappens(otherRuns);
        }
        if (way.equals("silent")) {
            otherRuns.countDown();
            try {
                stubborn.await();
            } catch (InterruptedException e) {
                givenUp.add(way);
                throw new Libp2pException(Kind.CLOSED, way, e);
            }
        }
        if (way.equals("stubborn")) {
            otherRuns.countDown();
            awaitWhateverHappens(stubborn);
        }
        return way;
    }

    /** As an attempt that is just done when it is given up. */
    private static void awaitWhateverHappens(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // goes on
            }
        }
    }

    @Test
    void failure_bringsTheNextWayAtOnce() throws Exception {
        assertThat(dial(HOUR).first(List.of("bad", "good"), DEADLINE)).isEqualTo("good");
    }

    @Test
    void silentWay_doesNotHoldUpTheNext_andIsGivenUp() throws Exception {
        assertThat(dial(SOON).first(List.of("silent", "good, but second"), DEADLINE))
                .isEqualTo("good, but second");
        assertThat(givenUp.poll(20, TimeUnit.SECONDS)).isEqualTo("silent");
    }

    @Test
    void allFail_isTheFirstFailureWithTheOthers() {
        assertThatThrownBy(() -> dial(HOUR).first(List.of("bad1", "bad2", "bad3"), DEADLINE))
                .hasMessage("bad1")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
    }

    @Test
    void whatIsMadeTooLate_isDiscarded() throws Exception {
        assertThat(dial(SOON).first(List.of("stubborn", "good, but second"), DEADLINE))
                .isEqualTo("good, but second");

        stubborn.countDown();

        assertThat(discarded.poll(20, TimeUnit.SECONDS)).isEqualTo("stubborn");
    }

    @Test
    void deadline_endsAllWays() {
        var soon = Deadline.after(Duration.ofMillis(50));

        assertThatThrownBy(() -> dial(SOON).first(List.of("silent", "silent"), soon))
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TIMEOUT));
        assertThat(discarded).isEmpty();
    }
}
