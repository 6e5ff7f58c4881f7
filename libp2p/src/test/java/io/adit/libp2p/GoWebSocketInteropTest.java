package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.ping.Ping;
import io.adit.libp2p.tls.TestCertificates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets, plain and within TLS, against go-libp2p 0.51 in both directions. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class GoWebSocketInteropTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final long BULK = 16L << 20;
    private static final long IN_FLIGHT = 1 << 20;

    private final SecureRandom random = new SecureRandom();
    private GoPeer go;
    private TestProtocols protocols;
    private Host host;

    @SuppressWarnings("NullAway.Init") // startPeer and startHost run before every test
    GoWebSocketInteropTest() {}

    @BeforeAll
    void startPeer() throws Exception {
        go = GoPeer.startOrSkip();
    }

    @BeforeEach
    void startHost() throws Exception {
        protocols = new TestProtocols();
        var builder = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .webSocketTls(TestCertificates.selfSignedAndCredulous(random))
                .listen("/ip4/127.0.0.1/tcp/0/ws")
                .listen("/ip4/127.0.0.1/tcp/0/wss");
        protocols.register(builder);
        host = builder.build();
        host.start();
    }

    @AfterEach
    void stopHost() {
        protocols.stalled.countDown();
        host.close();
    }

    @AfterAll
    void stopPeer() {
        if (go != null) {
            go.close();
        }
    }

    private Multiaddr own(String carrier) {
        return host.addresses().stream()
                .filter(address -> address.toString().matches("/ip4/[0-9.]+/tcp/[0-9]+" + carrier + "/p2p/.*"))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Arguments> everyCarrierAndKey() {
        return Stream.of("/ws", "/tls/ws")
                .flatMap(carrier -> Arrays.stream(KeyType.values()).map(type -> Arguments.of(carrier, type)));
    }

    @ParameterizedTest
    @MethodSource("everyCarrierAndKey")
    void javaDialsGo_andMovesDataBothWays(String carrier, KeyType type) throws Exception {
        var address = go.address(type, carrier);
        var connection = host.connect(address, TIMEOUT);

        assertThat(connection.remoteAddress()).isEqualTo(address.withoutPeer().orElseThrow());
        assertThat(connection.remoteInformation(TIMEOUT).agent()).isEqualTo("adit-go-peer");
        assertThat(new Ping(random).measure(connection, TIMEOUT)).isPositive();
        try (var stream = connection.newStream(List.of(TestProtocols.SINK), TIMEOUT)) {
            assertThat(TestProtocols.upload(stream, BULK)).isEqualTo(TestProtocols.expected(BULK));
        }
        try (var stream = connection.newStream(List.of(TestProtocols.DUPLEX), TIMEOUT)) {
            stream.output().write(ByteBuffer.allocate(8).putLong(IN_FLIGHT).array());
            assertThat(TestProtocols.duplex(stream, IN_FLIGHT).received()).isEqualTo(TestProtocols.expected(IN_FLIGHT));
        }
    }

    @ParameterizedTest
    @MethodSource("everyCarrierAndKey")
    void goDialsJava_andMovesDataBothWays(String carrier, KeyType type) throws Exception {
        go.run(type, "connect", own(carrier));

        assertThat(go.run(type, "identify", host.peerId())).contains(TestProtocols.SINK);
        assertThat(go.run(type, "ping", host.peerId(), 3)).isEqualTo("3");
        var upload = go.run(type, "sink", host.peerId(), BULK).split(" ");
        assertThat(upload[2]).isEqualTo(upload[0]);
        assertThat(go.run(type, "source", host.peerId(), BULK).split(" "))
                .containsExactly(
                        Long.toString(BULK), TestProtocols.expected(BULK).sha256());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ws", "/tls/ws"})
    void resetIsSeenByTheOtherSide(String carrier) throws Exception {
        var connection = host.connect(go.address(KeyType.ED25519, carrier), TIMEOUT);

        GoResets.check(go, KeyType.ED25519, host.peerId(), connection, protocols);
    }

    @Test
    void javaThatTrustsOnlyAuthorities_refusesASelfSignedWebSocket() throws Exception {
        try (var careful = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .build()) {
            assertThatThrownBy(() -> careful.connect(go.address(KeyType.ED25519, "/tls/ws"), TIMEOUT))
                    .isInstanceOfSatisfying(
                            Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ws", "/tls/ws"})
    void plainTcpSpokenToAWebSocket_isATypedFailure(String carrier) throws Exception {
        var plain = Multiaddr.parse(own(carrier).toString().replace(carrier + "/p2p", "/p2p"));
        try (var client = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .build()) {
            assertThatThrownBy(() -> client.connect(plain, TIMEOUT)).isInstanceOf(Libp2pException.class);
        }
        assertThatThrownBy(() -> go.run(KeyType.ED25519, "connect", plain)).isInstanceOf(IOException.class);
    }

    @Test
    void webSocketSpokenToPlainTcp_isATypedFailure() {
        var address = Multiaddr.parse(go.address(KeyType.ED25519).toString().replace("/p2p", "/ws/p2p"));

        assertThatThrownBy(() -> host.connect(address, TIMEOUT)).isInstanceOf(Libp2pException.class);
    }

    @Test
    void listeningWithinTlsWithoutACertificate_isRefused() {
        try (var bare = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .listen("/ip4/127.0.0.1/tcp/0/wss")
                .build()) {
            assertThatThrownBy(bare::start).isInstanceOf(Libp2pException.class).hasMessageContaining("webSocketTls");
        }
    }
}
