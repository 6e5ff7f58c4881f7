package io.adit.libp2p.ping;

import io.adit.libp2p.Connection;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.Stream;
import io.adit.libp2p.identity.PeerId;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Both sides of ping. */
public final class Ping {
    public static final String PROTOCOL = "/ipfs/ping/1.0.0";

    private static final int LENGTH = 32;
    /** A pinger that is silent for this long is done. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    /** "The listening peer SHOULD NOT accept more than two streams per peer" (libp2p's ping specification). */
    private static final int MAX_STREAMS = 2;

    private final SecureRandom random;
    private final Map<PeerId, Integer> answering = new ConcurrentHashMap<>();

    public Ping(SecureRandom random) {
        this.random = random;
    }

    /**
     * Serves {@link #PROTOCOL}: echoes until the remote finishes or falls silent.
     *
     * @throws Libp2pException LIMIT for a peer's third stream at once
     */
    public void answer(Stream stream) throws IOException {
        var peer = stream.remotePeer();
        try {
            if (answering.merge(peer, 1, Integer::sum) > MAX_STREAMS) {
                throw new Libp2pException(Kind.LIMIT, peer + " has " + MAX_STREAMS + " ping streams open already");
            }
            echo(stream);
        } finally {
            answering.computeIfPresent(peer, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    private static void echo(Stream stream) throws IOException {
        var message = new byte[LENGTH];
        stream.setReadDeadline(IDLE);
        stream.setWriteDeadline(IDLE);
        while (stream.input().readNBytes(message, 0, LENGTH) == LENGTH) {
            stream.write(message, 0, LENGTH);
            stream.setReadDeadline(IDLE);
            stream.setWriteDeadline(IDLE);
        }
    }

    /**
     * Pings once.
     *
     * @return the round trip
     * @throws Libp2pException as {@link Connection#newStream}; PROTOCOL_VIOLATION if other bytes come back
     */
    public Duration measure(Connection connection, Duration timeout) throws IOException {
        var sent = new byte[LENGTH];
        random.nextBytes(sent);
        try (var stream = connection.newStream(List.of(PROTOCOL), timeout)) {
            stream.setReadDeadline(timeout);
            stream.setWriteDeadline(timeout);
            var start = System.nanoTime();
            stream.write(sent, 0, LENGTH);
            var received = stream.input().readNBytes(LENGTH);
            if (!Arrays.equals(sent, received)) {
                throw new Libp2pException(Kind.PROTOCOL_VIOLATION, "remote answered a ping with other bytes");
            }
            return Duration.ofNanos(System.nanoTime() - start);
        }
    }
}
