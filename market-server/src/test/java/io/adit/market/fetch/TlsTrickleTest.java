package io.adit.market.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A TLS server whose record comes byte by byte: each in time, and none is handed out before the last. */
@Timeout(120)
class TlsTrickleTest {
    private static final FetchLimits LIMITS = new FetchLimits(
            Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(2), Duration.ofSeconds(1), 1);

    @TempDir
    Path folder;

    @Test
    void leavesAServerWhoseRecordTrickles() throws Exception {
        var tls = TestAuthority.in(folder).context();
        var over = new CountDownLatch(1);
        try (var server = (SSLServerSocket)
                        tls.getServerSocketFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var front = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var slow = new CountDownLatch(1);
            Thread.ofVirtual().start(() -> serve(server, slow, over));
            Thread.ofVirtual().start(() -> pass(front, server.getLocalPort(), slow));
            var url = URI.create("https://127.0.0.1:" + front.getLocalPort() + "/");
            try (var fetcher = new Fetcher(
                            LIMITS, new AddressRules(true), HostResolver.ofSystem(), tls.getSocketFactory());
                    var body = fetcher.open(new FetchSource(url, Map.of()), 0, 100_000)) {
                var buffer = new byte[100];

                assertThat(body.read(buffer)).isEqualTo(1);
                slow.countDown();
                assertThatThrownBy(() -> body.read(buffer))
                        .isInstanceOfSatisfying(
                                FetchException.class,
                                e -> assertThat(e.reason()).isEqualTo(FetchErrorCode.FETCH_STALLED))
                        .hasMessageContaining("within 3 s");
            }
        } finally {
            over.countDown();
        }
    }

    private static void serve(SSLServerSocket server, CountDownLatch slow, CountDownLatch over) {
        try (var client = server.accept()) {
            var out = client.getOutputStream();
            client.getInputStream().read(new byte[4096]);
            CutServer.head(out, 200, 0, 100_000);
            out.write(new byte[1]);
            slow.await();
            out.write(new byte[16_000]);
            over.await();
        } catch (IOException e) {
            // The test's client went away.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Passes byte by byte; slowly what the server says once it is to be slow. */
    private static void pass(ServerSocket front, int port, CountDownLatch slow) {
        try (var client = front.accept();
                var server = new Socket(InetAddress.getLoopbackAddress(), port)) {
            Thread.ofVirtual().start(() -> copy(client, server));
            var in = server.getInputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                client.getOutputStream().write(b);
                if (slow.getCount() == 0) {
                    LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
                }
            }
        } catch (IOException e) {
            // The test's client went away.
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One of them went away.
        }
    }
}
