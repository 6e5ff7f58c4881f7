package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.Address;
import io.adit.market.policy.RejectionCode;
import io.adit.market.policy.UploadTerms;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class UploadSlotsTest {
    private static final UploadTerms TERMS = new UploadTerms(3, 2, Duration.ofDays(1));
    private static final Address ONE = Address.ofId(1);
    private static final Address OTHER = Address.ofId(2);

    private final UploadSlots slots = new UploadSlots();

    @Test
    void leavesRoomForOthers_whenOneClientUploadsAllItMay() {
        assertThat(slots.enter(ONE, TERMS)).isEmpty();
        assertThat(slots.enter(ONE, TERMS)).isEmpty();
        assertThat(slots.enter(ONE, TERMS).orElseThrow()).satisfies(why -> {
            assertThat(why.code()).isEqualTo(RejectionCode.TOO_MANY_UPLOADS);
            assertThat(why.limit()).contains("at most 2 of a client");
        });
        assertThat(slots.enter(OTHER, TERMS)).isEmpty();
        assertThat(slots.enter(OTHER, TERMS).orElseThrow().limit()).contains("at most 3 at a time");

        slots.leave(ONE);
        assertThat(slots.enter(OTHER, TERMS)).isEmpty();
        assertThat(slots.enter(ONE, TERMS).orElseThrow().limit()).contains("at most 3 at a time");
        slots.leave(OTHER);
        assertThat(slots.enter(ONE, TERMS)).isEmpty();
    }
}
