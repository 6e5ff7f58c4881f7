package io.adit.market.bitswap;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final int CHUNK = 64 << 10;
    /** 64 KiB in 4 seconds, with 30 to spare. */
    private final Pace pace = new Pace(16 << 10, Duration.ofSeconds(30));

    @Test
    void whoTakesAChunkNowAndThen_hasNoTimeLeftInTheEnd() {
        pace.took(CHUNK, Duration.ofSeconds(29).toNanos());
        assertThat(pace.allowance(CHUNK)).isEqualTo(Duration.ofSeconds(9));
        pace.took(CHUNK, Duration.ofSeconds(9).toNanos());
        assertThat(pace.allowance(CHUNK)).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void whoKeepsTheLeastRate_goesOn() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(pace.allowance(CHUNK)).isGreaterThanOrEqualTo(Duration.ofSeconds(4));
            pace.took(CHUNK, Duration.ofSeconds(4).toNanos());
        }
        assertThat(pace.allowance(CHUNK)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void timeComesBack_butNotMoreThanThereWas() {
        pace.took(CHUNK, Duration.ofSeconds(29).toNanos());
        for (int i = 0; i < 100; i++) {
            pace.took(CHUNK, 0);
        }
        pace.took(CHUNK, Duration.ofSeconds(24).toNanos());
        assertThat(pace.allowance(CHUNK)).isEqualTo(Duration.ofSeconds(14));
    }

    @Test
    void theEndOfAMessage_hasASecond() {
        pace.took(0, Duration.ofMinutes(1).toNanos());
        assertThat(pace.allowance(1)).isEqualTo(Duration.ofSeconds(1));
    }
}
