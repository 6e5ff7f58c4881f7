package io.adit.sealing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.Epoch;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BatchRuleTest {

    private static final Instant START = Instant.ofEpochSecond(1_800_000_000);
    private static final Epoch HEAD = new Epoch(1000);
    private static final Epoch MUCH_LATER = new Epoch(90_000);
    private static final BatchRule RULE = new BatchRule(Duration.ofHours(1), 4, 360);

    private static BatchRule.Ready ready(Duration ago) {
        return new BatchRule.Ready(START.minus(ago), MUCH_LATER);
    }

    private static Optional<String> waits(int coming, BatchRule.Ready... ready) {
        return RULE.waitsFor(List.of(ready), coming, START, HEAD);
    }

    @Test
    void loneSectorGoesAtOnce_whenNoOtherIsAboutToBeReady() {
        assertThat(waits(0, ready(Duration.ZERO))).isEmpty();
    }

    @Test
    void sectorWaitsAndSaysForWhat_whenAnotherIsAboutToBeReady() {
        assertThat(waits(2, ready(Duration.ofMinutes(10)), ready(Duration.ZERO)))
                .hasValueSatisfying(why -> assertThat(why)
                        .contains("2 ready, 2 about to be")
                        .contains(START.plus(Duration.ofMinutes(50)).toString()));
    }

    @Test
    void allGo_whenTheFirstHasWaitedLongEnough() {
        assertThat(waits(1, ready(Duration.ofMinutes(59)), ready(Duration.ZERO)))
                .isPresent();
        assertThat(waits(1, ready(Duration.ofMinutes(60)), ready(Duration.ZERO)))
                .isEmpty();
    }

    @Test
    void allGo_whenTheMessageIsFull() {
        var four = Collections.nCopies(4, ready(Duration.ZERO)).toArray(BatchRule.Ready[]::new);
        assertThat(waits(1, four)).isEmpty();
    }

    @Test
    void allGo_whenOneOfThemIsDueWithinTheSlack() {
        var inTime = new BatchRule.Ready(START, HEAD.plus(361));
        var urgent = new BatchRule.Ready(START, HEAD.plus(360));
        assertThat(waits(1, ready(Duration.ZERO), inTime)).isPresent();
        assertThat(waits(1, ready(Duration.ZERO), urgent)).isEmpty();
    }

    @Test
    void nobodyWaits_whenThePatienceIsZero() {
        assertThat(new BatchRule(Duration.ZERO, 4, 360).waitsFor(List.of(ready(Duration.ZERO)), 3, START, HEAD))
                .isEmpty();
    }
}
