package io.adit.libp2p.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ActivityTest {
    private final AtomicLong now = new AtomicLong();
    private final Activity activity = new Activity(now::get);

    private void after(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /** As somebody does who only wants to keep his place. */
    private void keepWarm(int minutes) {
        for (int i = 0; i < 4 * minutes; i++) {
            after(Duration.ofSeconds(15));
            activity.carried(1);
        }
    }

    @Test
    void newConnection_isOfUseUntilItIsIdle() {
        assertThat(activity.isUseless()).isFalse();
        after(Duration.ofSeconds(30));
        assertThat(activity.isUseless()).isTrue();
    }

    @Test
    void placeKeptWarm_isUseless() {
        keepWarm(1);
        assertThat(activity.isUseless()).isTrue();
    }

    @Test
    void oldBurst_doesNotKeepAPlace() {
        activity.carried(100_000_000);
        keepWarm(1);
        assertThat(activity.isUseless()).isFalse();
        keepWarm(3);
        assertThat(activity.isUseless()).isTrue();
    }

    @Test
    void idlePast_doesNotTellAgainstOneThatWorks() {
        keepWarm(600);
        assertThat(activity.isUseless()).isTrue();
        activity.carried(200_000);
        assertThat(activity.isUseless()).isFalse();
    }
}
