package io.adit.libp2p.identify;

import io.adit.libp2p.Connection;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.PeerInformation;
import io.adit.libp2p.Stream;
import io.adit.libp2p.identity.PublicKey;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Both sides of identify. */
public final class Identify {
    public static final String PROTOCOL = "/ipfs/id/1.0.0";
    /** A remote announces that its information has changed. */
    public static final String PUSH_PROTOCOL = "/ipfs/id/push/1.0.0";

    private final PublicKey key;
    private final Function<Connection, PeerInformation> local;
    private final Duration timeout;

    /** @param local what to tell the remote of a connection about this host */
    public Identify(PublicKey key, Function<Connection, PeerInformation> local, Duration timeout) {
        this.key = key;
        this.local = local;
        this.timeout = timeout;
    }

    /** Serves {@link #PROTOCOL}. */
    public void answer(Stream stream) throws IOException {
        stream.setWriteDeadline(timeout);
        var message = IdentifyMessage.encode(key, local.apply(stream.connection()));
        stream.write(message, 0, message.length);
    }

    /** Reads what comes on a {@link #PUSH_PROTOCOL} stream. */
    public PeerInformation receivePush(Stream stream) throws IOException {
        return read(stream);
    }

    /**
     * Tells the remote of a connection what is true now.
     *
     * @throws Libp2pException as {@link Connection#newStream}
     */
    public void push(Connection connection) throws IOException {
        try (var stream = connection.newStream(List.of(PUSH_PROTOCOL), timeout)) {
            stream.setWriteDeadline(timeout);
            var message = IdentifyMessage.encode(key, local.apply(connection));
            stream.write(message, 0, message.length);
        }
    }

    /**
     * Asks the remote.
     *
     * @throws Libp2pException as {@link Connection#newStream}, or PROTOCOL_VIOLATION or IDENTITY for a bad answer
     */
    public PeerInformation ask(Connection connection) throws IOException {
        try (var stream = connection.newStream(List.of(PROTOCOL), timeout)) {
            stream.closeWrite();
            return read(stream);
        }
    }

    private PeerInformation read(Stream stream) throws IOException {
        stream.setReadDeadline(timeout);
        return IdentifyMessage.read(stream.input(), stream.connection().remotePublicKey());
    }
}
