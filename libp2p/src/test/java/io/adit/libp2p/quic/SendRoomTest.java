package io.adit.libp2p.quic;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.transport.SendBudget;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class SendRoomTest {
    private static final long BUDGET = 1 << 20;
    private static final int STREAMS = 500;

    private final SendBudget budget = new SendBudget(BUDGET);
    private final SendRoom room = new SendRoom(budget);

    /** What a stream writes until it has to wait, where QUIC takes nothing. */
    private long fill(SendRoom of) {
        var unsent = 0L;
        for (var part = of.allowed(unsent); part > 0 && unsent < QuicStream.MAX_UNSENT; part = of.allowed(unsent)) {
            of.take(part);
            unsent += part;
        }
        return unsent;
    }

    @Test
    void streamsOfAConnection_shareWhatItHasForItself_whenTheBudgetIsSpent() {
        budget.take(BUDGET);
        var all = 0L;
        for (var stream = 0; stream < STREAMS; stream++) {
            all += fill(room);
        }

        assertThat(all).isLessThanOrEqualTo(2L * SendRoom.BLOCK + (long) STREAMS * SendRoom.LEAST);
    }

    @Test
    void streamWhoseBytesWereTaken_goesOn_thoughOthersHaveUsedUpEverything() {
        budget.take(BUDGET);
        var others = new ArrayList<Long>();
        for (var stream = 0; stream < STREAMS; stream++) {
            others.add(fill(room));
        }

        assertThat(room.allowed(SendRoom.LEAST)).isZero();
        assertThat(room.allowed(0)).isEqualTo(SendRoom.LEAST);
        assertThat(fill(new SendRoom(budget)))
                .as("another connection has its own")
                .isGreaterThanOrEqualTo(SendRoom.BLOCK);
        others.forEach(room::give);
        budget.give(BUDGET);
        assertThat(room.allowed(0)).isEqualTo(SendRoom.BLOCK);
    }
}
