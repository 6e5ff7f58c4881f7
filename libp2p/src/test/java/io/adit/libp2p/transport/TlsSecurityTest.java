package io.adit.libp2p.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.noise.NoiseKey;
import io.adit.libp2p.resource.ResourceLimits;
import io.adit.libp2p.resource.ResourceManager;
import io.adit.libp2p.tls.LyingTlsIdentity;
import io.adit.libp2p.tls.RefusedCertificateException;
import io.adit.libp2p.tls.TlsIdentity;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two transports of this module; against go-libp2p see GoTlsInteropTest. */
@Timeout(60)
class TlsSecurityTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final SecureRandom random = new SecureRandom();
    private final Identity identity = Identity.generate(KeyType.ED25519, random);
    private final Identity other = Identity.generate(KeyType.ECDSA, random);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<TcpTransport> transports = new ArrayList<>();
    private final LinkedBlockingQueue<SecuredConnection> accepted = new LinkedBlockingQueue<>();

    private static SSLContext context() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void close() {
        transports.forEach(TcpTransport::close);
        threads.shutdownNow();
    }

    private TlsSecurity tls(Identity own) {
        return new TlsSecurity(new TlsIdentity(own, random, InstantSource.system()), threads);
    }

    private NoiseSecurity noise(Identity own) {
        return new NoiseSecurity(new NoiseKey(own, random), random);
    }

    private TcpTransport transport(ConnectionSecurity... security) {
        var transport = new TcpTransport(
                new ConnectionUpgrader(List.of(security), new SendBudget(1 << 20)),
                new ResourceManager(ResourceLimits.forHeap(64 << 20), peer -> false),
                new WebSocketCarrier(Optional.empty(), context(), threads, TIMEOUT, Set.of()),
                TIMEOUT,
                threads);
        transports.add(transport);
        return transport;
    }

    private TcpEndpoint listen(ConnectionSecurity... security) throws Exception {
        return transport(security)
                .listen(TcpEndpoint.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), accepted::add);
    }

    @Test
    void bothSidesLearnWhoTheOtherIs() throws Exception {
        var address = listen(tls(identity));

        var dialled = transport(tls(other)).dial(address, identity.peerId(), TIMEOUT);

        assertThat(dialled.remoteKey()).isEqualTo(identity.publicKey());
        var inbound = Objects.requireNonNull(accepted.poll(20, TimeUnit.SECONDS));
        assertThat(inbound.remoteKey()).isEqualTo(other.publicKey());
    }

    @Test
    void listenerThatIsSomebodyElse_isATypedFailure() throws Exception {
        var address = listen(tls(identity));

        assertThatThrownBy(() -> transport(tls(other)).dial(address, other.peerId(), TIMEOUT))
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.IDENTITY));
    }

    @Test
    void listenerWhoseCertificateLies_isATypedFailure() throws Exception {
        var address =
                listen(new TlsSecurity(new LyingTlsIdentity(random).withSomebodyElsesExtension(identity), threads));

        assertThatThrownBy(() -> transport(tls(other)).dial(address, identity.peerId(), TIMEOUT))
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.IDENTITY))
                .hasRootCauseInstanceOf(RefusedCertificateException.class)
                .hasMessageContaining("IDENTITY_SIGNATURE");
        assertThat(accepted).isEmpty();
    }

    @Test
    void diallerWhoseCertificateLies_isNeverHandedOn() throws Exception {
        var address = listen(tls(identity));
        var liar = transport(new TlsSecurity(new LyingTlsIdentity(random).withoutExtension(), threads));

        // In TLS 1.3 a dialler has finished before its certificate is looked at; it learns of the refusal later.
        try {
            liar.dial(address, identity.peerId(), TIMEOUT);
        } catch (Libp2pException refused) {
            assertThat(refused.kind()).isIn(Kind.CONNECTION_LOST, Kind.PROTOCOL_VIOLATION);
        }
        // Who comes after it is served, and is the first to be.
        transport(tls(other)).dial(address, identity.peerId(), TIMEOUT);
        assertThat(Objects.requireNonNull(accepted.poll(20, TimeUnit.SECONDS)).remoteKey())
                .isEqualTo(other.publicKey());
    }

    @Test
    void diallerThatPrefersTls_takesNoiseFromAListenerThatLacksIt() throws Exception {
        var address = listen(noise(identity));

        var dialled = transport(tls(other), noise(other)).dial(address, identity.peerId(), TIMEOUT);

        assertThat(dialled.remoteKey()).isEqualTo(identity.publicKey());
    }

    @Test
    void diallerAndListenerWithoutACommonProtocol_areATypedFailure() throws Exception {
        var address = listen(noise(identity));

        assertThatThrownBy(() -> transport(tls(other)).dial(address, identity.peerId(), TIMEOUT))
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED_PROTOCOL));
    }

    @Test
    void bytesThatAreNoTls_endTheConnection() throws Exception {
        var address = listen(tls(identity));
        try (var socket =
                new Socket(address.socket().getAddress(), address.socket().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(line("/multistream/1.0.0"));
            socket.getOutputStream().write(line("/tls/1.0.0"));
            var in = new DataInputStream(socket.getInputStream());
            in.readNBytes(line("/multistream/1.0.0").length + line("/tls/1.0.0").length);

            socket.getOutputStream().write(new byte[4096]);

            in.readAllBytes(); // ends, perhaps after an alert
        }
        assertThat(accepted).isEmpty();
    }

    private static byte[] line(String text) {
        var line = new byte[text.length() + 2];
        line[0] = (byte) (text.length() + 1);
        for (var index = 0; index < text.length(); index++) {
            line[index + 1] = (byte) text.charAt(index);
        }
        line[line.length - 1] = '\n';
        return line;
    }
}
