package io.adit.market.retrieve;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.core.ipld.UnixFsOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** No client takes what is there for all. */
@Timeout(60)
class ClientShareTest {
    private static final RetrievalLimits LIMITS = new RetrievalLimits(
            40,
            30,
            2,
            4,
            4,
            2,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            10 << 20,
            1024,
            4096,
            100_000,
            1000,
            1 << 20);

    @TempDir
    private Path directory;

    private StoredFixture provider;
    private StoredFixture.Stored file;

    @SuppressWarnings("NullAway.Init") // set up before every test
    ClientShareTest() {}

    @BeforeEach
    void start() throws IOException {
        provider = new StoredFixture(directory, LIMITS);
        file = provider.store(30_000_000, 3, UnixFsOptions.V1_2025);
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    /** Only Linux has all of 127.0.0.0/8 on its loopback without being told. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void leavesSlotsToOtherAddresses() throws Exception {
        var greedy = new ArrayList<Socket>();
        for (int i = 0; i < 2; i++) {
            greedy.add(asking("127.0.0.1", "bytes=0-"));
        }
        await().untilAsserted(() -> assertThat(status("127.0.0.1")).startsWith("HTTP/1.1 429"));

        assertThat(status("127.0.0.2")).startsWith("HTTP/1.1 206");
        for (var socket : greedy) {
            socket.close();
        }
    }

    @Test
    void closesClientsThatTakeTooLittle_thoughTheyNeverStop() throws Exception {
        var slow = new ArrayList<Socket>();
        for (int i = 0; i < 2; i++) {
            slow.add(asking("127.0.0.1", "bytes=0-"));
        }
        var reading = Thread.ofVirtual().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                slow.forEach(ClientShareTest::sip);
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        });

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(status("127.0.0.1")).startsWith("HTTP/1.1 206"));
        reading.interrupt();
        reading.join();
        for (var socket : slow) {
            socket.close();
        }
    }

    @Test
    void sharesTheMemoryOfWalks_andGivesItBack() {
        var memory = new WalkMemory(1000);
        var one = memory.share();
        one.take(600);
        try (var other = memory.share()) {
            other.take(400);
            assertThatThrownBy(() -> other.take(1))
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            refused -> assertThat(refused.refusal()).isEqualTo(RefusalCode.BUSY));
        }
        assertThat(memory.taken()).isEqualTo(600);
        one.close();
        assertThat(memory.taken()).isZero();
    }

    private Socket asking(String from, String range) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(10_000);
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), provider.base().getPort()));
        socket.getOutputStream()
                .write(("GET /piece/" + file.piece().pieceCidV1() + " HTTP/1.1\r\nHost: x\r\nRange: " + range
                                + "\r\nConnection: close\r\n\r\n")
                        .getBytes(US_ASCII));
        return socket;
    }

    private String status(String from) throws IOException {
        try (var socket = asking(from, "bytes=0-0")) {
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    private static void sip(Socket socket) {
        try {
            var ignored = socket.getInputStream().read(new byte[100]);
        } catch (IOException e) {
            // Closed, which is what the test waits for.
            return;
        }
    }
}
