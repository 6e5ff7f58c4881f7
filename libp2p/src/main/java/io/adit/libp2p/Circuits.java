package io.adit.libp2p;

import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.mux.PeerConnection;
import io.adit.libp2p.relay.CircuitAddress;
import io.adit.libp2p.relay.RelayClient;
import io.adit.libp2p.relay.RelayClient.Circuit;
import io.adit.libp2p.relay.Reservation;
import io.adit.libp2p.resource.Admission;
import io.adit.libp2p.resource.ConnectionPlace;
import io.adit.libp2p.resource.ResourceManager;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * A host's circuits through relays: those that it dials, and those that come in from the relays at which it has a
 * reservation. A circuit counts for its relay and for the peer that the relay names, not for the relay's address.
 */
final class Circuits {
    /** Of one relay; it has a few transports, over IPv4 and IPv6. */
    private static final int MOST_ADDRESSES = 8;

    /** Of one address that a relay names: with relay, circuit and peer at its end it is still one that anybody reads. */
    private static final int MOST_ADDRESS_BYTES = 256;

    /** Of all that are told of one relay: a few relays fit into what identify may say. */
    private static final int MOST_BYTES = 1024;

    private final RelayClient client;
    private final InstantSource clock;
    private final ResourceManager resources;
    private final Upgrade upgrade;
    private final RelayDial relays;
    private final Duration relayTime;
    private final Map<PeerId, Held> reservations = new ConcurrentHashMap<>();

    private record Held(Reservation reservation, List<Multiaddr> addresses) {}

    /** Secures a circuit; {@code onEnd} is called when it has ended. */
    @FunctionalInterface
    interface Upgrade {
        PeerConnection secure(
                Circuit circuit, Multiaddr remote, ConnectionPlace place, boolean initiator, Runnable onEnd)
                throws Libp2pException;
    }

    /** Connects to a relay. */
    @FunctionalInterface
    interface RelayDial {
        Connection connect(Multiaddr relay, Duration timeout) throws Libp2pException;
    }

    /** @param relayTime for a connection to a relay that shall bring one to somebody else */
    Circuits(
            RelayClient client,
            InstantSource clock,
            ResourceManager resources,
            Upgrade upgrade,
            RelayDial relays,
            Duration relayTime) {
        this.client = client;
        this.clock = clock;
        this.resources = resources;
        this.upgrade = upgrade;
        this.relays = relays;
        this.relayTime = relayTime;
    }

    /** Reserves a slot at a relay, or renews it. */
    Reservation reserve(Multiaddr relay, Duration timeout) throws Libp2pException {
        try {
            var connection = relays.connect(relay, timeout);
            var reservation = client.reserve(connection, timeout);
            var addresses = worthTelling(reservation.addresses(), connection.remoteAddress()).stream()
                    .map(address -> CircuitAddress.through(address, reservation.relay()))
                    .toList();
            reservations.put(reservation.relay(), new Held(reservation, addresses));
            return reservation;
        } catch (Libp2pException e) {
            throw e;
        } catch (IOException e) {
            throw new Libp2pException(Kind.CONNECTION_LOST, "no reservation at " + relay, e);
        }
    }

    /**
     * Where others may reach a relay: what it names, but for its own network's inside, which it names too, and in an order that
     * is the same each time, as far as they are not too long; where nothing is left, the address at which it is connected.
     */
    static List<Multiaddr> worthTelling(List<Multiaddr> named, Multiaddr seen) {
        var dialable = DialableAddresses.among(named, seen);
        var told = named.stream()
                .filter(address -> dialable.contains(address) || DialableAddresses.isName(address))
                .filter(address -> address.bytes().length <= MOST_ADDRESS_BYTES)
                .distinct()
                .sorted(Comparator.comparing(Multiaddr::toString))
                .limit(MOST_ADDRESSES)
                .toList();
        return told.isEmpty() ? List.of(seen) : within(told);
    }

    private static List<Multiaddr> within(List<Multiaddr> addresses) {
        var some = new ArrayList<Multiaddr>();
        var left = MOST_BYTES;
        for (var address : addresses) {
            left -= address.bytes().length;
            if (left >= 0) {
                some.add(address);
            }
        }
        return some;
    }

    /** Whether there was one. */
    boolean release(PeerId relay) {
        return reservations.remove(relay) != null;
    }

    /** Reservations that have not expired. */
    List<Reservation> reservations() {
        return reservations.values().stream()
                .map(Held::reservation)
                .filter(each -> each.expires().isAfter(clock.instant()))
                .toList();
    }

    boolean isReservedAt(PeerId peer) {
        var held = reservations.get(peer);
        return held != null && held.reservation().expires().isAfter(clock.instant());
    }

    /** Where this host is reached through relays, without its own ID at the end. */
    List<Multiaddr> addresses() {
        return reservations.values().stream()
                .filter(held -> held.reservation().expires().isAfter(clock.instant()))
                .flatMap(held -> held.addresses().stream())
                .distinct()
                .toList();
    }

    /** Dials a peer through a relay. */
    PeerConnection dial(Multiaddr address, PeerId peer, Deadline deadline) throws Libp2pException {
        var relay = CircuitAddress.parse(address)
                .map(CircuitAddress::relay)
                .filter(each -> !each.peerId().filter(peer::equals).isPresent())
                .orElseThrow(() -> new Libp2pException(
                        Kind.UNREACHABLE,
                        "cannot dial " + address + ": it must be <address>/p2p/<relay>/p2p-circuit/p2p/<peer>"));
        // Bounded by itself: two peers that are each said to be behind the other would wait for each other.
        var connection = relays.connect(relay, shorter(Host.left(deadline), relayTime));
        var place = switch (resources.dialCircuit(connection.remotePeer(), peer)) {
            case Admission.Granted<ConnectionPlace> granted -> granted.place();
            case Admission.Refused<ConnectionPlace> refused ->
                throw Libp2pException.refused("cannot dial " + address, refused.refusal());
        };
        var secured = false;
        try {
            var circuit = client.connect(connection, peer, Host.left(deadline));
            var made = upgrade.secure(circuit, remote(connection), place, true, () -> {});
            secured = true;
            return made;
        } catch (Libp2pException e) {
            throw e;
        } catch (IOException e) {
            throw new Libp2pException(Kind.CONNECTION_LOST, "lost the relay while dialling " + address, e);
        } finally {
            if (!secured) {
                place.close();
            }
        }
    }

    private static Duration shorter(Duration left, Duration most) {
        return left.isZero() || left.compareTo(most) > 0 ? most : left;
    }

    /** Takes a circuit that a relay brings, and stays until it has ended: the stream carries it. */
    void accept(Stream stream, Consumer<PeerConnection> onConnection) throws IOException, InterruptedException {
        var connection = stream.connection();
        if (!isReservedAt(stream.remotePeer())) {
            client.refuse(stream);
            return;
        }
        var circuit = client.offered(stream);
        switch (resources.acceptCircuit(stream.remotePeer(), circuit.peer(), stream::reset)) {
            // Not broken off, or the relay would not hear why.
            case Admission.Refused<ConnectionPlace> refused -> client.refuse(circuit);
            case Admission.Granted<ConnectionPlace> granted -> {
                try {
                    var ended = new CountDownLatch(1);
                    client.accept(circuit);
                    onConnection.accept(
                            upgrade.secure(circuit, remote(connection), granted.place(), false, ended::countDown));
                    ended.await();
                } finally {
                    granted.place().close();
                }
            }
        }
    }

    private static Multiaddr remote(Connection relay) {
        return CircuitAddress.through(relay.remoteAddress(), relay.remotePeer());
    }
}
