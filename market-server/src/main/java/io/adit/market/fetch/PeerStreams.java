package io.adit.market.fetch;

import io.adit.libp2p.Connection;
import io.adit.libp2p.Host;
import io.adit.libp2p.HostLimits;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.Stream;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Opens streams to clients that serve data over libp2p. The host behind it listens nowhere, serves nothing, is made with the first
 * stream and has an identity of its own that nobody knows: it is not the provider's.
 */
final class PeerStreams implements AutoCloseable {
    /** Boost's DataTransferProtocol: HTTP/1.1, one request a stream. */
    static final String PROTOCOL = "/fil/storage/transfer/1.0.0";

    private static final Duration IDLE = Duration.ofMinutes(1);

    private final FetchLimits limits;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Host> host = Optional.empty();

    PeerStreams(FetchLimits limits) {
        this.limits = limits;
    }

    private Host host() {
        lock.lock();
        try {
            if (host.isEmpty()) {
                var defaults = HostLimits.defaults();
                host = Optional.of(Host.builder()
                        .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
                        .agent("adit-fetcher")
                        .limits(defaults.withTimeouts(defaults.handshakeTimeout(), defaults.negotiationTimeout(), IDLE))
                        .build());
            }
            return host.get();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Connects to one address, or uses the connection that there is to its peer, and opens a stream.
     *
     * @param address with an IP address that was checked, and the peer at its end
     */
    Stream open(Multiaddr address, Duration time) throws Libp2pException {
        var end = System.nanoTime() + time.toNanos();
        var connection = host().connect(address, shorter(limits.connect(), time));
        var left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
        return stream(connection, left);
    }

    private static Stream stream(Connection connection, Duration left) throws Libp2pException {
        try {
            return connection.newStream(List.of(PROTOCOL), left);
        } catch (Libp2pException e) {
            if (e.kind() == Kind.TIMEOUT) {
                // Nobody may be there any more; the next try is to find out.
                connection.close();
            }
            throw e;
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** A stream's bytes, each read of which has a time limit. */
    static InputStream patient(Stream stream, Duration silence) {
        return new InputStream() {
            @Override
            public int read() throws java.io.IOException {
                var one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws java.io.IOException {
                stream.setReadDeadline(silence);
                return stream.read(buffer, offset, length);
            }
        };
    }

    /** Why there is no stream; nothing of what the peer said. */
    static FetchException failure(Libp2pException e) {
        return switch (e.kind()) {
            case IDENTITY ->
                new FetchException(
                        FetchErrorCode.FETCH_UNREACHABLE, "somebody else than the URL's peer is at its address", e);
            case UNSUPPORTED_PROTOCOL ->
                new FetchException(FetchErrorCode.FETCH_UNAVAILABLE, "the peer does not serve " + PROTOCOL, e);
            case LIMIT ->
                new FetchException(FetchErrorCode.FETCH_UNAVAILABLE, "too many connections of the fetcher are open", e);
            default -> new FetchException(FetchErrorCode.FETCH_UNREACHABLE, "no connection to the URL's peer", e);
        };
    }

    @Override
    public void close() {
        lock.lock();
        try {
            host.ifPresent(Host::close);
            host = Optional.empty();
        } finally {
            lock.unlock();
        }
    }
}
