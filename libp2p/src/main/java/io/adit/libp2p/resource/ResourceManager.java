package io.adit.libp2p.resource;

import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.mux.ReceiveBudget;
import io.adit.libp2p.resource.Origin.Relays;
import io.adit.libp2p.resource.ResourceUsage.Refused;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** Counts what a host has given away against its limits. Any thread may call it; nothing here waits. */
public final class ResourceManager {
    /** The part of the memory that one address or peer may have. */
    private static final int PER_ADDRESS = 4;

    private static final int PER_SUBNET = 2;
    /** The same of one relay: two of them bring all circuits to half of the memory. */
    private static final int PER_RELAY = 4;
    /** The same of one peer behind a relay, which has as much as four such peers. */
    private static final int PER_PEER_BEHIND_RELAY = 16;

    private static final int RESERVED = 8;
    /** The part of the handshakes from which on the host counts as busy. */
    private static final int BUSY = 4;

    private final ResourceLimits limits;
    private final Predicate<PeerId> known;
    private final Handshakes handshakes;
    private final ReceiveBudget memory;
    private final Strangers strangers = new Strangers();
    private final LongSupplier nanoTime;
    /** Of {@link Scope#HOST} and {@link Scope#STRANGERS}. */
    private final Tally<Scope> connections = new Tally<>();

    /** Inbound, by each connection's origins, circuits also under {@link Relays#ALL}. */
    private final Tally<Origin> connectionsByOrigin = new Tally<>();

    private final Tally<PeerId> connectionsByPeer = new Tally<>();
    private final Tally<Scope> streams = new Tally<>();
    private final AtomicLong attempts = new AtomicLong();
    private final AtomicInteger freeStreams = new AtomicInteger();
    private final Tally<Origin> streamsByOrigin = new Tally<>();
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
        this(limits, known, System::nanoTime);
    }

    ResourceManager(ResourceLimits limits, Predicate<PeerId> known, LongSupplier nanoTime) {
        this.limits = limits;
        this.known = known;
        this.nanoTime = nanoTime;
        this.handshakes = new Handshakes(limits.handshakes());
        this.memory = new ReceiveBudget(limits.receiveBytes());
    }

    /**
     * A place for a connection that has come in and must be secured.
     *
     * @param evict closes it; called when its place is given to somebody else, be it secured by then or not
     */
    public Admission<ConnectionPlace> accept(InetAddress remote, Runnable evict) {
        return accept(Origin.Pair.of(remote), limits.connectionsPerAddress(), evict);
    }

    /**
     * A place for a circuit that a relay brings. It has nothing of what the relay's own address and subnet may have: a relay
     * brings whoever asks it, and none of them is to be kept out for another's sake.
     *
     * @param peer who is at the other end, by the relay's word
     * @param evict as for {@link #accept(InetAddress, Runnable)}
     */
    public Admission<ConnectionPlace> acceptCircuit(PeerId relay, PeerId peer, Runnable evict) {
        return accept(Origin.Pair.ofCircuit(relay, peer), limits.circuitsPerPeer(), evict);
    }

    private Admission<ConnectionPlace> accept(Origin.Pair origin, int mostOfNarrow, Runnable evict) {
        attempts.incrementAndGet();
        var place = new ConnectionPlace(this, true, origin, evict);
        if (origin.isCircuit() && !connectionsByOrigin.tryTake(Relays.ALL, limits.circuits())) {
            return refuse(Scope.CIRCUITS, Resource.CONNECTIONS, Relays.ALL, limits.circuits());
        }
        if (!connectionsByOrigin.tryTake(origin.wide(), limits.connectionsPerSubnet())) {
            giveRelays(origin, connectionsByOrigin);
            return refuse(origin.wideScope(), Resource.CONNECTIONS, origin.wide(), limits.connectionsPerSubnet());
        }
        if (!connectionsByOrigin.tryTake(origin.narrow(), mostOfNarrow)) {
            connectionsByOrigin.give(origin.wide());
            giveRelays(origin, connectionsByOrigin);
            return refuse(origin.narrowScope(), Resource.CONNECTIONS, origin.narrow(), mostOfNarrow);
        }
        var outcome = handshakes.enter(place);
        outcome.evicted().ifPresent(ConnectionPlace::evict);
        if (!outcome.entered()) {
            giveOrigins(origin);
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
        return dial(Origin.Pair.of(remote), peer);
    }

    /** A place for a circuit that this side dials through a relay. */
    public Admission<ConnectionPlace> dialCircuit(PeerId relay, PeerId peer) {
        return dial(Origin.Pair.ofCircuit(relay, peer), peer);
    }

    private Admission<ConnectionPlace> dial(Origin.Pair origin, PeerId peer) {
        var place = new ConnectionPlace(this, false, origin, () -> {});
        var refusal = place.secured(peer);
        return refusal.isPresent() ? new Admission.Refused<>(refusal.get()) : new Admission.Granted<>(place);
    }

    Optional<Refusal> establish(ConnectionPlace place, PeerId peer) {
        if (place.isInbound() && !handshakes.leave(place)) {
            return Optional.of(count(Scope.HOST, Resource.HANDSHAKES, "", limits.handshakes()));
        }
        var stranger = place.isInbound() && !known.test(peer);
        var forStrangers = limits.connections() - limits.reservedConnections();
        if (stranger && !takeStrangersPlace(place, forStrangers)) {
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
            strangers.add(place);
        }
        return Optional.empty();
    }

    private boolean takeStrangersPlace(ConnectionPlace newcomer, int most) {
        if (connections.tryTake(Scope.STRANGERS, most)) {
            return true;
        }
        var victim = strangers.takeVictimFor(newcomer);
        victim.ifPresent(place -> {
            var origin = place.origin();
            var ignored = count(origin.wideScope(), Resource.CONNECTIONS, origin.wide(), most);
            place.close(); // at once: the connection's own end may take a while
            place.evict();
        });
        return victim.isPresent() && connections.tryTake(Scope.STRANGERS, most);
    }

    Activity newActivity() {
        return new Activity(nanoTime);
    }

    void leave(ConnectionPlace place, Optional<PeerId> peer, boolean stranger) {
        if (place.isInbound()) {
            handshakes.leave(place);
            giveOrigins(place.origin());
        }
        if (peer.isPresent()) {
            if (stranger) {
                strangers.remove(place);
            }
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
        var refusal = takeStream(connection.origin(), kind);
        if (refusal.isPresent()) {
            streamsByPeer.give(peer);
            return new Admission.Refused<>(refusal.get());
        }
        return new Admission.Granted<>(new StreamPlace(this, connection, peer, kind));
    }

    private Optional<Refusal> takeStream(Origin.Pair origin, StreamPlace.Kind kind) {
        var stranger = kind == StreamPlace.Kind.STRANGERS;
        var forStrangers = limits.streams() - limits.reservedStreams();
        if (stranger && !streams.tryTake(Scope.STRANGERS, forStrangers)) {
            return Optional.of(count(Scope.STRANGERS, Resource.STREAMS, "", forStrangers));
        }
        if (!streams.tryTake(Scope.HOST, limits.streams())) {
            giveIf(stranger, streams);
            return Optional.of(count(Scope.HOST, Resource.STREAMS, "", limits.streams()));
        }
        if (origin.isCircuit() && !streamsByOrigin.tryTake(Relays.ALL, limits.streamsOfCircuits())) {
            streams.give(Scope.HOST);
            giveIf(stranger, streams);
            return Optional.of(count(Scope.CIRCUITS, Resource.STREAMS, Relays.ALL, limits.streamsOfCircuits()));
        }
        if (!streamsByOrigin.tryTake(origin.wide(), limits.streamsPerSubnet())) {
            giveRelays(origin, streamsByOrigin);
            streams.give(Scope.HOST);
            giveIf(stranger, streams);
            return Optional.of(count(origin.wideScope(), Resource.STREAMS, origin.wide(), limits.streamsPerSubnet()));
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
            var origin = place.connection().origin();
            streamsByOrigin.give(origin.wide());
            giveRelays(origin, streamsByOrigin);
            protocol.ifPresent(streamsByProtocol::give);
        }
        protocol.ifPresent(agreed -> streamsByPeerAndProtocol.give(new PeerProtocol(place.peer(), agreed)));
    }

    ReceiveBudget.Share memoryOf(ConnectionPlace place, PeerId peer) {
        var all = limits.receiveBytes();
        return memory.shareOf(known.test(peer) ? all : all - all / RESERVED, accounts(place.origin(), peer, all));
    }

    private static List<ReceiveBudget.Account> accounts(Origin.Pair origin, PeerId peer, long all) {
        var ofPeer = new ReceiveBudget.Account(peer, all / PER_ADDRESS);
        return origin.isCircuit()
                ? List.of(
                        new ReceiveBudget.Account(Relays.ALL, all / ResourceLimits.CIRCUITS_PART),
                        new ReceiveBudget.Account(origin.wide(), all / PER_RELAY),
                        new ReceiveBudget.Account(origin.narrow(), all / PER_PEER_BEHIND_RELAY),
                        ofPeer)
                : List.of(
                        new ReceiveBudget.Account(origin.wide(), all / PER_SUBNET),
                        new ReceiveBudget.Account(origin.narrow(), all / PER_ADDRESS),
                        ofPeer);
    }

    private void giveOrigins(Origin.Pair origin) {
        connectionsByOrigin.give(origin.narrow());
        connectionsByOrigin.give(origin.wide());
        giveRelays(origin, connectionsByOrigin);
    }

    private static void giveRelays(Origin.Pair origin, Tally<Origin> tally) {
        if (origin.isCircuit()) {
            tally.give(Relays.ALL);
        }
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
                + connectionsByOrigin.keys()
                + connectionsByPeer.keys()
                + streams.keys()
                + freeStreams.get()
                + streamsByOrigin.keys()
                + streamsByPeer.keys()
                + streamsByProtocol.keys()
                + streamsByPeerAndProtocol.keys();
    }
}
