package io.adit.market.fetch;

import static io.adit.market.fetch.CutServer.head;
import static io.adit.market.fetch.CutServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.fil.CommP;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Downloads from a real HTTP server that misbehaves. */
@Timeout(30)
class DownloadTest {
    private static final byte[] DATA = data();
    private static final FetchLimits LIMITS = new FetchLimits(
            Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofMillis(400), Duration.ofMillis(200), 1 << 20);
    private static final AddressRules DEVNET = new AddressRules(true);

    @TempDir
    Path folder;

    private static byte[] data() {
        var data = new byte[1_000_003];
        new Random(11).nextBytes(data);
        return data;
    }

    @Test
    void goesOnWhereTheConnectionBroke_untilAllIsThere() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 300_000))) {
            var download = download(server.url("/a.car"), DATA.length);

            assertThat(download.run().finish()).isEqualTo(CommP.of(DATA));
            assertThat(download.wasResumed()).isTrue();
            assertThat(Files.readAllBytes(part())).isEqualTo(DATA);
            assertThat(server.requests.stream().map(CutServer::offset)).containsExactly(0, 300_000, 600_000, 900_000);
        }
    }

    /** Each connection brings something, and the place would be held until the deal starts. */
    @Test
    void leavesAServerThatBringsAByteAndGoesSilent() throws Exception {
        var over = new CountDownLatch(1);
        try (var server = new CutServer((request, out) -> {
            int from = CutServer.offset(request);
            head(out, from == 0 ? 200 : 206, from, DATA.length);
            out.write(DATA, from, 1);
            await(over);
        })) {
            var download = download(server.url("/"), DATA.length);

            assertThatThrownBy(download::run)
                    .isInstanceOfSatisfying(
                            FetchException.class, e -> assertThat(e.reason()).isEqualTo(FetchErrorCode.FETCH_STALLED));
            assertThat(server.requests).hasSize(1);
        } finally {
            over.countDown();
        }
    }

    @Test
    void leavesAServerThatBreaksAgainAndAgain_andKeepsWhatCame() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 1))) {
            assertReason(FetchErrorCode.FETCH_BROKEN, server.url("/"), DATA.length);
            assertThat(server.requests).hasSize(3);
            assertThat(Files.size(part())).isEqualTo(3);
        }
    }

    /** Two poor connections, a good one, and so on: it is never left. */
    @Test
    void goesOnWithAServerThatBreaksNowAndThen() throws Exception {
        var connections = new AtomicInteger();
        try (var server = new CutServer((request, out) -> CutServer.cutting(
                        DATA, connections.incrementAndGet() % 3 == 0 ? 300_000 : 1000)
                .answer(request, out))) {
            assertThat(download(server.url("/"), DATA.length).run().finish()).isEqualTo(CommP.of(DATA));
            assertThat(connections).hasValueGreaterThan(9);
        }
    }

    @Test
    void hashesWhatAnEarlierRunLeft_andFetchesTheRest() throws Exception {
        Files.write(part(), Arrays.copyOf(DATA, 654_321));
        try (var server = new CutServer(CutServer.cutting(DATA, DATA.length))) {
            assertThat(download(server.url("/"), DATA.length).run().finish()).isEqualTo(CommP.of(DATA));
            assertThat(CutServer.offset(server.requests.getFirst())).isEqualTo(654_321);
        }
    }

    @Test
    void givesUpAHeadThatNeverEnds_thoughEachByteComesInTime() throws Exception {
        try (var server = new CutServer((request, out) -> {
            say(out, "HTTP/1.1 200 OK\r\nx: ");
            dribble(out, "y");
        })) {
            assertReason(FetchErrorCode.FETCH_STALLED, server.url("/"), DATA.length);
        }
    }

    @Test
    void countsTheFramingOfChunksAsSilence() throws Exception {
        try (var server = new CutServer((request, out) -> {
            say(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
            dribble(out, "x");
        })) {
            assertReason(FetchErrorCode.FETCH_STALLED, server.url("/"), DATA.length);
        }
    }

    @Test
    void closesAConnectionWithoutTls_whenTheHostEndsInADot() throws Exception {
        var ended = new CountDownLatch(1);
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var reader = Thread.ofVirtual().start(() -> {
                try (var socket = listener.accept()) {
                    socket.getOutputStream().write("no TLS here\r\n".getBytes(StandardCharsets.US_ASCII));
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // A reset ends the connection as well.
                }
                ended.countDown();
            });
            var source = FetchSource.parse(
                    ("{\"URL\":\"https://provider.test.:" + listener.getLocalPort() + "/\"}")
                            .getBytes(StandardCharsets.US_ASCII),
                    DEVNET);
            var fetcher = fetcher(DEVNET, host -> List.of(InetAddress.getLoopbackAddress()));

            assertThatThrownBy(() -> fetcher.open(source, 0, DATA.length)).isInstanceOf(FetchException.class);
            assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
            reader.join();
        }
    }

    /** Bytes that come in time for any limit on silence, until the other side has had enough. */
    private static void dribble(OutputStream out, String text) throws IOException {
        while (true) {
            say(out, text);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    @Test
    void startsAgain_whenTheServerHasNoRanges() throws Exception {
        Files.write(part(), new byte[1000]);
        try (var server = new CutServer((request, out) -> {
            head(out, 200, 0, DATA.length);
            out.write(DATA);
        })) {
            assertThat(download(server.url("/"), DATA.length).run().finish()).isEqualTo(CommP.of(DATA));
            assertThat(Files.readAllBytes(part())).isEqualTo(DATA);
        }
    }

    @Test
    void readsAChunkedBody() throws Exception {
        try (var server = new CutServer((request, out) -> {
            say(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int at = 0; at < DATA.length; at += 70_000) {
                int n = Math.min(70_000, DATA.length - at);
                say(out, Integer.toHexString(n) + ";x=y\r\n");
                out.write(DATA, at, n);
                say(out, "\r\n");
            }
            say(out, "0\r\nTrailer: x\r\n\r\n");
        })) {
            assertThat(download(server.url("/"), DATA.length).run().finish()).isEqualTo(CommP.of(DATA));
        }
    }

    @Test
    void takesNoMoreThanAgreed() throws Exception {
        try (var server = new CutServer((request, out) -> {
            say(out, "HTTP/1.1 200 OK\r\n\r\n");
            while (true) {
                out.write(DATA);
            }
        })) {
            assertReason(FetchErrorCode.FETCH_WRONG_SIZE, server.url("/"), 500_000);
            assertThat(Files.size(part())).isLessThanOrEqualTo(500_000);
        }
    }

    @Test
    void refusesALengthThatIsNotTheAgreedOne() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, DATA.length))) {
            assertReason(FetchErrorCode.FETCH_WRONG_SIZE, server.url("/"), DATA.length - 1);
            assertReason(FetchErrorCode.FETCH_WRONG_SIZE, server.url("/"), DATA.length + 1);
        }
    }

    @Test
    void givesUpOnSilence_andOnATrickle() throws Exception {
        var over = new CountDownLatch(1);
        try (var silent = new CutServer((request, out) -> await(over));
                var trickle = new CutServer((request, out) -> {
                    head(out, 200, 0, DATA.length);
                    while (over.getCount() > 0) {
                        out.write(0);
                        out.flush();
                        LockSupport.parkNanos(20_000_000);
                    }
                })) {
            assertReason(FetchErrorCode.FETCH_STALLED, silent.url("/"), DATA.length);
            assertReason(FetchErrorCode.FETCH_STALLED, trickle.url("/"), DATA.length);
        } finally {
            over.countDown();
        }
    }

    @Test
    void boundsTheHead() throws Exception {
        try (var server = new CutServer((request, out) -> {
            say(out, "HTTP/1.1 200 OK\r\n");
            while (true) {
                say(out, "X-Flood: " + "x".repeat(1000) + "\r\n");
            }
        })) {
            assertReason(FetchErrorCode.FETCH_MALFORMED, server.url("/"), 10);
        }
    }

    @Test
    void tellsTheStatusOnly_neverWhatTheServerSaid() throws Exception {
        try (var server = new CutServer((request, out) ->
                say(out, "HTTP/1.1 404 secret-reason\r\nContent-Length: 6\r\nX: secret\r\n\r\nsecret"))) {
            assertThatThrownBy(() -> download(server.url("/"), 10).run())
                    .hasMessageContaining("404")
                    .hasMessageNotContaining("secret");
            assertReason(FetchErrorCode.FETCH_REFUSED, server.url("/"), 10);
        }
    }

    @Test
    void followsARedirect_andLeavesTheHeadersBehind_onAnotherOrigin() throws Exception {
        try (var second = new CutServer(CutServer.cutting(DATA, DATA.length));
                var first = new CutServer((request, out) -> say(
                        out,
                        "HTTP/1.1 302 Found\r\nLocation: " + second.url("/b") + "\r\nContent-Length: 0\r\n\r\n"))) {
            var source = new FetchSource(URI.create(first.url("/a")), Map.of("Authorization", "Bearer secret"));
            var download = new Download(fetcher(DEVNET, HostResolver.ofSystem()), source, part(), DATA.length, n -> {});

            assertThat(download.run().finish()).isEqualTo(CommP.of(DATA));
            assertThat(first.requests.getFirst()).contains("Authorization: Bearer secret");
            assertThat(second.requests.getFirst()).noneMatch(line -> line.startsWith("Authorization"));
        }
    }

    @Test
    void followsNoRedirectToAPrivateAddress_andNoEndlessOnes() throws Exception {
        try (var inward = new CutServer((request, out) ->
                        say(out, "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\n\r\n"));
                var scheme = new CutServer(
                        (request, out) -> say(out, "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n"));
                var endless =
                        new CutServer((request, out) -> say(out, "HTTP/1.1 307 Again\r\nLocation: /again\r\n\r\n"))) {
            assertReason(FetchErrorCode.FETCH_ADDRESS_REFUSED, inward.url("/"), 10);
            assertReason(FetchErrorCode.FETCH_URL_REFUSED, scheme.url("/"), 10);
            assertReason(FetchErrorCode.FETCH_REDIRECTS, endless.url("/"), 10);
            assertThat(endless.requests).hasSize(6);
        }
    }

    /** Each answer comes within its limit, and all together take too long. */
    @Test
    void givesUpOnSlowRedirects() throws Exception {
        try (var slow = new CutServer((request, out) -> {
            say(out, "HTTP/1.1 307 Again\r\nx: ");
            for (int i = 0; i < 15; i++) {
                say(out, "y");
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
            say(out, "\r\nLocation: /again\r\n\r\n");
        })) {
            assertReason(FetchErrorCode.FETCH_STALLED, slow.url("/"), 10);
            assertThat(slow.requests).hasSizeLessThan(6);
        }
    }

    @Test
    void connectsToNoPrivateAddress_behindAPublicName() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, DATA.length))) {
            var url = server.url("/").replace("127.0.0.1", "public.example");
            var source = new FetchSource(URI.create(url), Map.of());
            HostResolver rebinding = host -> List.of(InetAddress.getLoopbackAddress());
            var download =
                    new Download(fetcher(new AddressRules(false), rebinding), source, part(), DATA.length, n -> {});

            assertThatThrownBy(download::run)
                    .isInstanceOfSatisfying(
                            FetchException.class,
                            e -> assertThat(e.reason()).isEqualTo(FetchErrorCode.FETCH_ADDRESS_REFUSED));
            assertThat(server.requests).isEmpty();
        }
    }

    @Test
    void connectsToTheCheckedAddress_andNamesTheHost() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, DATA.length))) {
            var url = server.url("/x?y=z").replace("127.0.0.1", "data.example");
            var source = new FetchSource(URI.create(url), Map.of());
            var asked = new AtomicInteger();
            HostResolver once = host -> asked.incrementAndGet() == 1
                    ? List.of(InetAddress.getLoopbackAddress())
                    : List.of(InetAddress.ofLiteral("192.0.2.1"));

            new Download(fetcher(DEVNET, once), source, part(), DATA.length, n -> {}).run();

            assertThat(asked).hasValue(1);
            assertThat(server.requests.getFirst())
                    .startsWith("GET /x?y=z HTTP/1.1", url.replaceAll("http://([^/]+)/.*", "Host: $1"));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void assertReason(FetchErrorCode reason, String url, long size) throws IOException {
        Files.deleteIfExists(part());
        assertThatThrownBy(() -> download(url, size).run())
                .isInstanceOfSatisfying(
                        FetchException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private Download download(String url, long size) {
        var params = ("{\"URL\":\"" + url + "\"}").getBytes(StandardCharsets.UTF_8);
        return new Download(
                fetcher(DEVNET, HostResolver.ofSystem()), FetchSource.parse(params, DEVNET), part(), size, n -> {});
    }

    private static Fetcher fetcher(AddressRules rules, HostResolver resolver) {
        return new Fetcher(LIMITS, rules, resolver, (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    private Path part() {
        return folder.resolve("deal.part");
    }
}
