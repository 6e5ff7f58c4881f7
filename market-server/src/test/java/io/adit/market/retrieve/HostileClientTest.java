package io.adit.market.retrieve;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.core.ipld.Block;
import io.adit.core.ipld.CarWriter;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.UnixFsOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients on raw sockets that do not behave; the server stays within its limits and serves the others. */
class HostileClientTest {
    private static final RetrievalLimits TIGHT = new RetrievalLimits(
            40, 30, 20, 4, 4, 2, Duration.ofSeconds(1), Duration.ofSeconds(2), 0, 1024, 4096, 100_000, 1000, 64 << 20);

    @TempDir
    private Path directory;

    private StoredFixture provider;
    private StoredFixture.Stored file;

    @BeforeEach
    void start() throws IOException {
        provider = new StoredFixture(directory, TIGHT);
        file = provider.store(30_000_000, 3, UnixFsOptions.V1_2025);
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    @Test
    void closesSlowHeads_afterTheHeaderTimeout() throws Exception {
        var drips = new ArrayList<Socket>();
        for (int i = 0; i < 20; i++) {
            var drip = connect();
            drip.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\nX-a: ".getBytes(US_ASCII));
            drips.add(drip);
        }

        assertThat(get("/")).startsWith("HTTP/1.1 200");
        for (var drip : drips) {
            assertThat(drip.getInputStream().read()).isEqualTo(-1);
            drip.close();
        }
        await().untilAsserted(() -> assertThat(connections()).isZero());
    }

    @Test
    void closesConnectionsAboveTheLimitForOneAddress() throws Exception {
        var open = new ArrayList<Socket>();
        for (int i = 0; i < 60; i++) {
            open.add(connect());
        }

        await().untilAsserted(() -> assertThat(
                        provider.registry().get("adit.retrieval.connections.refused").counters().stream()
                                .mapToDouble(counter -> counter.count())
                                .sum())
                .isEqualTo(30));
        assertThat(connections()).isLessThanOrEqualTo(30);
        for (var socket : open) {
            socket.close();
        }
        await().untilAsserted(() -> assertThat(connections()).isZero());
        assertThat(get("/")).startsWith("HTTP/1.1 200");
    }

    @Test
    void closesClientsThatTakeNothing_andGivesTheirSlotsBack() throws Exception {
        var stuck = new ArrayList<Socket>();
        for (int i = 0; i < 2; i++) {
            var socket = new Socket();
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), provider.base().getPort()));
            request(socket, "/ipfs/" + file.root() + "?format=car");
            stuck.add(socket);
        }
        for (int i = 0; i < 4; i++) {
            var socket = new Socket();
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), provider.base().getPort()));
            request(socket, "/piece/" + file.piece().pieceCidV1());
            stuck.add(socket);
        }

        await().untilAsserted(() -> assertThat(get("/piece/" + file.piece().pieceCidV1(), "Range: bytes=0-0"))
                .startsWith("HTTP/1.1 503")
                .contains("BUSY"));
        assertThat(get("/ipfs/bafkqaaa?format=raw")).startsWith("HTTP/1.1 200");
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(get("/piece/" + file.piece().pieceCidV1(), "Range: bytes=0-0"))
                        .startsWith("HTTP/1.1 206"));
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(connections()).isLessThanOrEqualTo(1));
        for (int i = 0; i < 3; i++) {
            assertThat(get("/ipfs/" + file.root() + "?format=car&dag-scope=block"))
                    .startsWith("HTTP/1.1 200");
        }
        for (var socket : stuck) {
            socket.close();
        }
    }

    @Test
    void answersPipelinedRequestsInOrder_andSplitOnesWhole() throws Exception {
        try (var socket = connect()) {
            var requests = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                requests.append("GET /piece/")
                        .append(file.piece().pieceCidV1())
                        .append(" HTTP/1.1\r\nHost: x\r\nRange: bytes=")
                        .append(i)
                        .append("-")
                        .append(i)
                        .append("\r\n\r\n");
            }
            requests.append("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            for (byte b : requests.toString().getBytes(US_ASCII)) {
                socket.getOutputStream().write(b);
            }

            var answers = new String(socket.getInputStream().readAllBytes(), US_ASCII).toLowerCase(Locale.ROOT);
            int at = -1;
            for (int i = 0; i < 50; i++) {
                int next = answers.indexOf("content-range: bytes " + i + "-" + i + "/");
                assertThat(next).isGreaterThan(at);
                at = next;
            }
        }
    }

    @Test
    void refusesWhatCouldBeReadTwoWays() throws Exception {
        assertThat(raw("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
        assertThat(raw("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"))
                .startsWith("HTTP/1.1 400");
        assertThat(raw("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
        assertThat(raw("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
    }

    @Test
    void survivesADagThatIsAMillionTimesLargerThanItsBlocks() throws Exception {
        var level = Block.raw(new byte[] {1});
        var blocks = new ArrayList<Block>(List.of(level));
        for (int depth = 0; depth < 20; depth++) {
            var node = new CborWriter().array(8);
            for (int i = 0; i < 8; i++) {
                node.cid(level.cid());
            }
            level = Block.dagCbor(node.toByteArray());
            blocks.add(level);
        }
        var car = directory.resolve("bomb.car");
        try (var writer = new CarWriter(Files.newOutputStream(car), List.of(level.cid()))) {
            for (var block : blocks) {
                writer.write(block);
            }
        }
        provider.storeCar(car);

        assertThat(get("/ipfs/" + level.cid() + "?format=car")).startsWith("HTTP/1.1 200");
        try (var socket = connect()) {
            request(socket, "/ipfs/" + level.cid() + "?format=car&car-dups=y");
            assertThat(socket.getInputStream().readNBytes(5_000_000)).hasSize(5_000_000);
        }
        for (int i = 0; i < 3; i++) {
            try (var socket = connect()) {
                request(socket, "/ipfs/" + level.cid() + "?format=car&car-dups=y");
                assertThat(socket.getInputStream().readNBytes(12)).isEqualTo("HTTP/1.1 200".getBytes(US_ASCII));
            }
            await().untilAsserted(() -> assertThat(connections()).isZero());
        }
        await().untilAsserted(() -> assertThat(connections()).isZero());
    }

    private double connections() {
        return provider.registry().get("adit.retrieval.connections").gauge().value();
    }

    private Socket connect() throws IOException {
        var socket =
                new Socket(InetAddress.getLoopbackAddress(), provider.base().getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void request(Socket socket, String path, String... headers) throws IOException {
        var lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + lines + "Connection: close\r\n\r\n")
                        .getBytes(US_ASCII));
    }

    private String get(String path, String... headers) throws IOException {
        try (var socket = connect()) {
            request(socket, path, headers);
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    private String raw(String bytes) throws IOException {
        try (var socket = connect()) {
            socket.getOutputStream().write(bytes.getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        } catch (SocketTimeoutException e) {
            return "no answer";
        }
    }
}
