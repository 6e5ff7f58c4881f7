package io.adit.chain.node.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.chain.node.HeadChange;
import io.adit.core.time.SystemTimeline;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes over real sockets, with the times of a real network; one goes half-open. */
class FailOverTest {
    private static final long LIMIT = 5000;

    private final SystemTimeline timeline = new SystemTimeline(InstantSource.offset(
            InstantSource.system(),
            Duration.between(Instant.now(), Instant.ofEpochSecond(SharedChain.GENESIS + 100 * 30))));
    private final SharedChain chain = new SharedChain(100);
    private final PoolNode first = new PoolNode(chain, timeline);
    private final PoolNode second = new PoolNode(chain, timeline);
    private ServedNode firstServed;
    private ServedNode secondServed;
    private NodePool pool;

    @BeforeEach
    void start() throws IOException {
        firstServed = new ServedNode(first);
        secondServed = new ServedNode(second);
        pool = NodePool.open(
                List.of(new PoolMember("first", firstServed.client()), new PoolMember("second", secondServed.client())),
                PoolOptions.defaults(Optional.empty()),
                timeline,
                new SimpleMeterRegistry());
        assertThat(pool.stateNetworkName()).isEqualTo("testnetnet");
    }

    @AfterEach
    void stop() throws IOException {
        pool.close();
        firstServed.close();
        secondServed.close();
    }

    private static <T> T within(String what, Supplier<T> call) {
        long begun = System.nanoTime();
        var answer = call.get();
        long millis = (System.nanoTime() - begun) / 1_000_000;
        System.out.println("fail-over from a half-open node, " + what + ": " + millis + " ms");
        assertThat(millis).as(what).isLessThan(LIMIT);
        return answer;
    }

    private boolean isPrimary(String name) {
        return pool.members().stream().anyMatch(m -> m.primary() && m.name().equals(name));
    }

    @Test
    void readAndPushAndChannelGoOnWithin5Seconds_whenThePrimaryGoesHalfOpen() {
        List<HeadChange> heard = new CopyOnWriteArrayList<>();
        try (var subscription = pool.chainNotify(heard::addAll)) {
            await().until(() -> heard.size() == 1 && subscription.connected());
            chain.extend();
            await().until(() -> heard.size() == 2);

            firstServed.goHalfOpen();
            var message = NodePoolTest.message(0, 6);
            long begun = System.nanoTime();
            assertThat(within("read", pool::stateNetworkName)).isEqualTo("testnetnet");
            assertThat(within("push", () -> pool.mpoolPush(message))).isEqualTo(message.cid());
            assertThat(second.mpool).containsExactly(message);
            await().atMost(Duration.ofSeconds(10)).until(() -> heard.size() == 3);
            long millis = (System.nanoTime() - begun) / 1_000_000;
            System.out.println("fail-over from a half-open node, channel: " + millis + " ms");
            assertThat(millis).isLessThan(LIMIT);
            assertThat(heard.getLast().type()).isEqualTo(HeadChange.Type.CURRENT);
            assertThat(isPrimary("second")).isTrue();
            chain.extend();
            await().until(() -> heard.size() == 4);

            firstServed.heal();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> pool.members().getFirst().verdict().good());
            assertThat(isPrimary("second")).isTrue();
        }
    }

    @Test
    void channelAloneIsNoticedByTime_whenNobodyCalls() {
        List<HeadChange> heard = new CopyOnWriteArrayList<>();
        try (var subscription = pool.chainNotify(heard::addAll)) {
            await().until(() -> heard.size() == 1 && subscription.connected());
            firstServed.goHalfOpen();
            within("channel while nobody calls", () -> {
                await().atMost(Duration.ofSeconds(10)).until(() -> heard.size() == 2);
                return true;
            });
        }
    }

    @Test
    void callGoesOn_whenThePrimaryIsGone() throws IOException {
        firstServed.close();
        within("call of a node that is gone", pool::stateNetworkName);
    }
}
