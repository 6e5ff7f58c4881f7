package io.adit.libp2p.resource;

import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.mux.ReceiveBudget;
import io.adit.libp2p.resource.ResourceUsage.Refused;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** Counts what a host has given away against its limits. Any thread may call it; nothing here waits. */
public final class ResourceManager {
    /** The part of the memory that one address or peer may have. */
    private static final int PER_ADDRESS = 4;

    private static final int PER_SUBNET = 2;
    private static final int RESERVED = 8;
    /** The part of the handshakes from which on the host counts as busy. */
    private static final int BUSY = 4;

    private final ResourceLimits limits;
    private final Predicate<PeerId> known;
    private final Handshakes handshakes;
    private final ReceiveBudget memory;
    /** Of {@link Scope#HOST} and {@link Scope#STRANGERS}. */
    private final Tally<Scope> connections = new Tally<>();

    private final Tally<Subnet> connectionsBySubnet = new Tally<>();
    private final Tally<Subnet> connectionsByAddress = new Tally<>();
    private final Tally<PeerId> connectionsByPeer = new Tally<>();
    private final Tally<Scope> streams = new Tally<>();
    private final AtomicLong attempts = new AtomicLong();
    private final AtomicInteger freeStreams = new AtomicInteger();
    private final Tally<Subnet> streamsBySubnet = new Tally<>();
    private final Tally<PeerId> streamsByPeer = new Tally<>();
    private final Tally<String> streamsByProtocol = new Tally<>();
    private final Tally<PeerProtocol> streamsByPeerAndProtocol = new Tally<>();
    private final Map<Refused, Long> refused = new ConcurrentHashMap<>();

    private record PeerProtocol(PeerId peer, String protocol) {
        @Override
        public String toString() {
            return peer + " " + protocol;
        }
    }

    /** @param known for whom some room is kept; asked when a connection is secured and when a stream comes in */
    public ResourceManager(ResourceLimits limits, Predicate<PeerId> known) {
        this.limits = limits;
        this.known = known;
        this.handshakes = new Handshakes(limits.handshakes());
        this.memory = new ReceiveBudget(limits.receiveBytes());
    }

    /**
     * A place for a connection that has come in and must be secured.
     *
     * @param evict closes it; called when its place is given to somebody else
     */
    public Admission<ConnectionPlace> accept(InetAddress remote, Runnable evict) {
        attempts.incrementAndGet();
        var place = new ConnectionPlace(this, true, remote, evict);
        if (!connectionsBySubnet.tryTake(place.subnet(), limits.connectionsPerSubnet())) {
            return refuse(Scope.SUBNET, Resource.CONNECTIONS, place.subnet(), limits.connectionsPerSubnet());
        }
        if (!connectionsByAddress.tryTake(place.address(), limits.connectionsPerAddress())) {
            connectionsBySubnet.give(place.subnet());
            return refuse(Scope.ADDRESS, Resource.CONNECTIONS, place.address(), limits.connectionsPerAddress());
        }
        var outcome = handshakes.enter(place);
        outcome.evicted().ifPresent(ConnectionPlace::evict);
        if (!outcome.entered()) {
            connectionsByAddress.give(place.address());
            connectionsBySubnet.give(place.subnet());
            return refuse(Scope.HOST, Resource.HANDSHAKES, "", limits.handshakes());
        }
        return new Admission.Granted<>(place);
    }

    /** Whether so many connections are being secured that strangers should first prove that they are where they say. */
    public boolean isBusy() {
        return handshakes.size() >= Math.max(1, limits.handshakes() / BUSY);
    }

    /** A place for a connection that this side dials; it may use what is reserved. */
    public Admission<ConnectionPlace> dial(InetAddress remote, PeerId peer) {
        var place = new ConnectionPlace(this, false, remote, () -> {});
        var refusal = place.secured(peer);
        return refusal.isPresent() ? new Admission.Refused<>(refusal.get()) : new Admission.Granted<>(place);
    }

    Optional<Refusal> establish(ConnectionPlace place, PeerId peer) {
        if (place.isInbound() && !handshakes.leave(place)) {
            return Optional.of(count(Scope.HOST, Resource.HANDSHAKES, "", limits.handshakes()));
        }
        var stranger = place.isInbound() && !known.test(peer);
        var forStrangers = limits.connections() - limits.reservedConnections();
        if (stranger && !connections.tryTake(Scope.STRANGERS, forStrangers)) {
            return Optional.of(count(Scope.STRANGERS, Resource.CONNECTIONS, "", forStrangers));
        }
        if (!connections.tryTake(Scope.HOST, limits.connections())) {
            giveIf(stranger, connections);
            return Optional.of(count(Scope.HOST, Resource.CONNECTIONS, "", limits.connections()));
        }
        if (!connectionsByPeer.tryTake(peer, limits.connectionsPerPeer())) {
            connections.give(Scope.HOST);
            giveIf(stranger, connections);
            return Optional.of(count(Scope.PEER, Resource.CONNECTIONS, peer, limits.connectionsPerPeer()));
        }
        if (stranger) {
            place.markStranger();
        }
        return Optional.empty();
    }

    void leave(ConnectionPlace place, Optional<PeerId> peer, boolean stranger) {
        if (place.isInbound()) {
            handshakes.leave(place);
            connectionsByAddress.give(place.address());
            connectionsBySubnet.give(place.subnet());
        }
        if (peer.isPresent()) {
            connections.give(Scope.HOST);
            giveIf(stranger, connections);
            connectionsByPeer.give(peer.get());
        }
    }

    Admission<StreamPlace> acceptStream(ConnectionPlace connection, PeerId peer) {
        if (!streamsByPeer.tryTake(peer, limits.streamsPerPeer())) {
            return refuse(Scope.PEER, Resource.STREAMS, peer, limits.streamsPerPeer());
        }
        if (connection.takeFreeStream()) {
            freeStreams.incrementAndGet();
            return new Admission.Granted<>(new StreamPlace(this, connection, peer, StreamPlace.Kind.FREE));
        }
        var kind = known.test(peer) ? StreamPlace.Kind.KNOWN : StreamPlace.Kind.STRANGERS;
        var refusal = takeStream(connection.subnet(), kind);
        if (refusal.isPresent()) {
            streamsByPeer.give(peer);
            return new Admission.Refused<>(refusal.get());
        }
        return new Admission.Granted<>(new StreamPlace(this, connection, peer, kind));
    }

    private Optional<Refusal> takeStream(Subnet subnet, StreamPlace.Kind kind) {
        var stranger = kind == StreamPlace.Kind.STRANGERS;
        var forStrangers = limits.streams() - limits.reservedStreams();
        if (stranger && !streams.tryTake(Scope.STRANGERS, forStrangers)) {
            return Optional.of(count(Scope.STRANGERS, Resource.STREAMS, "", forStrangers));
        }
        if (!streams.tryTake(Scope.HOST, limits.streams())) {
            giveIf(stranger, streams);
            return Optional.of(count(Scope.HOST, Resource.STREAMS, "", limits.streams()));
        }
        if (!streamsBySubnet.tryTake(subnet, limits.streamsPerSubnet())) {
            streams.give(Scope.HOST);
            giveIf(stranger, streams);
            return Optional.of(count(Scope.SUBNET, Resource.STREAMS, subnet, limits.streamsPerSubnet()));
        }
        return Optional.empty();
    }

    Optional<Refusal> agree(StreamPlace place, String protocol) {
        var both = new PeerProtocol(place.peer(), protocol);
        if (!streamsByPeerAndProtocol.tryTake(both, limits.streamsPerPeerAndProtocol())) {
            return Optional.of(
                    count(Scope.PEER_AND_PROTOCOL, Resource.STREAMS, both, limits.streamsPerPeerAndProtocol()));
        }
        if (place.kind() != StreamPlace.Kind.FREE
                && !streamsByProtocol.tryTake(protocol, limits.streamsPerProtocol())) {
            streamsByPeerAndProtocol.give(both);
            return Optional.of(count(Scope.PROTOCOL, Resource.STREAMS, protocol, limits.streamsPerProtocol()));
        }
        return Optional.empty();
    }

    void leave(StreamPlace place, Optional<String> protocol) {
        streamsByPeer.give(place.peer());
        if (place.kind() == StreamPlace.Kind.FREE) {
            freeStreams.decrementAndGet();
            place.connection().giveFreeStream();
        } else {
            streams.give(Scope.HOST);
            giveIf(place.kind() == StreamPlace.Kind.STRANGERS, streams);
            streamsBySubnet.give(place.connection().subnet());
            protocol.ifPresent(streamsByProtocol::give);
        }
        protocol.ifPresent(agreed -> streamsByPeerAndProtocol.give(new PeerProtocol(place.peer(), agreed)));
    }

    ReceiveBudget.Share memoryOf(ConnectionPlace place, PeerId peer) {
        var all = limits.receiveBytes();
        return memory.shareOf(
                known.test(peer) ? all : all - all / RESERVED,
                List.of(
                        new ReceiveBudget.Account(place.subnet(), all / PER_SUBNET),
                        new ReceiveBudget.Account(place.address(), all / PER_ADDRESS),
                        new ReceiveBudget.Account(peer, all / PER_ADDRESS)));
    }

    private static void giveIf(boolean stranger, Tally<Scope> tally) {
        if (stranger) {
            tally.give(Scope.STRANGERS);
        }
    }

    private <T> Admission<T> refuse(Scope scope, Resource resource, Object subject, long limit) {
        return new Admission.Refused<>(count(scope, resource, subject, limit));
    }

    private Refusal count(Scope scope, Resource resource, Object subject, long limit) {
        refused.merge(new Refused(scope, resource), 1L, Long::sum);
        return new Refusal(scope, resource, subject.toString(), limit);
    }

    public ResourceUsage usage() {
        return new ResourceUsage(
                attempts.get(),
                connections.of(Scope.HOST),
                handshakes.size(),
                streams.of(Scope.HOST) + freeStreams.get(),
                memory.taken(),
                refused);
    }

    /** Keys that something is counted for; none once everything was given back. */
    int keys() {
        return connections.keys()
                + connectionsBySubnet.keys()
                + connectionsByAddress.keys()
                + connectionsByPeer.keys()
                + streams.keys()
                + freeStreams.get()
                + streamsBySubnet.keys()
                + streamsByPeer.keys()
                + streamsByProtocol.keys()
                + streamsByPeerAndProtocol.keys();
    }
}
