package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.ping.Ping;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** This host against go-libp2p 0.51 over QUIC v1, in both directions. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class GoQuicInteropTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final long BULK = 64L << 20;
    /** Four times the window that a stream starts with. */
    private static final long IN_FLIGHT = 1 << 20;

    private final TestProtocols protocols = new TestProtocols();
    private final Map<KeyType, Host> hosts = new EnumMap<>(KeyType.class);
    private GoPeer go;

    @SuppressWarnings("NullAway.Init") // startPeers runs before every test
    GoQuicInteropTest() {}

    @BeforeAll
    void startPeers() throws Exception {
        go = GoPeer.startOrSkip();
        for (var type : KeyType.values()) {
            var builder = Host.builder()
                    .identity(Identity.generate(type, new SecureRandom()))
                    .agent("adit-test/1")
                    .listen("/ip4/127.0.0.1/udp/0/quic-v1");
            protocols.register(builder);
            var host = builder.build();
            host.start();
            hosts.put(type, host);
        }
    }

    @AfterAll
    void stopPeers() {
        protocols.stalled.countDown();
        hosts.values().forEach(Host::close);
        if (go != null) {
            go.close();
        }
    }

    private Multiaddr address(KeyType type) {
        return go.quicAddress(type);
    }

    private Host host(KeyType type) {
        return Objects.requireNonNull(hosts.get(type));
    }

    @ParameterizedTest
    @EnumSource
    void javaDialsGo_identityIdentifyAndPingAgree(KeyType type) throws Exception {
        var connection = host(type).connect(address(type), TIMEOUT);

        assertThat(connection.remotePeer()).isEqualTo(address(type).peerId().orElseThrow());
        assertThat(connection.remotePublicKey().type()).isEqualTo(type);
        var information = connection.remoteInformation(TIMEOUT);
        assertThat(information.agent()).isEqualTo("adit-go-peer");
        assertThat(information.protocols()).contains(Ping.PROTOCOL, TestProtocols.SINK);
        assertThat(information.listenAddresses())
                .contains(address(type).withoutPeer().orElseThrow());
        assertThat(new Ping(new SecureRandom()).measure(connection, TIMEOUT)).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void goDialsJava_identityIdentifyAndPingAgree(KeyType type) throws Exception {
        var host = host(type);
        go.run(type, "disconnect", host.peerId());

        assertThat(go.run(type, "connect", host.addresses().getFirst()))
                .isEqualTo(host.peerId().toString());
        assertThat(go.run(type, "identify", host.peerId()))
                .contains("adit-test/1", Ping.PROTOCOL, TestProtocols.SINK)
                .contains(
                        host.addresses().getFirst().withoutPeer().orElseThrow().toString());
        assertThat(go.run(type, "ping", host.peerId(), 3)).isEqualTo("3");
    }

    @Test
    void javaUploadsAndDownloadsInFull() throws Exception {
        var host = host(KeyType.ED25519);
        try (var stream = host.newStream(address(KeyType.ED25519), List.of(TestProtocols.SINK), TIMEOUT)) {
            assertThat(TestProtocols.upload(stream, BULK)).isEqualTo(TestProtocols.expected(BULK));
        }

        try (var stream = host.newStream(address(KeyType.ED25519), List.of(TestProtocols.SOURCE), TIMEOUT)) {
            stream.output().write(ByteBuffer.allocate(8).putLong(BULK).array());
            stream.closeWrite();
            assertThat(TestProtocols.drain(stream.input())).isEqualTo(TestProtocols.expected(BULK));
        }
    }

    @Test
    void goUploadsAndDownloadsInFull() throws Exception {
        var host = host(KeyType.SECP256K1);
        go.run(KeyType.SECP256K1, "connect", host.addresses().getFirst());

        var upload = go.run(KeyType.SECP256K1, "sink", host.peerId(), BULK).split(" ");
        var download = go.run(KeyType.SECP256K1, "source", host.peerId(), BULK).split(" ");

        assertThat(upload[1]).isEqualTo(Long.toString(BULK));
        assertThat(upload[2]).isEqualTo(upload[0]);
        assertThat(download).containsExactly(Long.toString(BULK), expectedHash(BULK));
    }

    @Test
    void bothHalfCloseWithDataInFlight_everythingArrives() throws Exception {
        var host = host(KeyType.ECDSA);
        try (var stream = host.newStream(address(KeyType.ECDSA), List.of(TestProtocols.DUPLEX), TIMEOUT)) {
            stream.output().write(ByteBuffer.allocate(8).putLong(IN_FLIGHT).array());
            assertThat(TestProtocols.duplex(stream, IN_FLIGHT).received()).isEqualTo(TestProtocols.expected(IN_FLIGHT));
        }

        var answer = go.run(KeyType.ECDSA, "duplex", host.peerId(), IN_FLIGHT).split(" ");
        var hash = expectedHash(IN_FLIGHT);
        assertThat(answer).containsExactly(hash, Long.toString(IN_FLIGHT), hash);
    }

    private static String expectedHash(long count) throws IOException {
        return TestProtocols.expected(count).sha256();
    }

    @Test
    void resetIsSeenByTheOtherSide() throws Exception {
        var host = host(KeyType.ED25519);
        try (var stream = host.newStream(address(KeyType.ED25519), List.of(TestProtocols.RESET), TIMEOUT)) {
            stream.output().write(1);
            stream.setReadDeadline(TIMEOUT);
            assertThatThrownBy(() -> stream.input().read())
                    .isInstanceOfSatisfying(
                            Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.STREAM_RESET));
        }

        assertThat(go.run(KeyType.ED25519, "reset", host.peerId())).isEqualTo("true");
        go.run(KeyType.ED25519, "observe-reset", host.peerId());
        var seen = Objects.requireNonNull(protocols.resets.poll(20, TimeUnit.SECONDS));
        assertThat(seen.kind()).isEqualTo(Kind.STREAM_RESET);
    }

    /** What a writer gets rid of is the receiver's window plus what its own side buffers, not what it likes. */
    @Test
    void slowJavaReaderStopsGo() throws Exception {
        var host = host(KeyType.ED25519);
        go.run(KeyType.ED25519, "connect", host.addresses().getFirst());

        var accepted = Long.parseLong(go.run(KeyType.ED25519, "stall", host.peerId()));

        assertThat(accepted).isPositive().isLessThanOrEqualTo(1 << 20);
    }

    @Test
    void slowGoReaderStopsJava() throws Exception {
        var host = host(KeyType.ED25519);
        try (var stream = host.newStream(address(KeyType.ED25519), List.of(TestProtocols.STALL), TIMEOUT)) {
            stream.setWriteDeadline(Duration.ofSeconds(1));
            var accepted = new long[1];
            var block = new byte[16 << 10];

            assertThatThrownBy(() -> {
                        while (true) {
                            stream.write(block, 0, block.length);
                            accepted[0] += block.length;
                        }
                    })
                    .isInstanceOfSatisfying(
                            Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TIMEOUT));
            assertThat(accepted[0]).isPositive().isLessThanOrEqualTo(2 << 20);
            stream.reset();
        }
    }
}
