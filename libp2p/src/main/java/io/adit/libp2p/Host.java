package io.adit.libp2p;

import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identify.Identify;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.mux.PeerConnection;
import io.adit.libp2p.noise.NoiseKey;
import io.adit.libp2p.ping.Ping;
import io.adit.libp2p.quic.QuicTransport;
import io.adit.libp2p.relay.CircuitAddress;
import io.adit.libp2p.relay.RelayClient;
import io.adit.libp2p.relay.Reservation;
import io.adit.libp2p.resource.ResourceManager;
import io.adit.libp2p.resource.ResourceUsage;
import io.adit.libp2p.tls.TlsIdentity;
import io.adit.libp2p.transport.ConnectionSecurity;
import io.adit.libp2p.transport.ConnectionUpgrader;
import io.adit.libp2p.transport.Endpoint;
import io.adit.libp2p.transport.NoiseSecurity;
import io.adit.libp2p.transport.SendBudget;
import io.adit.libp2p.transport.TcpTransport;
import io.adit.libp2p.transport.TlsSecurity;
import io.adit.libp2p.transport.TransportAddress;
import io.adit.libp2p.transport.WebSocketCarrier;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A libp2p node. It listens, dials, keeps at most one dialled connection to each peer and serves the protocols that it
 * was built with, besides identify and ping. Calls block and are meant for virtual threads.
 *
 * {@snippet :
 * var host = Host.builder().identity(identity).listen("/ip4/0.0.0.0/tcp/24001")
 *         .protocol("/example/1.0.0", stream -> stream.input().transferTo(stream.output()))
 *         .build();
 * host.start();
 * }
 */
public final class Host implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Host.class);
    private static final Duration HANDLERS_END = Duration.ofSeconds(3);
    /** RFC 8305, section 8. */
    private static final Duration DIAL_STAGGER = Duration.ofMillis(250);

    private static final String PROTOCOL_VERSION = "ipfs/0.1.0";

    private final Identity identity;
    private final List<Multiaddr> listen;
    private volatile List<Multiaddr> announce;
    private final String agent;
    private final HostLimits limits;
    private final Map<String, StreamHandler> handlers = new ConcurrentSkipListMap<>();
    private final Introductions introductions;
    private final ResourceManager resources;
    private final Transports transports;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("libp2p-", 0).factory());
    private final AddressBook book;
    private final StaggeredDial<Way<Endpoint>, PeerConnection> toSocket;
    private final StaggeredDial<Way<Multiaddr>, PeerConnection> toAddress;
    private final Dialer dialer;
    private final Circuits circuits;
    private final Map<PeerId, List<HostConnection>> connections = new ConcurrentHashMap<>();
    private final List<Endpoint> bound = new CopyOnWriteArrayList<>();

    /** One place to dial a peer at. */
    private record Way<A>(A address, PeerId peer, Deadline deadline) {}

    Host(HostBuilder builder, Identity identity, SecureRandom random) {
        this.identity = identity;
        this.listen = List.copyOf(builder.listen);
        this.announce = List.copyOf(builder.announce);
        this.agent = builder.agent;
        this.limits = builder.limits;
        this.resources = new ResourceManager(limits.resources(), builder.known);
        this.book = new AddressBook(builder.clock);
        this.introductions = new Introductions(
                new Identify(identity.publicKey(), this::localInformation, limits.negotiationTimeout()),
                limits.negotiationTimeout(),
                book,
                threads,
                this::openConnections);
        var ping = new Ping(random);
        handlers.put(Identify.PROTOCOL, introductions::answer);
        handlers.put(Identify.PUSH_PROTOCOL, introductions::receivePush);
        handlers.put(Ping.PROTOCOL, ping::answer);
        handlers.putAll(builder.handlers);
        var sendBudget = new SendBudget(limits.resources().sendBytes());
        var tls = new TlsIdentity(identity, random, InstantSource.system());
        var tcp = new TcpTransport(
                new ConnectionUpgrader(security(builder.security, tls, random), sendBudget),
                resources,
                new WebSocketCarrier(
                        builder.webSocketTls,
                        builder.webSocketTls.orElseGet(Host::platformTrust),
                        threads,
                        limits.handshakeTimeout(),
                        builder.trustedProxies),
                limits.handshakeTimeout(),
                threads);
        this.transports = new Transports(tcp, quic(builder, tls, sendBudget, random));
        this.toSocket = new StaggeredDial<>(
                threads,
                DIAL_STAGGER,
                way -> transports.dial(way.address(), way.peer(), left(way.deadline())),
                PeerConnection::drop);
        this.toAddress = new StaggeredDial<>(threads, DIAL_STAGGER, this::dialAddress, PeerConnection::drop);
        this.dialer = new Dialer(book, this::findConnection, this::dial);
        this.circuits = new Circuits(
                new RelayClient(identity.peerId(), builder.clock),
                builder.clock,
                resources,
                transports::secure,
                dialer::connect,
                limits.handshakeTimeout());
    }

    private static SSLContext platformTrust() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform lacks TLS", e);
        }
    }

    private List<ConnectionSecurity> security(List<SecurityProtocol> wanted, TlsIdentity tls, SecureRandom random) {
        return wanted.stream()
                .map(protocol -> switch (protocol) {
                    case NOISE -> new NoiseSecurity(new NoiseKey(identity, random), random);
                    case TLS -> new TlsSecurity(tls, threads);
                })
                .toList();
    }

    private Optional<QuicTransport> quic(
            HostBuilder builder, TlsIdentity tls, SendBudget sendBudget, SecureRandom random) {
        return QuicTransport.isAvailable()
                ? Optional.of(new QuicTransport(
                        tls,
                        resources,
                        sendBudget,
                        limits.session(),
                        limits.handshakeTimeout(),
                        builder.clock,
                        random,
                        threads))
                : Optional.empty();
    }

    public static HostBuilder builder() {
        return new HostBuilder();
    }

    /**
     * Binds the listen addresses.
     *
     * @throws Libp2pException UNREACHABLE if one cannot be bound; those bound before it stay bound until {@link #close}
     */
    public void start() throws Libp2pException {
        for (var address : listen) {
            for (var endpoint : TransportAddress.resolve(address, Deadline.after(limits.handshakeTimeout()))) {
                transports.listen(endpoint, this::beginInbound).ifPresent(bound::add);
            }
        }
    }

    private void beginInbound(PeerConnection secured) {
        try {
            begin(secured);
        } catch (Libp2pException e) {
            secured.drop();
        }
    }

    public PeerId peerId() {
        return identity.peerId();
    }

    /** Where this host can be dialled, each address ending in its peer ID: those announced, else those bound. */
    public List<Multiaddr> addresses() {
        return transportAddresses().stream()
                .map(address -> address.withPeer(peerId()))
                .toList();
    }

    private List<Multiaddr> transportAddresses() {
        var announced = announce;
        var direct = !announced.isEmpty()
                ? announced.stream()
                : bound.stream()
                        .flatMap(address -> TransportAddress.reachable(address).stream())
                        .map(Endpoint::toMultiaddr);
        return java.util.stream.Stream.concat(direct, circuits.addresses().stream())
                .distinct()
                .toList();
    }

    /**
     * Reserves a slot at a relay, or renews it: until the reservation expires, or the connection to the relay is lost,
     * others can reach this host through it, and are told so. Nothing renews it by itself; {@link
     * io.adit.libp2p.relay.RelaySlots} does.
     *
     * @param relay its address, ending in its peer ID
     * @throws Libp2pException LIMIT if it refuses; UNREACHABLE, TIMEOUT, IDENTITY, UNSUPPORTED_PROTOCOL,
     *     PROTOCOL_VIOLATION
     */
    public Reservation reserve(Multiaddr relay, Duration timeout) throws Libp2pException {
        handlers.putIfAbsent(RelayClient.STOP, stream -> circuits.accept(stream, this::beginInbound));
        var before = circuits.addresses();
        var reservation = circuits.reserve(relay, timeout);
        if (!circuits.addresses().equals(before)) {
            introductions.repeat();
        }
        return reservation;
    }

    /** Gives up a slot: circuits through the relay are accepted no longer. Those that are open stay. */
    public void release(PeerId relay) {
        if (circuits.release(relay)) {
            introductions.repeat();
        }
    }

    /** Slots that this host has at relays now. */
    public List<Reservation> reservations() {
        return circuits.reservations();
    }

    /** Connections open now. */
    public List<Connection> connections() {
        return List.copyOf(openConnections());
    }

    private List<HostConnection> openConnections() {
        return connections.values().stream()
                .flatMap(List::stream)
                .filter(HostConnection::isOpen)
                .toList();
    }

    /** What strangers and others have of this host now, and how often its limits have refused something. */
    public ResourceUsage resources() {
        return resources.usage();
    }

    /**
     * A connection to the peer that {@code address} ends at: an open one if there is one, else a new one.
     *
     * @param address {@code /<ip or dns>/…/tcp/…/p2p/<peer>}, with {@code /ws} or {@code /wss} before the peer or not,
     *     or {@code /<ip or dns>/…/udp/…/quic-v1/p2p/<peer>}, or either of a relay with {@code /p2p-circuit/p2p/<peer>}
     * @throws Libp2pException UNREACHABLE, TIMEOUT, IDENTITY, LIMIT or UNSUPPORTED_PROTOCOL
     */
    public Connection connect(Multiaddr address, Duration timeout) throws Libp2pException {
        return dialer.connect(address, timeout);
    }

    /**
     * A connection to a peer: an open one if there is one, else to whichever of its addresses in the {@link #addressBook}
     * answers first.
     *
     * @throws Libp2pException UNREACHABLE if no address is known, else as {@link #connect(Multiaddr, Duration)}
     */
    public Connection connect(PeerId peer, Duration timeout) throws Libp2pException {
        return dialer.reconnect(peer, timeout);
    }

    /** Where peers can be dialled: what the owner adds, what worked, and what peers say about themselves. */
    public AddressBook addressBook() {
        return book;
    }

    /** Connects as {@link #connect} does and opens a stream; {@code timeout} holds for both together. */
    public Stream newStream(Multiaddr address, List<String> protocols, Duration timeout) throws Libp2pException {
        var deadline = Deadline.after(timeout);
        return dialer.connect(address, timeout).newStream(protocols, left(deadline));
    }

    /**
     * Opens a stream to a peer that is connected, or of which the {@link #addressBook} knows an address.
     *
     * @throws Libp2pException UNREACHABLE if it is neither, else as {@link Connection#newStream}
     */
    public Stream newStream(PeerId peer, List<String> protocols, Duration timeout) throws Libp2pException {
        var deadline = Deadline.after(timeout);
        return dialer.reconnect(peer, timeout).newStream(protocols, left(deadline));
    }

    static Duration left(Deadline deadline) throws Libp2pException {
        var nanos = deadline.remainingNanos();
        if (nanos == 0) {
            throw new Libp2pException(Kind.TIMEOUT, "deadline passed while connecting, before a stream was opened");
        }
        return deadline == Deadline.NEVER ? Duration.ZERO : Duration.ofNanos(nanos);
    }

    private Optional<HostConnection> findConnection(PeerId peer) {
        return connections.getOrDefault(peer, List.of()).stream()
                .filter(HostConnection::isOpen)
                .min(Comparator.comparing(
                        connection -> connection.circuitLimit().isLimited()));
    }

    private HostConnection dial(PeerId peer, List<Multiaddr> addresses, Deadline deadline) throws Libp2pException {
        if (peer.equals(peerId())) {
            throw new Libp2pException(Kind.IDENTITY, "cannot dial " + addresses + ": it is this host's own");
        }
        var ways = addresses.stream()
                .limit(AddressBook.MAX_ADDRESSES)
                // QUIC first, as go-libp2p dials: one round trip less, and no head-of-line blocking among streams.
                // Circuits last: what is direct needs nobody else.
                .sorted(Comparator.<Multiaddr, Boolean>comparing(CircuitAddress::isCircuit)
                        .thenComparing(address -> !TransportAddress.isQuic(address)))
                .map(address -> new Way<>(address, peer, deadline))
                .toList();
        return begin(toAddress.first(ways, deadline));
    }

    /**
     * Dials a peer at these addresses though it may be connected, to see whether that works; the connection is dropped at
     * once.
     *
     * @return the address that worked; empty if none did in time
     */
    public Optional<Multiaddr> dialBack(PeerId peer, List<Multiaddr> addresses, Duration timeout) {
        var deadline = Deadline.after(timeout);
        try {
            var ways = addresses.stream()
                    .map(address -> new Way<>(address, peer, deadline))
                    .toList();
            var made = toAddress.first(ways, deadline);
            var reached = made.remoteMultiaddr();
            made.drop();
            return Optional.of(reached);
        } catch (Libp2pException e) {
            LOG.debug("cannot dial {} back at {}", peer, addresses, e);
            return Optional.empty();
        }
    }

    private PeerConnection dialAddress(Way<Multiaddr> way) throws Libp2pException {
        if (CircuitAddress.isCircuit(way.address())) {
            var circuit = circuits.dial(way.address(), way.peer(), way.deadline());
            book.add(way.peer(), List.of(way.address()), AddressBook.AFTER_A_DIAL);
            return circuit;
        }
        var sockets = TransportAddress.interleave(TransportAddress.resolve(way.address(), way.deadline())).stream()
                .limit(AddressBook.MAX_ADDRESSES)
                .map(socket -> new Way<>(socket, way.peer(), way.deadline()))
                .toList();
        var secured = toSocket.first(sockets, way.deadline());
        book.add(way.peer(), List.of(way.address()), AddressBook.AFTER_A_DIAL);
        return secured;
    }

    private HostConnection begin(PeerConnection secured) throws Libp2pException {
        var connection = new HostConnection(secured, handlers, limits, threads, circuits::isReservedAt);
        var peer = connection.remotePeer();
        if (peer.equals(peerId())) {
            secured.drop();
            throw new Libp2pException(Kind.IDENTITY, "the peer at the other end has this host's own identity");
        }
        connections.compute(peer, (key, held) -> {
            var longer = held == null ? new ArrayList<HostConnection>() : new ArrayList<>(held);
            longer.add(connection);
            return List.copyOf(longer);
        });
        connection.begin(() -> forget(connection));
        try {
            threads.execute(() -> introductions.ask(connection));
        } catch (RejectedExecutionException e) {
            connection.close();
            throw new Libp2pException(Kind.CLOSED, "this host is closed", e);
        }
        return connection;
    }

    private void forget(HostConnection connection) {
        connections.computeIfPresent(connection.remotePeer(), (key, held) -> {
            var shorter = held.stream().filter(other -> other != connection).toList();
            return shorter.isEmpty() ? null : shorter;
        });
        if (!connections.containsKey(connection.remotePeer())) {
            release(connection.remotePeer());
            introductions.over(connection.remotePeer());
        }
    }

    /**
     * Tells an observer of peers from now on; of those that have identified themselves already it is told at once.
     *
     * @return what ends it
     */
    public Runnable observe(PeerObserver observer) {
        return introductions.observe(observer);
    }

    private PeerInformation localInformation(Connection connection) {
        return new PeerInformation(
                PROTOCOL_VERSION,
                agent,
                List.copyOf(handlers.keySet()),
                transportAddresses(),
                Optional.of(connection.remoteAddress()));
    }

    /**
     * Serves a further protocol, or one with another handler, from now on; peers that listen for such news are told.
     *
     * @see HostBuilder#protocol
     */
    public void serve(String protocol, StreamHandler handler) {
        HostBuilder.checkProtocol(protocol);
        if (handlers.size() >= HostBuilder.MAX_PROTOCOLS && !handlers.containsKey(protocol)) {
            throw new IllegalArgumentException("cannot serve " + protocol + ": " + handlers.size() + " are served");
        }
        if (handlers.put(protocol, handler) == null) {
            introductions.repeat();
        }
    }

    /** Serves a protocol no longer; streams that are open go on. */
    public void stopServing(String protocol) {
        if (handlers.remove(protocol) != null) {
            introductions.repeat();
        }
    }

    /** Announces other addresses than before, in place of those bound, or those bound if there are none; tells peers. */
    public void announce(List<Multiaddr> addresses) {
        announce = addresses.stream()
                .map(address -> address.withoutPeer()
                        .orElseThrow(() -> new IllegalArgumentException("no transport address: " + address)))
                .toList();
        introductions.repeat();
    }

    /** Stops listening, closes all connections and interrupts all handlers, for which it waits a moment. */
    @Override
    public void close() {
        transports.stopListening();
        connections.values().stream().flatMap(List::stream).forEach(HostConnection::close);
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(HANDLERS_END.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("stream handlers still run {} after they were interrupted", HANDLERS_END);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        transports.close();
    }
}
