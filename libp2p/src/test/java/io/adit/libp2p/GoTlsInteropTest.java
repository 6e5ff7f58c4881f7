package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.ping.Ping;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Hosts that speak nothing but TLS against go-libp2p 0.51, in both directions. The Go peer's RSA and secp256k1 hosts
 * agree on the muxer after the handshake, the others within it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class GoTlsInteropTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final long BULK = 64L << 20;
    private static final long IN_FLIGHT = 1 << 20;

    private final TestProtocols protocols = new TestProtocols();
    private final Map<KeyType, Host> hosts = new EnumMap<>(KeyType.class);
    private GoPeer go;

    @SuppressWarnings("NullAway.Init") // startPeers runs before every test
    GoTlsInteropTest() {}

    @BeforeAll
    void startPeers() throws Exception {
        go = GoPeer.startOrSkip();
        for (var type : KeyType.values()) {
            var builder = Host.builder()
                    .identity(Identity.generate(type, new SecureRandom()))
                    .security(SecurityProtocol.TLS)
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
        assertThat(connection.remoteInformation(TIMEOUT).agent()).isEqualTo("adit-go-peer");
        assertThat(new Ping(new SecureRandom()).measure(connection, TIMEOUT)).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void goDialsJava_identityIdentifyAndPingAgree(KeyType type) throws Exception {
        var host = host(type);
        go.run(type, "disconnect", host.peerId());

        assertThat(go.run(type, "connect", host.addresses().getFirst()))
                .isEqualTo(host.peerId().toString());
        assertThat(go.run(type, "identify", host.peerId())).contains(TestProtocols.SINK);
        assertThat(go.run(type, "ping", host.peerId(), 3)).isEqualTo("3");
    }

    @Test
    void goThatExpectsAnotherPeer_refusesJava() {
        var stranger = Identity.generate(KeyType.ED25519, new SecureRandom()).peerId();
        var address = host(KeyType.ED25519).addresses().getFirst().withoutPeer().orElseThrow();

        assertThatThrownBy(() -> go.run(KeyType.ED25519, "connect", address.withPeer(stranger)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("peer id mismatch");
    }

    @Test
    void javaThatExpectsAnotherPeer_refusesGo() {
        var stranger = Identity.generate(KeyType.ED25519, new SecureRandom()).peerId();
        var address = go.address(KeyType.ED25519).withPeer(stranger);

        assertThatThrownBy(() -> host(KeyType.ED25519).connect(address, TIMEOUT))
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.IDENTITY));
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

    @Test
    void resetIsSeenByTheOtherSide() throws Exception {
        var host = host(KeyType.RSA);
        var connection = host.connect(go.address(KeyType.RSA), TIMEOUT);

        GoResets.check(go, KeyType.RSA, host.peerId(), connection, protocols);
    }

    private static String expectedHash(long count) throws IOException {
        return TestProtocols.expected(count).sha256();
    }
}
