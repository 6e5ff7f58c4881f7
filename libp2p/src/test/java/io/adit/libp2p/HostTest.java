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
import io.adit.libp2p.ping.Ping;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two of these hosts with each other, and one with strangers. */
@Timeout(60)
class HostTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final String ECHO = "/adit/test/echo/1.0.0";

    private final SecureRandom random = new SecureRandom();
    private final TestProtocols protocols = new TestProtocols();
    private final List<Host> hosts = new ArrayList<>();

    @AfterEach
    void closeHosts() {
        protocols.stalled.countDown();
        hosts.forEach(Host::close);
    }

    private Host start(HostLimits limits) throws Libp2pException {
        var builder = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .limits(limits)
                .listen("/ip4/127.0.0.1/tcp/0")
                .protocol(ECHO, stream -> stream.input().transferTo(stream.output()));
        protocols.register(builder);
        var host = builder.build();
        hosts.add(host);
        host.start();
        return host;
    }

    private Host start() throws Libp2pException {
        return start(HostLimits.defaults());
    }

    private static Multiaddr address(Host host) {
        return host.addresses().getFirst();
    }

    private static Socket stranger(Host host) throws IOException {
        var port = address(host).value(MultiaddrProtocol.TCP).orElseThrow();
        return new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
    }

    private static void assertKind(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void peersIdentifyAndPingEachOther_overOneConnection() throws Exception {
        var server = start();
        var client = start();

        var connection = client.connect(address(server), TIMEOUT);

        assertThat(connection.remotePeer()).isEqualTo(server.peerId());
        assertThat(connection.isInitiator()).isTrue();
        assertThat(connection.remoteInformation(TIMEOUT).protocols()).contains(ECHO);
        assertThat(new Ping(random).measure(connection, TIMEOUT)).isPositive();
        assertThat(client.connect(address(server), TIMEOUT)).isSameAs(connection);
        await().until(() -> server.connections().size() == 1);
        var back = server.connections().getFirst();
        assertThat(back.remotePeer()).isEqualTo(client.peerId());
        // The server uses the connection that it was dialled on.
        try (var stream = server.newStream(client.peerId(), List.of(ECHO), TIMEOUT)) {
            assertThat(stream.connection()).isSameAs(back);
            assertThat(stream.remotePeer()).isEqualTo(client.peerId());
        }
    }

    @Test
    void callersWhoDialAtOnce_shareOneConnection() throws Exception {
        var server = start();
        var client = start();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var dials = new ArrayList<Future<Connection>>();
            for (var index = 0; index < 20; index++) {
                dials.add(threads.submit(() -> client.connect(address(server), TIMEOUT)));
            }

            var first = dials.getFirst().get();
            for (var dial : dials) {
                assertThat(dial.get()).isSameAs(first);
            }
        }
    }

    @Test
    void callerWhoJoinedADialThatFailed_dialsItself() throws Exception {
        var server = start();
        var client = start();
        try (var silent = new java.net.ServerSocket(0);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var dead = Multiaddr.parse("/ip4/127.0.0.1/tcp/" + silent.getLocalPort())
                    .withPeer(server.peerId());
            var first = threads.submit(() -> client.connect(dead, Duration.ofSeconds(1)));
            silent.accept(); // now the first dial is under way, and will be until its deadline
            var second = client.connect(address(server), TIMEOUT);

            assertThat(second.isOpen()).isTrue();
            assertThatThrownBy(first::get).hasCauseInstanceOf(Libp2pException.class);
        }
    }

    @Test
    void nameWhoseLookUpHangs_endsAtTheDialsDeadline() throws Exception {
        var client = start();
        var address = Multiaddr.parse("/dns4/provider" + HangingLookUps.SUFFIX + "/tcp/1")
                .withPeer(Identity.generate(KeyType.ED25519, random).peerId());

        var began = System.nanoTime();
        assertKind(Kind.TIMEOUT, () -> client.connect(address, SHORT));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void manyStreamsAtOnce_eachArriveInFull() throws Exception {
        var server = start();
        var client = start();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var transfers = new ArrayList<Future<Long>>();
            for (var index = 0; index < 40; index++) {
                var size = 1L << (index % 23);
                transfers.add(threads.submit(() -> {
                    try (var stream = client.newStream(address(server), List.of(TestProtocols.SINK), TIMEOUT)) {
                        return TestProtocols.upload(stream, size).count();
                    }
                }));
            }
            for (var index = 0; index < 40; index++) {
                assertThat(transfers.get(index).get()).isEqualTo(1L << (index % 23));
            }
        }
    }

    @Test
    void bulkDataPassesBothWaysAtOnce() throws Exception {
        var server = start();
        var client = start();
        try (var stream = client.newStream(address(server), List.of(TestProtocols.DUPLEX), TIMEOUT)) {
            stream.output().write(ByteBuffer.allocate(8).putLong(32 << 20).array());
            var passed = TestProtocols.duplex(stream, 32 << 20);

            // Both ends make their bytes of the same seed.
            assertThat(passed.received()).isEqualTo(passed.sent());
        }
    }

    @Test
    void slowReaderStopsTheWriter_whoseDeadlineThenPasses() throws Exception {
        var server = start();
        var client = start();
        try (var stream = client.newStream(address(server), List.of(TestProtocols.STALL), TIMEOUT)) {
            stream.setWriteDeadline(SHORT);

            assertKind(Kind.TIMEOUT, () -> stream.write(new byte[(256 << 10) + 1], 0, (256 << 10) + 1));
        }
    }

    @Test
    void readDeadlinePasses_andTheStreamStaysUsable() throws Exception {
        var server = start();
        var client = start();
        try (var stream = client.newStream(address(server), List.of(ECHO), TIMEOUT)) {
            stream.setReadDeadline(SHORT);
            assertKind(Kind.TIMEOUT, () -> stream.input().read());

            stream.setReadDeadline(Duration.ZERO);
            stream.output().write(7);
            assertThat(stream.input().read()).isEqualTo(7);
        }
    }

    @Test
    void resetReachesTheHandler() throws Exception {
        var server = start();
        var client = start();
        var stream = client.newStream(address(server), List.of(TestProtocols.OBSERVE_RESET), TIMEOUT);
        stream.output().write(1);
        assertThat(stream.input().read()).isEqualTo(1);
        stream.reset();

        var seen = Objects.requireNonNull(protocols.resets.poll(20, TimeUnit.SECONDS));
        assertThat(seen.kind()).isEqualTo(Kind.STREAM_RESET);
        assertKind(Kind.CLOSED, () -> stream.input().read());
    }

    @Test
    void lostConnection_endsStreams_andTheNextStreamRedials() throws Exception {
        var server = start();
        var client = start();
        var stream = client.newStream(address(server), List.of(ECHO), TIMEOUT);
        await().until(() -> !server.connections().isEmpty());

        server.connections().getFirst().close();

        assertKind(Kind.CONNECTION_LOST, () -> stream.input().read());
        await().until(() -> client.connections().isEmpty());
        try (var again = client.newStream(server.peerId(), List.of(ECHO), TIMEOUT)) {
            again.output().write(3);
            assertThat(again.input().read()).isEqualTo(3);
        }
    }

    @Test
    void closedHost_refusesAndEndsEverything() throws Exception {
        var server = start();
        var client = start();
        var connection = client.connect(address(server), TIMEOUT);

        client.close();

        assertKind(Kind.CLOSED, () -> connection.newStream(List.of(ECHO), TIMEOUT));
        await().until(() -> server.connections().isEmpty());
    }

    @Test
    void otherPeerThanExpected_isRefused() throws Exception {
        var server = start();
        var other = start();
        var client = start();

        assertKind(Kind.IDENTITY, () -> client.connect(address(server).withPeer(other.peerId()), TIMEOUT));
        assertKind(Kind.IDENTITY, () -> client.connect(address(client), TIMEOUT));
    }

    @Test
    void addressesThatCannotBeDialled_areUnreachable() throws Exception {
        var client = start();
        var gone = start();
        var address = address(gone);
        gone.close();

        assertKind(Kind.UNREACHABLE, () -> client.connect(address, TIMEOUT));
        assertKind(Kind.UNREACHABLE, () -> client.connect(Multiaddr.parse("/ip4/127.0.0.1/tcp/1"), TIMEOUT));
        assertKind(
                Kind.UNREACHABLE,
                () -> client.connect(
                        Multiaddr.parse("/ip4/127.0.0.1/udp/1/quic-v1").withPeer(gone.peerId()), TIMEOUT));
        assertKind(Kind.UNREACHABLE, () -> client.newStream(gone.peerId(), List.of(ECHO), TIMEOUT));
    }

    @Test
    void silentStranger_isDroppedWhenTheHandshakeTimeIsOver() throws Exception {
        var server = start(HostLimits.defaults().withTimeouts(SHORT, TIMEOUT, TIMEOUT));
        try (var socket = stranger(server)) {
            socket.setSoTimeout(20_000);
            // The server speaks first: its multistream header. Then it hangs up.
            assertThat(socket.getInputStream().readAllBytes()).hasSize(20);
        }
    }

    @Test
    void dialToASilentHost_timesOut() throws Exception {
        var client = start();
        var nobody = Identity.generate(KeyType.ED25519, random).peerId();
        try (var silent = new java.net.ServerSocket(0)) {
            var address = Multiaddr.parse("/ip4/127.0.0.1/tcp/" + silent.getLocalPort());

            assertKind(Kind.TIMEOUT, () -> client.connect(address.withPeer(nobody), SHORT));
        }
    }

    @Test
    void strangerWhoSendsNonsense_isDroppedAtOnce_andOthersAreServed() throws Exception {
        var server = start();
        var nonsense = new byte[1 << 20];
        random.nextBytes(nonsense);
        try (var socket = stranger(server)) {
            // Well below the handshake's limit; a SocketTimeoutException is no SocketException and fails the test.
            socket.setSoTimeout(5_000);
            assertThat(sendUntilReset(socket, nonsense) || readsToTheEnd(socket))
                    .isTrue();
        }

        assertThat(start().connect(address(server), TIMEOUT).isOpen()).isTrue();
    }

    private static boolean sendUntilReset(Socket socket, byte[] nonsense) throws IOException {
        try {
            for (var times = 0; times < 3; times++) {
                socket.getOutputStream().write(nonsense);
            }
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    private static boolean readsToTheEnd(Socket socket) throws IOException {
        try {
            return socket.getInputStream().readAllBytes().length < 100;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void connectionsBeyondTheLimits_areClosedAtOnce() throws Exception {
        var server = start(HostLimits.defaults().withConnections(100, 2, 100));
        try (var first = stranger(server);
                var second = stranger(server);
                var third = stranger(server)) {
            third.setSoTimeout(20_000);
            assertThat(third.getInputStream().read()).isEqualTo(-1);
            first.setSoTimeout(20_000);
            assertThat(first.getInputStream().read()).isPositive();
            assertThat(second.isConnected()).isTrue();
        }
        // Places are given back.
        await().untilAsserted(() ->
                assertThat(start().connect(address(server), TIMEOUT).isOpen()).isTrue());
    }

    @Test
    void dialsBeyondTheLimit_areRefused() throws Exception {
        var client = start(HostLimits.defaults().withConnections(1, 1, 1));
        assertThat(client.connect(address(start()), TIMEOUT).isOpen()).isTrue();
        var second = start();

        assertKind(Kind.LIMIT, () -> client.connect(address(second), TIMEOUT));
    }

    @Test
    void streamsBeyondTheLimit_areReset() throws Exception {
        var session = new SessionLimits(1 << 20, 1 << 20, 3, 8, 8, Duration.ofSeconds(30), Duration.ofMinutes(1));
        var server = start(HostLimits.defaults().withSession(session));
        var client = start();
        var open = new ArrayList<Stream>();
        var connection = client.connect(address(server), TIMEOUT);
        connection.remoteInformation(TIMEOUT);
        for (var index = 0; index < 3; index++) {
            open.add(connection.newStream(List.of(TestProtocols.STALL), TIMEOUT));
        }

        assertKind(Kind.STREAM_RESET, () -> connection.newStream(List.of(ECHO), TIMEOUT));
        open.forEach(Stream::close);
        protocols.stalled.countDown();
        await().untilAsserted(() -> connection.newStream(List.of(ECHO), TIMEOUT).close());
    }

    @Test
    void streamThatAgreesOnNothing_isResetAfterItsLastProposal() throws Exception {
        var server = start();
        var client = start();
        var names = new ArrayList<String>();
        for (var index = 0; index < 70; index++) {
            names.add("/none/" + index);
        }

        var began = System.nanoTime();
        assertKind(Kind.STREAM_RESET, () -> client.newStream(address(server), names, TIMEOUT));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void streamThatSaysNothing_isResetWhenTheTimeToAgreeIsOver() throws Exception {
        var server = start(HostLimits.defaults().withTimeouts(TIMEOUT, SHORT, TIMEOUT));
        try (var peer = RawPeer.connect(address(server), random)) {
            peer.send(RawPeer.WINDOW_UPDATE, RawPeer.SYN, 1, 0);

            var began = System.nanoTime();
            while (peer.receive(RawPeer.WINDOW_UPDATE, RawPeer.RST).streamId() != 1) {
                // The host gives up its own stream, for identify, at about the same time.
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(SHORT.dividedBy(2), Duration.ofSeconds(10));
        }
    }

    @Test
    void failingHandler_resetsItsStreamOnly() throws Exception {
        var failing = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .listen("/ip4/127.0.0.1/tcp/0")
                .protocol("/fails", stream -> {
                    assertThat(stream.input().read()).isEqualTo(1);
                    throw new Libp2pException(Kind.LIMIT, "the handler's own reason");
                })
                .protocol(ECHO, stream -> stream.input().transferTo(stream.output()))
                .build();
        hosts.add(failing);
        failing.start();
        var connection = start().connect(address(failing), TIMEOUT);

        var failed = connection.newStream(List.of("/fails"), TIMEOUT);
        failed.output().write(1);
        assertKind(Kind.STREAM_RESET, () -> failed.input().read());
        try (var stream = connection.newStream(List.of(ECHO), TIMEOUT)) {
            stream.output().write(5);
            assertThat(stream.input().read()).isEqualTo(5);
        }
    }

    @Test
    void idleConnection_isClosed_butNotWhileAStreamIsOpen() throws Exception {
        var session = new SessionLimits(1 << 20, 1 << 20, 8, 8, 8, Duration.ofMillis(100), Duration.ofMinutes(1));
        var client = start(HostLimits.defaults()
                .withTimeouts(TIMEOUT, TIMEOUT, Duration.ofMillis(200))
                .withSession(session));
        var connection = client.connect(address(start()), TIMEOUT);
        var stream = connection.newStream(List.of(ECHO), TIMEOUT);
        await().during(Duration.ofMillis(800)).until(connection::isOpen);

        stream.close();

        await().until(() -> !connection.isOpen());
    }

    @Test
    void peerWithASilentAndARefusingAddress_isReachedAtItsThird() throws Exception {
        var server = start();
        var client = start();
        var refusing = start();
        var nobody = refusing.addresses().getFirst();
        refusing.close();
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var book = client.addressBook();
            book.add(server.peerId(), List.of(tcp(silent.getLocalPort())), Duration.ofDays(3));
            book.add(server.peerId(), List.of(nobody.withoutPeer().orElseThrow()), Duration.ofDays(2));
            book.add(server.peerId(), server.addresses(), Duration.ofDays(1));

            var connection = client.connect(server.peerId(), TIMEOUT);

            assertThat(connection.remoteAddress())
                    .isEqualTo(server.addresses().getFirst().withoutPeer().orElseThrow());
        }
    }

    private static Multiaddr tcp(int port) {
        return Multiaddr.parse("/ip4/127.0.0.1/tcp/" + port);
    }

    @Test
    void peerOfWhichNoAddressIsKnown_isUnreachable() throws Exception {
        var stranger = Identity.generate(KeyType.ED25519, new SecureRandom()).peerId();
        var client = start();

        assertKind(Kind.UNREACHABLE, () -> client.connect(stranger, TIMEOUT));
    }

    @Test
    void peerThatDialled_canBeDialledAtWhatItSaidOfItself() throws Exception {
        var server = start();
        var client = start();
        client.connect(server.addresses().getFirst(), TIMEOUT);

        await().atMost(TIMEOUT)
                .until(() -> server.addressBook()
                        .addresses(client.peerId())
                        .contains(client.addresses().getFirst().withoutPeer().orElseThrow()));
    }

    @Test
    void addressesAnnouncedLater_reachConnectedPeers() throws Exception {
        var server = start();
        var client = start();
        var connection = client.connect(server.addresses().getFirst(), TIMEOUT);
        assertThat(connection.remoteInformation(TIMEOUT).listenAddresses()).doesNotContain(tcp(4711));

        server.announce(List.of(tcp(4711)));

        await().atMost(TIMEOUT)
                .until(() ->
                        connection.remoteInformation(TIMEOUT).listenAddresses().equals(List.of(tcp(4711))));
    }

    @Test
    void announcedAddresses_takeThePlaceOfBoundOnes() throws Exception {
        var announced = Multiaddr.parse("/dns4/provider.example/tcp/24001");
        var host = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .listen("/ip4/0.0.0.0/tcp/0")
                .announce(announced)
                .build();
        hosts.add(host);
        host.start();

        assertThat(host.addresses()).containsExactly(announced.withPeer(host.peerId()));
    }

    @Test
    void interruptedReader_stopsWaiting() throws Exception {
        var server = start();
        var client = start();
        var stream = client.newStream(address(server), List.of(ECHO), TIMEOUT);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var reading = threads.submit(() -> stream.input().read());
            threads.shutdownNow();

            assertThatThrownBy(reading::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(Libp2pException.class);
        }
    }
}
