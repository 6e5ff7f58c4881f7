package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.core.time.SystemTimeline;
import io.adit.core.time.Timeline;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.identity.PeerId;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ExchangesTest {
    private static final Timeline TIMELINE = new SystemTimeline(Clock.systemUTC());

    private static final PeerId ONE = peer();
    private static final PeerId OTHER = peer();

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private static PeerId peer() {
        return Identity.generate(KeyType.ED25519, new SecureRandom()).peerId();
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void handsPlacesOn_inTheOrderOfTheLine() throws Exception {
        var exchanges = new Exchanges(1, 1, Duration.ofMinutes(10), TIMELINE);
        var served = new CopyOnWriteArrayList<Integer>();
        var waiting = new ArrayList<Future<?>>();
        assertThat(exchanges.enter(ONE)).isTrue();
        for (int i = 0; i < 5; i++) {
            int number = i;
            waiting.add(threads.submit(() -> {
                if (exchanges.enter(ONE)) {
                    served.add(number);
                    exchanges.leave(ONE);
                }
            }));
            await().until(() -> exchanges.inLine() == waiting.size());
        }
        exchanges.leave(ONE);
        for (var one : waiting) {
            one.get();
        }

        assertThat(served).isEqualTo(List.of(0, 1, 2, 3, 4));
        assertThat(exchanges.enter(ONE)).isTrue();
    }

    @Test
    void handsAPlaceFirst_toWhoHasTheFewest() throws Exception {
        var exchanges = new Exchanges(2, 2, Duration.ofMinutes(10), TIMELINE);
        assertThat(exchanges.enter(ONE)).isTrue();
        assertThat(exchanges.enter(ONE)).isTrue();
        var waiting = new ArrayList<Future<Boolean>>();
        for (int i = 0; i < 5; i++) {
            waiting.add(threads.submit(() -> exchanges.enter(ONE)));
        }
        await().until(() -> exchanges.inLine() == 5);
        var other = threads.submit(() -> exchanges.enter(OTHER));
        await().until(() -> exchanges.inLine() == 6);

        exchanges.leave(ONE);

        assertThat(other.get()).isTrue();
        assertThat(exchanges.inLine()).isEqualTo(5);
        assertThat(waiting).noneMatch(Future::isDone);
    }

    @Test
    void keepsPlacesForOthers_whenOnePeerHasItsShare() {
        var exchanges = new Exchanges(3, 2, Duration.ofMillis(1), TIMELINE);
        assertThat(exchanges.enter(ONE)).isTrue();
        assertThat(exchanges.enter(ONE)).isTrue();

        assertThat(exchanges.enter(ONE)).isFalse();
        assertThat(exchanges.enter(OTHER)).isTrue();
        exchanges.leave(ONE);
        assertThat(exchanges.enter(ONE)).isTrue();
    }

    @Test
    void turnsAway_whenNoPlaceGetsFreeInTime() {
        var exchanges = new Exchanges(1, 1, Duration.ofMillis(1), TIMELINE);
        assertThat(exchanges.enter(ONE)).isTrue();

        assertThat(exchanges.enter(ONE)).isFalse();
        assertThat(exchanges.inLine()).isZero();
        exchanges.leave(ONE);
        assertThat(exchanges.enter(ONE)).isTrue();
    }

    @Test
    void losesNoPlace_whenOneWhoWaitsIsInterrupted() throws Exception {
        var exchanges = new Exchanges(1, 1, Duration.ofMinutes(10), TIMELINE);
        assertThat(exchanges.enter(ONE)).isTrue();
        var waits = Thread.ofVirtual().start(() -> exchanges.enter(ONE));
        await().until(() -> exchanges.inLine() == 1);
        waits.interrupt();
        waits.join();

        assertThat(exchanges.inLine()).isZero();
        exchanges.leave(ONE);
        assertThat(exchanges.enter(ONE)).isTrue();
    }
}
