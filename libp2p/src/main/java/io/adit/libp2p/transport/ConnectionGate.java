package io.adit.libp2p.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts connections against the host's limits. IPv6 addresses count by their /64, which one machine may own whole. */
public final class ConnectionGate {
    private final int maxConnections;
    private final int maxPerAddress;
    private final int maxHandshakes;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger handshakes = new AtomicInteger();
    private final Map<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();

    /**
     * @param maxConnections inbound and outbound together
     * @param maxPerAddress inbound, from one remote address
     * @param maxHandshakes inbound, not secured yet
     */
    public ConnectionGate(int maxConnections, int maxPerAddress, int maxHandshakes) {
        this.maxConnections = maxConnections;
        this.maxPerAddress = maxPerAddress;
        this.maxHandshakes = maxHandshakes;
    }

    /** A place held by one connection until it is closed. */
    public final class Place implements AutoCloseable {
        private final Optional<InetAddress> address;
        private final AtomicBoolean handshaking;
        private final AtomicBoolean open = new AtomicBoolean(true);

        private Place(Optional<InetAddress> address) {
            this.address = address;
            this.handshaking = new AtomicBoolean(address.isPresent());
        }

        /** The connection is secured. */
        public void secured() {
            if (handshaking.compareAndSet(true, false)) {
                handshakes.decrementAndGet();
            }
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                secured();
                connections.decrementAndGet();
                address.ifPresent(ConnectionGate.this::leave);
            }
        }
    }

    /** A place for a connection that this side dials; empty if there is none left. */
    public Optional<Place> dial() {
        return tryIncrement(connections, maxConnections) ? Optional.of(new Place(Optional.empty())) : Optional.empty();
    }

    /** A place for a connection that came in; empty if a limit is reached. */
    public Optional<Place> accept(InetAddress remote) {
        var address = counted(remote);
        if (!tryIncrement(connections, maxConnections)) {
            return Optional.empty();
        }
        if (!tryIncrement(handshakes, maxHandshakes)) {
            connections.decrementAndGet();
            return Optional.empty();
        }
        if (perAddress.merge(address, 1, Integer::sum) > maxPerAddress) {
            leave(address);
            handshakes.decrementAndGet();
            connections.decrementAndGet();
            return Optional.empty();
        }
        return Optional.of(new Place(Optional.of(address)));
    }

    private void leave(InetAddress address) {
        perAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    }

    private static boolean tryIncrement(AtomicInteger counter, int limit) {
        return counter.getAndUpdate(count -> count < limit ? count + 1 : count) < limit;
    }

    /** What a remote address counts as. */
    static InetAddress counted(InetAddress remote) {
        if (!(remote instanceof Inet6Address)) {
            return remote;
        }
        var prefix = remote.getAddress();
        Arrays.fill(prefix, 8, 16, (byte) 0);
        try {
            return InetAddress.getByAddress(prefix);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("sixteen bytes are an IPv6 address", e);
        }
    }
}
