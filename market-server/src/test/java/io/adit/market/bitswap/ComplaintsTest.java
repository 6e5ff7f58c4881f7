package io.adit.market.bitswap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ComplaintsTest {
    @Test
    void oneAMinute() {
        var now = new AtomicLong(Long.MAX_VALUE - 1);
        var complaints = new Complaints(now::get);
        var cause = new IOException("input/output error");

        assertThat(complaints.unreadable("a block", cause)).isTrue();
        now.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(complaints.unreadable("a block", cause)).isFalse();
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(complaints.unreadable("a block", cause)).isTrue();
        assertThat(complaints.unreadable("a block", cause)).isFalse();
    }
}
