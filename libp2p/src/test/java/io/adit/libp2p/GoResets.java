package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.identity.PeerId;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Resets of streams between this side and go-libp2p, over whatever connection there is. */
final class GoResets {
    private static final Duration TIMEOUT = Duration.ofSeconds(40);

    private GoResets() {}

    /** Each side sees the other's. */
    static void check(GoPeer go, KeyType type, PeerId here, Connection connection, TestProtocols protocols)
            throws Exception {
        try (var stream = connection.newStream(List.of(TestProtocols.RESET), TIMEOUT)) {
            stream.setReadDeadline(TIMEOUT);
            stream.output().write(1);
            assertThatThrownBy(() -> stream.input().read())
                    .isInstanceOfSatisfying(
                            Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.STREAM_RESET));
        }

        assertThat(go.run(type, "reset", here)).isEqualTo("true");
        go.run(type, "observe-reset", here);
        var seen = Objects.requireNonNull(protocols.resets.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS));
        assertThat(seen.kind()).isEqualTo(Kind.STREAM_RESET);
    }
}
