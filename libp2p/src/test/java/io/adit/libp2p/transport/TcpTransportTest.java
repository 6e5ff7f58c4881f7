package io.adit.libp2p.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.mux.SessionLimits;
import io.adit.libp2p.mux.StreamSession;
import io.adit.libp2p.noise.NoiseKey;
import io.adit.libp2p.resource.ResourceLimits;
import io.adit.libp2p.resource.ResourceManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TcpTransportTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration KEEP_ALIVE = Duration.ofMillis(200);

    private final SecureRandom random = new SecureRandom();
    private final Identity listening = Identity.generate(KeyType.ED25519, random);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final TcpTransport server = transport(listening);
    private final TcpTransport client = transport(Identity.generate(KeyType.ED25519, random));

    private TcpTransport transport(Identity identity) {
        var upgrader = new ConnectionUpgrader(
                List.of(new NoiseSecurity(new NoiseKey(identity, random), random)), new SendBudget(1 << 20));
        return new TcpTransport(
                upgrader,
                new ResourceManager(ResourceLimits.forHeap(64 << 20), peer -> false),
                new WebSocketCarrier(Optional.empty(), context(), threads, TIMEOUT, Set.of()),
                TIMEOUT,
                threads);
    }

    private static SSLContext context() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        threads.shutdownNow();
    }

    private static SessionLimits limits(Duration keepAlive) {
        return new SessionLimits(1 << 20, 1 << 20, 8, 8, 8, keepAlive, TIMEOUT);
    }

    private StreamSession begin(SecuredConnection secured, Duration keepAlive, Runnable onTick) {
        var session = secured.newSession(limits(keepAlive), stream -> {});
        session.begin(onTick, () -> {});
        return session;
    }

    @Test
    void remoteThatClosesAtOnce_isATypedFailure() throws Exception {
        try (var closing = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            threads.execute(() -> closeAll(closing));
            var address = TcpEndpoint.plain(new InetSocketAddress(closing.getInetAddress(), closing.getLocalPort()));
            for (var dial = 0; dial < 200; dial++) {
                assertThatThrownBy(() -> client.dial(address, listening.peerId(), TIMEOUT))
                        .isInstanceOf(Libp2pException.class);
            }
        }
    }

    private static void closeAll(ServerSocket closing) {
        try {
            while (true) {
                var socket = closing.accept();
                socket.setSoLinger(true, 0); // a reset, which the other side sees before it has said anything
                socket.close();
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    @Test
    void pauseOfThisProcess_doesNotEndItsConnections() throws Exception {
        var address = server.listen(
                TcpEndpoint.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                secured -> begin(secured, Duration.ofMinutes(1), () -> {}));
        var ticks = new AtomicInteger();

        var session = begin(client.dial(address, listening.peerId(), TIMEOUT), KEEP_ALIVE, () -> {
            if (ticks.incrementAndGet() == 2) {
                pause();
            }
        });

        await().until(() -> ticks.get() > 5 || session.hasEnded());
        assertThat(session.hasEnded()).isFalse();
    }

    /** Holds the event loop up for several keep-alive intervals, as a stopped process or a long collection does. */
    private static void pause() {
        try {
            var ignored = new CountDownLatch(1).await(5 * KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
