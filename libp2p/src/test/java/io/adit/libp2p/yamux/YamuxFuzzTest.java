package io.adit.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.Fuzzer;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.mux.ReceiveBudget;
import io.adit.libp2p.mux.SessionLimits;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class YamuxFuzzTest {
    private static final int WINDOW = SessionLimits.INITIAL_WINDOW;
    private static final int STREAMS = 8;
    private static final SessionLimits LIMITS =
            new SessionLimits(WINDOW, 0, STREAMS, STREAMS, STREAMS, Duration.ofSeconds(30), Duration.ofMinutes(1));

    @Test
    void anyFrames_areTakenOrATypedFailure_withinTheLimits() {
        Fuzzer.of("yamux", 2 << 20).run(20_000, YamuxFuzzTest::receive);
    }

    private static void receive(byte[] input, Random random) {
        var budget = new ReceiveBudget(WINDOW);
        var share = budget.shareOf(WINDOW, List.of());
        var session = new YamuxSession(false, LIMITS, share, new RecordingTransport(), stream -> {});
        try {
            // However the bytes are cut.
            for (var from = 0; from < input.length; ) {
                var part = Math.min(input.length - from, 1 + random.nextInt(40));
                session.receive(input, from, part);
                from += part;
            }
        } catch (Libp2pException e) {
            assertThat(e.kind()).isIn(Kind.PROTOCOL_VIOLATION, Kind.CONNECTION_LOST);
        }
        assertThat(session.streamCount()).isLessThanOrEqualTo(STREAMS);
        assertThat(budget.taken()).isBetween(0L, (long) WINDOW);
        session.terminate(new Libp2pException(Kind.CLOSED, "over"));
        assertThat(session.streamCount()).isZero();
    }
}
