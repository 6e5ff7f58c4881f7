package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.ping.Ping;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HexFormat;
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

/** This host against go-libp2p 0.51 over TCP, in both directions. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class GoInteropTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String LATE = "/adit/test/late/1.0.0";
    private static final long BULK = 64L << 20;
    /** Four times the window that a stream starts with. */
    private static final long IN_FLIGHT = 1 << 20;

    private final TestProtocols protocols = new TestProtocols();
    private final Map<KeyType, Host> hosts = new EnumMap<>(KeyType.class);
    private GoPeer go;

    @SuppressWarnings("NullAway.Init") // startPeers runs before every test
    GoInteropTest() {}

    @BeforeAll
    void startPeers() throws Exception {
        go = GoPeer.startOrSkip();
        for (var type : KeyType.values()) {
            var builder = Host.builder()
                    .identity(Identity.generate(type, new SecureRandom()))
                    .agent("adit-test/1")
                    .listen("/ip4/127.0.0.1/tcp/0");
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

    private Host host(KeyType type) {
        return Objects.requireNonNull(hosts.get(type));
    }

    @ParameterizedTest
    @EnumSource
    void javaDialsGo_identityIdentifyAndPingAgree(KeyType type) throws Exception {
        var connection = host(type).connect(go.address(type), TIMEOUT);

        assertThat(connection.remotePeer()).isEqualTo(go.address(type).peerId().orElseThrow());
        assertThat(connection.remotePublicKey().type()).isEqualTo(type);
        var information = connection.remoteInformation(TIMEOUT);
        assertThat(information.agent()).isEqualTo("adit-go-peer");
        assertThat(information.protocols()).contains(Ping.PROTOCOL, TestProtocols.SINK);
        assertThat(information.listenAddresses())
                .contains(go.address(type).withoutPeer().orElseThrow());
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

    @ParameterizedTest
    @EnumSource
    void keysAndSignaturesOfGo_areReadAndVerified(KeyType type) throws Exception {
        var message = new byte[] {1, 2, 3};

        var identity = Identity.fromProtobuf(Base64.getDecoder().decode(go.run(type, "key")));
        var signature = HexFormat.of().parseHex(go.run(type, "sign", "010203"));

        assertThat(identity.peerId()).isEqualTo(go.address(type).peerId().orElseThrow());
        assertThat(Identity.fromProtobuf(identity.toProtobuf()).peerId()).isEqualTo(identity.peerId());
        assertThat(identity.publicKey().verify(message, signature)).isTrue();
        assertThat(identity.publicKey().verify(new byte[] {1, 2, 4}, signature)).isFalse();
        var own = Identity.generate(type, new SecureRandom());
        var hex = HexFormat.of();
        assertThat(go.run(
                        type,
                        "verify",
                        hex.formatHex(own.publicKey().toProtobuf()),
                        "010203",
                        hex.formatHex(own.sign(message))))
                .isEqualTo("true " + own.peerId());
    }

    @Test
    void javaUploadsAndDownloadsInFull() throws Exception {
        var host = host(KeyType.ED25519);
        try (var stream = host.newStream(go.address(KeyType.ED25519), List.of(TestProtocols.SINK), TIMEOUT)) {
            assertThat(TestProtocols.upload(stream, BULK)).isEqualTo(TestProtocols.expected(BULK));
        }

        try (var stream = host.newStream(go.address(KeyType.ED25519), List.of(TestProtocols.SOURCE), TIMEOUT)) {
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
        try (var stream = host.newStream(go.address(KeyType.ECDSA), List.of(TestProtocols.DUPLEX), TIMEOUT)) {
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
        try (var stream = host.newStream(go.address(KeyType.ED25519), List.of(TestProtocols.RESET), TIMEOUT)) {
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

    @Test
    void javaLearnsOfWhatGoServesLater() throws Exception {
        var connection = host(KeyType.ECDSA).connect(go.address(KeyType.ECDSA), TIMEOUT);
        assertThat(connection.remoteInformation(TIMEOUT).protocols()).doesNotContain(LATE);

        go.run(KeyType.ECDSA, "serve", LATE);

        await().atMost(TIMEOUT)
                .until(() -> connection.remoteInformation(TIMEOUT).protocols().contains(LATE));
        assertThat(connection.remoteInformation(TIMEOUT).agent()).isEqualTo("adit-go-peer");
    }

    @Test
    void goLearnsOfWhatJavaServesLater() throws Exception {
        var host = host(KeyType.RSA);
        go.run(KeyType.RSA, "connect", host.addresses().getFirst());
        assertThat(go.run(KeyType.RSA, "identify", host.peerId())).doesNotContain(LATE);

        host.serve(LATE, Stream::reset);

        await().atMost(TIMEOUT)
                .until(() -> go.run(KeyType.RSA, "identify", host.peerId()).contains(LATE));
        host.stopServing(LATE);
        await().atMost(TIMEOUT)
                .until(() -> !go.run(KeyType.RSA, "identify", host.peerId()).contains(LATE));
    }

    @Test
    void protocolThatGoLacks_isRefused() {
        var host = host(KeyType.ED25519);

        assertThatThrownBy(() -> host.newStream(
                        go.address(KeyType.ED25519), List.of("/adit/none/1.0.0", "/adit/none/2.0.0"), TIMEOUT))
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED_PROTOCOL));
    }

    @Test
    void protocolsAreProposedInOrder() throws Exception {
        var proposals = List.of("/adit/none/1.0.0", TestProtocols.SINK);
        try (var stream = host(KeyType.RSA).newStream(go.address(KeyType.RSA), proposals, TIMEOUT)) {
            assertThat(stream.protocol()).isEqualTo(TestProtocols.SINK);
            assertThat(TestProtocols.upload(stream, 10).count()).isEqualTo(10);
        }
    }

    /** What a writer gets rid of is the receiver's window plus what its own side buffers, not what it likes. */
    @Test
    void slowJavaReaderStopsGo() throws Exception {
        var host = host(KeyType.ED25519);
        go.run(KeyType.ED25519, "connect", host.addresses().getFirst());

        var accepted = Long.parseLong(go.run(KeyType.ED25519, "stall", host.peerId()));

        assertThat(accepted).isPositive().isLessThanOrEqualTo(256 << 10);
    }

    @Test
    void slowGoReaderStopsJava() throws Exception {
        var host = host(KeyType.ED25519);
        try (var stream = host.newStream(go.address(KeyType.ED25519), List.of(TestProtocols.STALL), TIMEOUT)) {
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
            assertThat(accepted[0]).isBetween(200L << 10, 256L << 10);
            stream.reset();
        }
    }
}
