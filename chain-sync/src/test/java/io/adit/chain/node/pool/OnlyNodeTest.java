package io.adit.chain.node.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.TokenAmount;
import io.adit.core.time.SimulatedTimeline;
import io.adit.core.time.Strand;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pool of one: it is looked at as several are, and asked whatever is thought of it. */
class OnlyNodeTest {
    private final SimulatedTimeline timeline =
            new SimulatedTimeline(Instant.ofEpochSecond(SharedChain.GENESIS + 100 * 30 + 5), new Random(1));
    private final PoolNode node = new PoolNode(new SharedChain(100), timeline);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final NodePool pool = NodePool.open(
            List.of(new PoolMember("a", node)), PoolOptions.defaults(Optional.empty()), timeline, registry);

    @AfterEach
    void stop() {
        timeline.killAll();
    }

    private TipSet head() {
        var answer = new AtomicReference<Optional<TipSet>>(Optional.empty());
        timeline.start(Strand.Kind.VIRTUAL, "caller", () -> answer.set(Optional.of(pool.chainHead())));
        assertThat(timeline.runUntil(() -> answer.get().isPresent(), Duration.ofMinutes(1)))
                .isTrue();
        return answer.get().orElseThrow();
    }

    @Test
    void problems_whenItDoesNotAnswer_nameItUntilItDoes() {
        head();
        assertThat(pool.problems()).isEmpty();

        node.failure =
                Optional.of(RpcException.unanswered(RpcErrorCode.NODE_UNREACHABLE, "ChainHead", "connection refused"));
        timeline.runFor(Duration.ofSeconds(10));

        assertThat(pool.problems()).singleElement().asString().contains("full node a is unreachable", "no other one");
        assertThat(registry.get("adit_node_usable").gauge().value()).isZero();
        node.failure = Optional.empty();
        timeline.runFor(Duration.ofSeconds(30));
        assertThat(pool.problems()).isEmpty();
    }

    @Test
    void calls_whenItSaysWhatCannotBe_goToItAllTheSame() {
        head();
        node.headLie = head -> new TipSet(
                head.key(),
                List.of(SharedChain.header(head.parents().cids(), head.height().value(), TokenAmount.ofAtto(1))),
                head.height());
        timeline.runFor(Duration.ofSeconds(10));

        assertThat(pool.problems()).singleElement().asString().contains("WRONG_HEADER");
        assertThat(head().height().value()).isEqualTo(100);
    }
}
