package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.multiaddr.MultiaddrProtocol;
import io.adit.libp2p.ping.Ping;
import io.adit.libp2p.resource.Resource;
import io.adit.libp2p.resource.ResourceLimits;
import io.adit.libp2p.resource.ResourceUsage.Refused;
import io.adit.libp2p.resource.Scope;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many strangers from all over the place, and one honest peer that wants to be served while they are there. */
@Timeout(300)
class FloodTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ResourceLimits RESOURCES = ResourceLimits.forHeap(256 << 20)
            .withConnections(64, 16, 32)
            .withStreams(512, 128, 128)
            .withMemory(16 << 20, 8 << 20);
    /** What the floods may leave behind, the test's own sockets included. */
    private static final long FLAT = 32 << 20;

    /** Attempts between two visits of the honest peer; two batches are held open. */
    private static final int BATCH = 250;

    /** A handshake record of 16 KiB, of which six bytes come: a ClientHello. */
    private static final byte[] BEGINNING_OF_A_TLS_RECORD = {0x16, 3, 1, 0x40, 0, 1};

    private final SecureRandom random = new SecureRandom();
    private final Random addresses = new Random(4711);
    private final TestProtocols protocols = new TestProtocols();
    private final ArrayDeque<Socket> sockets = new ArrayDeque<>();
    private final List<RawPeer> attackers = new ArrayList<>();
    private Host server;

    @SuppressWarnings("NullAway.Init") // startServer runs before every test
    FloodTest() {}

    @BeforeEach
    void startServer() throws Exception {
        var builder = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .limits(HostLimits.defaults()
                        .withResources(RESOURCES)
                        .withTimeouts(Duration.ofMinutes(2), Duration.ofMinutes(2), Duration.ofMinutes(2)))
                .listen("/ip4/127.0.0.1/tcp/0");
        protocols.register(builder);
        server = builder.build();
        server.start();
    }

    @AfterEach
    void closeAll() throws Exception {
        protocols.stalled.countDown();
        for (var socket : sockets) {
            socket.close();
        }
        for (var attacker : attackers) {
            attacker.close();
        }
        server.close();
    }

    @Test
    void thousandsOfConnectionAttempts_leaveMemoryFlatAndTheHonestServed() throws Exception {
        connectionAttempts(3_000);
    }

    @Test
    @Tag("slow")
    void fiftyThousandConnectionAttempts_leaveMemoryFlatAndTheHonestServed() throws Exception {
        connectionAttempts(50_000);
    }

    /**
     * Silent ones, such as stop within a line or within a handshake that they have begun, and such as send nonsense; each from
     * a subnet of its own.
     */
    private void connectionAttempts(int count) throws Exception {
        serveTheHonest();
        var before = memory();
        for (var batch = 0; batch < count / BATCH; batch++) {
            var seen = server.resources().attempts();
            var earlier = new ArrayDeque<>(sockets);
            for (var attempt = 0; attempt < BATCH; attempt++) {
                attempt(attempt);
            }
            await().atMost(TIMEOUT).until(() -> server.resources().attempts() >= seen + BATCH);
            serveTheHonest();
            for (var socket : earlier) {
                socket.close();
                sockets.remove(socket);
            }
        }
        assertThat(memory() - before).isLessThan(FLAT);
        assertThat(server.resources().handshakes()).isLessThanOrEqualTo(RESOURCES.handshakes());
        for (var socket : sockets) {
            socket.close();
        }
        await().atMost(TIMEOUT).until(() -> server.resources().handshakes() == 0);
    }

    private void attempt(int number) throws IOException {
        var socket = new Socket();
        try {
            socket.bind(new InetSocketAddress(stranger(), 0));
            var port = Integer.parseInt(
                    server.addresses().getFirst().value(MultiaddrProtocol.TCP).orElseThrow());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) TIMEOUT.toMillis());
            switch (number % 5) {
                case 0 -> socket.getOutputStream().write(ascii("\u0013/multistream/"));
                case 1 -> socket.getOutputStream().write(ascii("\u0013/multistream/1.0.0\n\u0007/noise\n"));
                case 2 -> {
                    socket.getOutputStream().write(ascii("\u0013/multistream/1.0.0\n\u000b/tls/1.0.0\n"));
                    socket.getOutputStream().write(BEGINNING_OF_A_TLS_RECORD);
                }
                case 3 -> socket.getOutputStream().write(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, 127, 0});
                default -> {
                    // says nothing
                }
            }
        } catch (IOException e) {
            // The host may have closed it already.
        }
        sockets.add(socket);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Anywhere in 127.0.0.0/8 but in 127.0.0.0/24, where the honest are. */
    private InetAddress stranger() throws IOException {
        return InetAddress.getByAddress(
                new byte[] {127, (byte) (1 + addresses.nextInt(250)), (byte) addresses.nextInt(), 1});
    }

    @Test
    void streamFlood_isHeldToTheLimits_andTheHonestServed() throws Exception {
        serveTheHonest();
        var before = memory();
        // Each opens more than the host gives to all, half of them on a protocol whose handler never ends; the others
        // stop within their first line.
        for (var attacker = 0; attacker < 8; attacker++) {
            var peer = RawPeer.connect(server.addresses().getFirst(), stranger().getHostAddress(), random);
            attackers.add(peer);
            flood(peer);
        }

        serveTheHonest();
        var usage = server.resources();
        assertThat(usage.streams()).isLessThanOrEqualTo(RESOURCES.streams() + 4 * RESOURCES.connections());
        assertThat(usage.refused().keySet()).anyMatch(refused -> refused.resource() == Resource.STREAMS);
        assertThat(memory() - before).isLessThan(FLAT);
        for (var attacker : attackers) {
            attacker.close();
        }
        protocols.stalled.countDown();
        await().atMost(TIMEOUT).until(() -> server.resources().streams() == 0);
    }

    private static void flood(RawPeer peer) throws IOException {
        for (var stream = 0; stream < 600; stream++) {
            if (stream % 2 == 0) {
                peer.open(1 + 2 * stream, TestProtocols.STALL);
            } else {
                peer.send(RawPeer.DATA, RawPeer.SYN, 1 + 2 * stream, 2, (byte) 19, (byte) '/');
            }
        }
        // An answer means that everything sent before it was taken in.
        peer.send(RawPeer.PING, RawPeer.SYN, 0, 4711);
        peer.receive(RawPeer.PING, RawPeer.ACK);
    }

    @Test
    void oversizedFrames_costTheirSenderItsConnection() throws Exception {
        serveTheHonest();
        var before = memory();
        for (var attempt = 0; attempt < 20; attempt++) {
            try (var peer =
                    RawPeer.connect(server.addresses().getFirst(), stranger().getHostAddress(), random)) {
                peer.open(1, TestProtocols.SINK);
                // A frame of two gibibytes, of which some come.
                peer.send(RawPeer.DATA, 0, 1, Integer.MAX_VALUE, new byte[1 << 10]);

                assertThatThrownBy(() -> peer.receive(RawPeer.PING, RawPeer.RST))
                        .isInstanceOf(IOException.class);
            }
        }
        serveTheHonest();
        assertThat(memory() - before).isLessThan(FLAT);
    }

    @Test
    void oversizedLineOfMultistream_costsItsSenderTheStream() throws Exception {
        try (var peer =
                RawPeer.connect(server.addresses().getFirst(), stranger().getHostAddress(), random)) {
            // A line of a gibibyte.
            peer.send(RawPeer.DATA, RawPeer.SYN, 1, 5, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 4);

            assertThat(peer.receive(RawPeer.WINDOW_UPDATE, RawPeer.RST).streamId())
                    .isEqualTo(1);
        }
        serveTheHonest();
    }

    @Test
    void knownPeer_findsRoomThatStrangersLeft() throws Exception {
        var friend = Identity.generate(KeyType.ED25519, random);
        var builder = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .limits(HostLimits.defaults().withConnections(8, 8, 8))
                .known(friend.peerId()::equals)
                .listen("/ip4/127.0.0.1/tcp/0");
        try (var guarded = builder.build()) {
            guarded.start();
            for (var stranger = 0; stranger < 7; stranger++) {
                attackers.add(RawPeer.connect(
                        guarded.addresses().getFirst(), stranger().getHostAddress(), random));
            }
            await().atMost(TIMEOUT).until(() -> guarded.resources().connections() == 7);
            assertThatThrownBy(() -> RawPeer.connect(
                            guarded.addresses().getFirst(), stranger().getHostAddress(), random))
                    .isInstanceOf(IOException.class);

            try (var host = Host.builder().identity(friend).build()) {
                var connection = host.connect(guarded.addresses().getFirst(), TIMEOUT);
                assertThat(new Ping(random).measure(connection, TIMEOUT)).isPositive();
            }
        }
    }

    /** Slow, for a connection is idle after 30 seconds only. */
    @Test
    @Tag("slow")
    void newcomer_takesThePlaceOfOneThatDoesNothing_andNotOfOneThatUploads() throws Exception {
        var builder = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .limits(HostLimits.defaults().withConnections(8, 8, 8))
                .listen("/ip4/127.0.0.1/tcp/0");
        protocols.register(builder);
        try (var crowded = builder.build()) {
            crowded.start();
            var address = crowded.addresses().getFirst();
            for (var stranger = 0; stranger < 7; stranger++) {
                attackers.add(RawPeer.connect(address, "127.1.1.1", random));
            }
            var uploading = attackers.getFirst();
            uploading.open(1, TestProtocols.SINK);
            await().atMost(TIMEOUT).until(() -> crowded.resources().connections() == 7);
            assertThatThrownBy(() -> RawPeer.connect(address, "127.2.2.2", random))
                    .isInstanceOf(IOException.class);

            await().pollInterval(Duration.ofSeconds(2))
                    .atMost(Duration.ofMinutes(3))
                    .until(() -> {
                        for (var idle : attackers.subList(1, 7)) {
                            idle.send(RawPeer.PING, RawPeer.SYN, 0, 1); // alive, and no more
                        }
                        uploading.send(RawPeer.DATA, 0, 1, 4 << 10, new byte[4 << 10]);
                        return isLetIn(address);
                    });

            assertThat(crowded.resources().connections()).isEqualTo(7);
            assertThat(crowded.resources().refused())
                    .containsEntry(new Refused(Scope.SUBNET, Resource.CONNECTIONS), 1L);
            uploading.send(RawPeer.PING, RawPeer.SYN, 0, 4711);
            assertThat(uploading.receive(RawPeer.PING, RawPeer.ACK).length()).isEqualTo(4711);
        }
    }

    private boolean isLetIn(Multiaddr address) {
        try {
            attackers.add(RawPeer.connect(address, "127.2.2.2", random));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void serveTheHonest() throws Exception {
        try (var honest = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .build()) {
            var address = server.addresses().getFirst();
            assertThat(new Ping(random).measure(honest.connect(address, TIMEOUT), TIMEOUT))
                    .isPositive();
            try (var stream = honest.newStream(address, List.of(TestProtocols.SINK), TIMEOUT)) {
                assertThat(TestProtocols.upload(stream, 1 << 20).count()).isEqualTo(1 << 20);
            }
        }
    }

    /** Bytes of live objects and of buffers outside the heap. */
    private static long memory() {
        System.gc();
        var heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        return heap
                + ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                        .metric()
                        .usedDirectMemory();
    }
}
