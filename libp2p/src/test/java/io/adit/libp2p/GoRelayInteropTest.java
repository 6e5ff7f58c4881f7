package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.autonat.AutoNatServing;
import io.adit.libp2p.autonat.Reachability;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.reach.Reach;
import io.adit.libp2p.reach.ReachPlan;
import io.adit.libp2p.relay.CircuitAddress;
import io.adit.libp2p.relay.CircuitLimit;
import io.adit.libp2p.relay.RelaySlots;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** This host as a client of go-libp2p's relays, and AutoNAT with it: the Go host with the Ed25519 key relays without limits, two others with. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class GoRelayInteropTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(40);
    private static final KeyType RELAY = KeyType.ED25519;
    private static final KeyType SMALL_RELAY = KeyType.ECDSA;
    private static final KeyType SHORT_RELAY = KeyType.RSA;
    private static final KeyType CLIENT = KeyType.SECP256K1;
    private static final int SMALL = 64 << 10;
    private static final Pulse QUICK = (interval, beat) -> Pulse.SYSTEM.every(Duration.ofMillis(200), beat);

    private final List<AutoCloseable> open = new ArrayList<>();
    private GoPeer go;

    @SuppressWarnings("NullAway.Init") // startPeers runs before every test
    GoRelayInteropTest() {}

    @BeforeAll
    void startPeers() throws Exception {
        go = GoPeer.startOrSkip();
        go.run(RELAY, "relay-serve", 0, 0, 3600);
        go.run(SMALL_RELAY, "relay-serve", SMALL, 60, 3600);
        go.run(SHORT_RELAY, "relay-serve", 1 << 20, 20, 8);
    }

    @AfterEach
    void closeHosts() throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
        open.clear();
    }

    @AfterAll
    void stopPeers() {
        if (go != null) {
            go.close();
        }
    }

    private Host start(SecurityProtocol... security) throws Libp2pException {
        return start(KeyType.ED25519, new TestProtocols(), security);
    }

    private Host start(KeyType type, TestProtocols protocols, SecurityProtocol... security) throws Libp2pException {
        var builder = Host.builder()
                .identity(Identity.generate(type, new SecureRandom()))
                .listen("/ip4/127.0.0.1/tcp/0")
                .security(security);
        protocols.register(builder);
        var host = builder.build();
        open.add(host);
        host.start();
        return host;
    }

    private Host start() throws Libp2pException {
        return start(SecurityProtocol.NOISE, SecurityProtocol.TLS);
    }

    private Multiaddr circuit(Host host) {
        return host.addresses().stream()
                .filter(address -> address.toString().startsWith(go.address(RELAY) + "/p2p-circuit/"))
                .findFirst()
                .orElseThrow();
    }

    private Multiaddr circuitTo(KeyType relay, KeyType peer) {
        return Multiaddr.parse(go.address(relay) + "/p2p-circuit/p2p/"
                + go.address(peer).peerId().orElseThrow());
    }

    @ParameterizedTest
    @EnumSource
    void goReachesJavaThroughARelay(SecurityProtocol security) throws Exception {
        var host = start(security);
        var reservation = host.reserve(go.address(RELAY), TIMEOUT);
        assertThat(reservation.relay()).isEqualTo(go.address(RELAY).peerId().orElseThrow());
        assertThat(reservation.expires())
                .isAfter(InstantSource.system().instant().plus(Duration.ofMinutes(50)));
        assertThat(reservation.limit()).isEqualTo(CircuitLimit.NONE);

        assertThat(go.run(CLIENT, "connect", circuit(host)))
                .isEqualTo(host.peerId().toString());
        var upload = go.run(CLIENT, "sink", host.peerId(), 4 << 20).split(" ");
        assertThat(upload[2]).isEqualTo(upload[0]);
        assertThat(go.run(CLIENT, "duplex", host.peerId(), 1 << 20))
                .endsWith(TestProtocols.expected(1 << 20).sha256());
        var connection = host.connections().stream()
                .filter(each ->
                        each.remotePeer().equals(go.address(CLIENT).peerId().orElseThrow()))
                .findFirst()
                .orElseThrow();
        assertThat(connection.remoteAddress().toString()).endsWith("/p2p-circuit");
        assertThat(connection.isInitiator()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void javaReachesGoThroughARelay(SecurityProtocol security) throws Exception {
        go.run(CLIENT, "relay-reserve", go.address(RELAY));
        var host = start(security);

        var connection = host.connect(circuitTo(RELAY, CLIENT), TIMEOUT);

        assertThat(connection.remotePeer())
                .isEqualTo(go.address(CLIENT).peerId().orElseThrow());
        try (var stream = connection.newStream(List.of(TestProtocols.SINK), TIMEOUT)) {
            assertThat(TestProtocols.upload(stream, 4 << 20)).isEqualTo(TestProtocols.expected(4 << 20));
        }
        connection.close();
        await().atMost(TIMEOUT).until(() -> !connection.isOpen());
    }

    /** Each kind of key on this side, and at the circuit's other end but for the relay's own. */
    @ParameterizedTest
    @EnumSource
    void everyKeyIsProvedThroughARelay_bothWays(KeyType type) throws Exception {
        var other = type == RELAY ? CLIENT : type;
        go.run(other, "relay-reserve", go.address(RELAY));
        var dialling = start(type, new TestProtocols(), SecurityProtocol.NOISE, SecurityProtocol.TLS);
        var connection = dialling.connect(circuitTo(RELAY, other), TIMEOUT);
        assertThat(connection.remotePublicKey().type()).isEqualTo(other);
        try (var stream = connection.newStream(List.of(TestProtocols.SINK), TIMEOUT)) {
            assertThat(TestProtocols.upload(stream, 1 << 20)).isEqualTo(TestProtocols.expected(1 << 20));
        }

        var listening = start(type, new TestProtocols(), SecurityProtocol.NOISE, SecurityProtocol.TLS);
        listening.reserve(go.address(RELAY), TIMEOUT);
        assertThat(go.run(other, "connect", circuit(listening)))
                .isEqualTo(listening.peerId().toString());
        var upload = go.run(other, "sink", listening.peerId(), 1 << 20).split(" ");
        assertThat(upload[2]).isEqualTo(upload[0]);
    }

    @Test
    void resetIsSeenThroughARelay() throws Exception {
        go.run(CLIENT, "relay-reserve", go.address(RELAY));
        var protocols = new TestProtocols();
        var host = start(KeyType.ED25519, protocols, SecurityProtocol.NOISE);
        var connection = host.connect(circuitTo(RELAY, CLIENT), TIMEOUT);

        GoResets.check(go, CLIENT, host.peerId(), connection, protocols);
    }

    @Test
    void javaReachesJavaThroughARelay_untilTheSlotIsGivenUp() throws Exception {
        var here = start();
        var there = start();
        there.reserve(go.address(RELAY), TIMEOUT);
        var address = circuit(there);

        var connection = here.connect(address, TIMEOUT);
        assertThat(connection.remoteInformation(TIMEOUT).protocols()).contains(TestProtocols.SINK);
        connection.close();
        await().atMost(TIMEOUT)
                .until(() -> here.connections().stream()
                        .noneMatch(each -> each.remotePeer().equals(there.peerId())));

        there.release(go.address(RELAY).peerId().orElseThrow());
        assertThat(there.addresses()).noneMatch(each -> each.toString().contains("p2p-circuit"));
        assertThatThrownBy(() -> here.connect(address, TIMEOUT))
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE));
    }

    @Test
    void peersAreToldOfTheCircuit() throws Exception {
        var host = start();
        go.run(CLIENT, "connect", host.addresses().getFirst());

        host.reserve(go.address(RELAY), TIMEOUT);

        await().atMost(TIMEOUT)
                .until(() -> go.run(CLIENT, "identify", host.peerId()).contains(go.address(RELAY) + "/p2p-circuit"));
    }

    @Test
    void relayThatMustNotOrCannot_saysWhy() throws Exception {
        var host = start();
        var nobody = Identity.generate(KeyType.ED25519, new SecureRandom()).peerId();

        assertThatThrownBy(
                        () -> host.connect(Multiaddr.parse(go.address(RELAY) + "/p2p-circuit/p2p/" + nobody), TIMEOUT))
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE))
                .hasMessageContaining("the peer has no reservation there");
        assertThatThrownBy(() -> host.reserve(go.address(CLIENT), TIMEOUT))
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED_PROTOCOL));
        assertThatThrownBy(() -> host.connect(Multiaddr.parse("/p2p-circuit/p2p/" + nobody), TIMEOUT))
                .isInstanceOf(Libp2pException.class);
    }

    @Test
    void limitOfBytes_isKnown_andEndsTheCircuit() throws Exception {
        go.run(CLIENT, "relay-reserve", go.address(SMALL_RELAY));
        var host = start();
        var connection = host.connect(circuitTo(SMALL_RELAY, CLIENT), TIMEOUT);
        assertThat(connection.circuitLimit()).isEqualTo(new CircuitLimit(Duration.ofMinutes(1), SMALL));

        assertThatThrownBy(() -> {
                    try (var stream = connection.newStream(List.of(TestProtocols.SINK), TIMEOUT)) {
                        TestProtocols.upload(stream, 1 << 20);
                    }
                })
                .isInstanceOf(IOException.class);

        await().atMost(TIMEOUT).until(() -> !connection.isOpen());
    }

    @Test
    @Tag("slow") // the relay's limit leaves slow machines the time to shake hands
    void limitOfTime_endsTheCircuit() throws Exception {
        go.run(CLIENT, "relay-reserve", go.address(SHORT_RELAY));
        var host = start();
        var connection = host.connect(circuitTo(SHORT_RELAY, CLIENT), TIMEOUT);
        assertThat(connection.circuitLimit().duration()).isEqualTo(Duration.ofSeconds(20));

        await().atMost(TIMEOUT).until(() -> !connection.isOpen());
    }

    @Test
    void slots_areRenewedBeforeTheyExpire_andGivenUpWhenNotNeeded() throws Exception {
        var host = start();
        var needed = new AtomicBoolean(true);
        var unreachable = go.address(CLIENT); // it relays for nobody: the next of the list is taken
        var slots = new RelaySlots(
                host, List.of(unreachable, go.address(SHORT_RELAY)), 1, needed::get, InstantSource.system());
        open.add(slots);
        slots.start(QUICK);
        await().atMost(TIMEOUT).until(() -> !host.reservations().isEmpty());
        var first = host.reservations().getFirst().expires();

        await().atMost(TIMEOUT)
                .until(() -> host.reservations().stream()
                        .anyMatch(each -> each.expires().isAfter(first.plusSeconds(8))));

        needed.set(false);
        await().atMost(TIMEOUT).until(() -> host.reservations().isEmpty());
    }

    /** The AutoNAT server is a host of this project: go-libp2p dials nobody back on the loopback interface. */
    @Test
    void hostThatNobodyCanDialBack_isReachedThroughTheRelay() throws Exception {
        var server = start();
        AutoNatServing.onLoopback(server, Duration.ofSeconds(1));
        var host = start();
        host.announce(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/1")));
        var plan = new ReachPlan(
                ReachPlan.Mode.AUTO,
                List.of(),
                List.of(go.address(RELAY)),
                2,
                server.addresses().stream().limit(1).toList());
        try (var reach = new Reach(host, plan, InstantSource.system(), new Random(5))) {
            assertThat(reach.reachability()).isEqualTo(Reachability.UNKNOWN);
            assertThat(reach.published()).as("while nobody has answered").isEmpty();
            reach.start(QUICK);
            await().atMost(TIMEOUT).until(() -> reach.published().isPresent());

            assertThat(reach.reachability()).isEqualTo(Reachability.PRIVATE);
            assertThat(reach.published().orElseThrow()).contains(circuit(host)).allMatch(CircuitAddress::isCircuit);
            assertThat(go.run(CLIENT, "connect", circuit(host)))
                    .isEqualTo(host.peerId().toString());
        }
    }

    @Test
    void hostThatIsDialledBack_takesNoSlot() throws Exception {
        var server = start();
        AutoNatServing.onLoopback(server, Duration.ofSeconds(40));
        var host = start();
        var plan = new ReachPlan(
                ReachPlan.Mode.AUTO,
                List.of(),
                List.of(go.address(RELAY)),
                2,
                server.addresses().stream().limit(1).toList());
        try (var reach = new Reach(host, plan, InstantSource.system(), new Random(5))) {
            reach.start(QUICK);
            await().atMost(TIMEOUT).until(() -> reach.published().isPresent());

            assertThat(reach.reachability()).isEqualTo(Reachability.PUBLIC);
            assertThat(reach.published().orElseThrow()).isEqualTo(host.addresses());
            assertThat(host.reservations()).isEmpty();
        }
    }

    @Test
    void goIsDialledBack() throws Exception {
        var host = start();
        AutoNatServing.onLoopback(host, Duration.ofSeconds(40));
        go.run(CLIENT, "connect", host.addresses().getFirst());

        assertThat(go.run(CLIENT, "autonat-ask", host.peerId())).isEqualTo("dialled");
    }

    /** go-libp2p dials nobody on the loopback interface; that it says so is an answer too. */
    @Test
    void goRefusesToDialBackInside_whichSaysNothing() throws Exception {
        go.run(CLIENT, "autonat-serve", "-");
        var host = start();
        var connection = host.connect(go.address(CLIENT), TIMEOUT);
        await().atMost(TIMEOUT)
                .until(() -> connection.remoteInformation(TIMEOUT).protocols().contains("/libp2p/autonat/1.0.0"));

        assertThat(AutoNatServing.ask(connection, host))
                .isEqualTo("101 refusing to dial peer with blocked observed address");
    }
}
