package io.adit.chain.head;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.node.NetworkParams;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeadAgeTest {
    private static final long GENESIS = 1_700_000_000L;
    private static final NetworkParams CHAIN =
            new NetworkParams("testnetnet", 30, BigInteger.ZERO, 150, Map.of(), 314, GENESIS);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SimulatedChain node = new SimulatedChain();
    private Instant now = Instant.ofEpochSecond(GENESIS);
    private Optional<TipSet> head = Optional.of(node.headNow());

    private HeadAge age(Optional<NetworkParams> chain) {
        return new HeadAge(() -> head, chain, () -> now, registry);
    }

    @Test
    void problem_whenTheHeadStandsStill_namesBothEpochsUntilItMovesOn() {
        var age = age(Optional.of(CHAIN));
        now = now.plus(Duration.ofSeconds(5 * 30 + 29));
        assertThat(age.problem()).as("as far behind as Lotus calls slow").isEmpty();

        now = now.plus(Duration.ofSeconds(1));

        assertThat(age.problem().orElse(""))
                .contains("STANDS STILL", "head is of epoch 0", "it is epoch 6", "6 epochs");
        assertThat(age.isStale()).isTrue();
        assertThat(age.byClock()).contains(new Epoch(6));
        assertThat(registry.get("adit_head_epochs_behind").gauge().value()).isEqualTo(6);
        now = Instant.ofEpochSecond(GENESIS);
        assertThat(age.problem()).isEmpty();
    }

    @Test
    void problem_whenNoHeadComesAfterTheStart_saysSo() {
        head = Optional.empty();
        now = now.plus(Duration.ofDays(900));
        var age = age(Optional.of(CHAIN));
        assertThat(age.problem()).isEmpty();

        now = now.plus(Duration.ofMinutes(3));

        assertThat(age.problem().orElse("")).contains("no head was heard of yet");
    }

    @Test
    void problem_whenTheHeadIsOfTheFuture_doubtsTheClock() {
        var age = age(Optional.of(CHAIN));
        now = Instant.ofEpochSecond(GENESIS).minus(Duration.ofHours(8));

        assertThat(age.problem().orElse("")).contains("comes in 960 epochs", "NTP");
        assertThat(age.isStale()).isFalse();
    }

    @Test
    void problem_whenTheChainsClockRunsFreely_isNeverThere() {
        var age = age(Optional.empty());
        now = now.plus(Duration.ofDays(9));

        assertThat(age.problem()).isEmpty();
        assertThat(age.isStale()).isFalse();
        assertThat(registry.get("adit_head_epochs_behind").gauge().value()).isNaN();
    }
}
