package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.multiaddr.MultiaddrProtocol;
import io.adit.libp2p.mux.SessionLimits;
import io.adit.libp2p.resource.Resource;
import io.adit.libp2p.resource.ResourceUsage.Refused;
import io.adit.libp2p.resource.Scope;
import io.adit.libp2p.transport.TransportAddress;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hosts of this kind with each other over QUIC. */
@Timeout(120)
class QuicHostTest {
    private static final Duration SLOW_MACHINE = Duration.ofSeconds(60);
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String QUIC = "/ip4/127.0.0.1/udp/0/quic-v1";
    private static final String TCP = "/ip4/127.0.0.1/tcp/0";
    private static final String ECHO = "/adit/test/echo/1.0.0";
    private static final String LINGERING = "/adit/test/lingering/1.0.0";
    private static final String HELD = "/adit/test/held/1.0.0";

    private final SecureRandom random = new SecureRandom();
    private final TestProtocols protocols = new TestProtocols();
    private final CountDownLatch held = new CountDownLatch(1);
    private final List<Host> hosts = new ArrayList<>();

    @AfterEach
    void closeHosts() {
        held.countDown();
        protocols.stalled.countDown();
        hosts.forEach(Host::close);
    }

    private Host start(HostLimits limits, String... addresses) throws Libp2pException {
        var builder = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .limits(limits)
                .protocol(ECHO, stream -> stream.input().transferTo(stream.output()))
                .protocol(HELD, stream -> held.await())
                .protocol(LINGERING, stream -> {
                    stream.input().transferTo(stream.output());
                    stream.closeWrite();
                    held.await();
                });
        for (var address : addresses) {
            builder.listen(address);
        }
        protocols.register(builder);
        var host = builder.build();
        hosts.add(host);
        host.start();
        return host;
    }

    private Host start(String... addresses) throws Libp2pException {
        return start(HostLimits.defaults(), addresses);
    }

    private static Multiaddr address(Host host) {
        return host.addresses().getFirst();
    }

    private static void assertKind(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void hostsTransferInBothDirections_overOneConnection() throws Exception {
        var server = start(QUIC);
        var client = start();
        var amount = 20L << 20;

        try (var stream = client.newStream(address(server), List.of(TestProtocols.SINK), TIMEOUT)) {
            assertThat(TestProtocols.upload(stream, amount)).isEqualTo(TestProtocols.expected(amount));
        }
        try (var stream = client.newStream(server.peerId(), List.of(TestProtocols.DUPLEX), TIMEOUT)) {
            stream.output().write(ByteBuffer.allocate(8).putLong(amount).array());
            assertThat(TestProtocols.duplex(stream, amount).received()).isEqualTo(TestProtocols.expected(amount));
        }

        assertThat(address(server).toString()).contains("/quic-v1/p2p/");
        assertThat(client.connections()).hasSize(1);
        assertThat(server.connections().getFirst().remotePeer()).isEqualTo(client.peerId());
    }

    @Test
    void serverOpensStreamsOnTheConnectionThatItWasDialledOn() throws Exception {
        var server = start(QUIC);
        var client = start();
        client.connect(address(server), TIMEOUT);
        await().atMost(SLOW_MACHINE).until(() -> server.connections().size() == 1);

        try (var stream = server.newStream(client.peerId(), List.of(ECHO), TIMEOUT)) {
            stream.output().write(new byte[] {1, 2, 3});
            stream.closeWrite();
            assertThat(stream.input().readAllBytes()).containsExactly(1, 2, 3);
            assertThat(stream.input().read()).isEqualTo(-1);
        }
    }

    @Test
    void anotherPeerThanTheOneDialled_isRefused() throws Exception {
        var server = start(QUIC);
        var client = start();
        var other = Identity.generate(KeyType.ED25519, random).peerId();

        assertKind(Kind.IDENTITY, () -> client.connect(address(server).withPeer(other), TIMEOUT));
        await().atMost(SLOW_MACHINE).until(() -> client.resources().connections() == 0);
    }

    @Test
    void peerWithBothAddresses_isDialledOverQuic() throws Exception {
        var server = start(TCP, QUIC);
        var client = start();
        client.addressBook().add(server.peerId(), server.addresses(), Duration.ofHours(1));

        var connection = client.connect(server.peerId(), TIMEOUT);

        assertThat(TransportAddress.isQuic(connection.remoteAddress())).isTrue();
    }

    @Test
    void peerWhoseUdpIsBlocked_isReachedOverTcp() throws Exception {
        var server = start(TCP);
        var client = start();
        try (var silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            var blocked = Multiaddr.parse("/ip4/127.0.0.1/udp/" + silent.getLocalPort() + "/quic-v1");
            client.addressBook().add(server.peerId(), List.of(blocked, address(server)), Duration.ofHours(1));

            var connection = client.connect(server.peerId(), TIMEOUT);

            assertThat(TransportAddress.isQuic(connection.remoteAddress())).isFalse();
            await().atMost(SLOW_MACHINE)
                    .until(() -> client.resources().connections() == 1); // the QUIC attempt gave its place back
        }
    }

    @Test
    void nobodyAtTheAddress_endsAtTheDeadline() throws Exception {
        var client = start();
        try (var silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            var nobody = Multiaddr.parse("/ip4/127.0.0.1/udp/" + silent.getLocalPort() + "/quic-v1")
                    .withPeer(Identity.generate(KeyType.ED25519, random).peerId());

            assertKind(Kind.TIMEOUT, () -> client.connect(nobody, Duration.ofMillis(500)));
        }
    }

    @Test
    void hostThatCloses_endsItsConnectionsOnTheOtherSide() throws Exception {
        var server = start(QUIC);
        var client = start();
        var connection = client.connect(address(server), TIMEOUT);
        try (var stream = connection.newStream(List.of(HELD), TIMEOUT)) {
            server.close();

            stream.setReadDeadline(TIMEOUT);
            assertKind(Kind.CONNECTION_LOST, () -> stream.input().read());
        }
        await().atMost(SLOW_MACHINE).until(() -> !connection.isOpen());
        assertThat(client.resources().connections()).isZero();
    }

    @Test
    void closedStream_stillDeliversWhatWasWritten() throws Exception {
        var server = start(QUIC);
        var client = start();
        var amount = 4L << 20;

        // The handler returns, and so closes the stream, as soon as the last bytes are with QUIC.
        try (var stream = client.newStream(address(server), List.of(TestProtocols.SOURCE), TIMEOUT)) {
            stream.output().write(ByteBuffer.allocate(8).putLong(amount).array());
            assertThat(TestProtocols.drain(stream.input())).isEqualTo(TestProtocols.expected(amount));
        }
        await().atMost(SLOW_MACHINE).until(() -> server.resources().streams() == 0);
    }

    @Test
    void streamsBeyondThePeersShare_areReset() throws Exception {
        var limits = HostLimits.defaults();
        var server = start(limits.withResources(limits.resources().withStreams(2048, 6, 6)), QUIC);
        var client = start();
        var connection = client.connect(address(server), TIMEOUT);
        connection.remoteInformation(TIMEOUT);
        await().atMost(SLOW_MACHINE).until(() -> server.resources().streams() == 0);
        var open = new ArrayList<Stream>();
        for (var index = 0; index < 6; index++) {
            open.add(connection.newStream(List.of(HELD), TIMEOUT));
        }
        await().atMost(SLOW_MACHINE).until(() -> server.resources().streams() == 6);

        assertKind(Kind.STREAM_RESET, () -> connection.newStream(List.of(HELD), TIMEOUT));

        assertThat(server.resources().refused()).containsKey(new Refused(Scope.PEER, Resource.STREAMS));
        open.forEach(Stream::reset);
    }

    @Test
    void moreStreamsThanTheRemoteAdmits_waitForTheirTurn() throws Exception {
        var server = start(fourStreams(), QUIC);
        var client = start();
        client.connect(address(server), TIMEOUT).remoteInformation(TIMEOUT);

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var exchanges = new ArrayList<Future<Integer>>();
            for (var index = 0; index < 40; index++) {
                exchanges.add(threads.submit(() -> exchange(client, server, ECHO)));
            }
            for (var exchange : exchanges) {
                assertThat(exchange.get()).isEqualTo(1);
            }
        }
    }

    /** QUIC admits another stream as soon as both sides have finished one, whether or not its handler has returned. */
    @Test
    void streamAdmittedWhileHandlersLinger_waitsForThem() throws Exception {
        var server = start(fourStreams(), QUIC);
        var client = start();
        client.connect(address(server), TIMEOUT).remoteInformation(TIMEOUT);
        for (var index = 0; index < 4; index++) {
            assertThat(exchange(client, server, LINGERING)).isEqualTo(1);
        }

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var fifth = threads.submit(() -> exchange(client, server, ECHO));
            assertThatThrownBy(() -> fifth.get(500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            held.countDown();
            assertThat(fifth.get()).isEqualTo(1);
        }
    }

    private static HostLimits fourStreams() {
        var limits = HostLimits.defaults();
        var session = limits.session();
        return limits.withSession(new SessionLimits(
                session.maxWindow(), session.maxGrowth(), 4, 4, 4, session.keepAlive(), session.closeTimeout()));
    }

    private static int exchange(Host client, Host server, String protocol) throws IOException {
        try (var stream = client.newStream(server.peerId(), List.of(protocol), TIMEOUT)) {
            stream.output().write(7);
            stream.closeWrite();
            return stream.input().readAllBytes().length;
        }
    }

    /** A silent TCP connection keeps the host busy, so that QUIC's newcomers must show that they are where they say. */
    @Test
    void busyHost_servesWhoeverProvesHisAddress() throws Exception {
        var server = startBusy(() -> Instant.ofEpochSecond(1_800_000_000));
        try (var silent = stranger(server)) {
            await().atMost(SLOW_MACHINE).until(() -> server.resources().handshakes() == 1);

            assertThat(start().connect(quicAddress(server), TIMEOUT).isOpen()).isTrue();
            assertThat(silent.isConnected()).isTrue();
        }
    }

    @Test
    void busyHost_servesNobodyWithAnExpiredProof() throws Exception {
        var seconds = new AtomicLong(1_800_000_000);
        var server = startBusy(() -> Instant.ofEpochSecond(seconds.addAndGet(60)));
        try (var silent = stranger(server)) {
            await().atMost(SLOW_MACHINE).until(() -> server.resources().handshakes() == 1);

            assertThatThrownBy(() -> start().connect(quicAddress(server), Duration.ofSeconds(2)))
                    .isInstanceOf(Libp2pException.class);
            assertThat(silent.isConnected()).isTrue();
            assertThat(server.resources().connections()).isZero();
        }
    }

    private Host startBusy(InstantSource clock) throws Libp2pException {
        var limits = HostLimits.defaults();
        var server = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .clock(clock)
                .limits(limits.withConnections(64, 64, 2)
                        .withTimeouts(Duration.ofMinutes(2), TIMEOUT, Duration.ofMinutes(10)))
                .listen(TCP)
                .listen(QUIC)
                .build();
        hosts.add(server);
        server.start();
        return server;
    }

    private static Multiaddr quicAddress(Host host) {
        return host.addresses().stream()
                .filter(TransportAddress::isQuic)
                .findFirst()
                .orElseThrow();
    }

    private static Socket stranger(Host host) throws IOException {
        var port = address(host).value(MultiaddrProtocol.TCP).orElseThrow();
        return new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
    }

    @Test
    void connectionsBeyondTheAddressLimit_areRefused() throws Exception {
        var limits = HostLimits.defaults();
        var server = start(limits.withConnections(64, 2, 8), QUIC);
        var first = start().connect(address(server), TIMEOUT);
        var second = start().connect(address(server), TIMEOUT);
        await().atMost(SLOW_MACHINE).until(() -> server.connections().size() == 2);
        assertThat(first.isOpen() && second.isOpen()).isTrue();

        // The client's side of the handshake may be over before the server's refusal is there.
        try {
            var third = start().connect(address(server), TIMEOUT);
            await().atMost(SLOW_MACHINE).until(() -> !third.isOpen());
        } catch (Libp2pException refused) {
            assertThat(refused.kind()).isEqualTo(Kind.UNREACHABLE);
        }

        await().atMost(SLOW_MACHINE)
                .until(() ->
                        server.resources().refused().containsKey(new Refused(Scope.ADDRESS, Resource.CONNECTIONS)));
        assertThat(server.connections()).hasSize(2);
    }
}
