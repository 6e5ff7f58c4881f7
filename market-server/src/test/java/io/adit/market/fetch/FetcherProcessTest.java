package io.adit.market.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.CommP;
import io.adit.core.time.SystemTimeline;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Downloads through the fetcher process, which dies, hangs and is lied to. */
@Timeout(300)
class FetcherProcessTest {
    private static final byte[] DATA = data();
    private static final AddressRules DEVNET = new AddressRules(true);

    @TempDir
    Path folder;

    private static byte[] data() {
        var data = new byte[3_000_001];
        new Random(5).nextBytes(data);
        return data;
    }

    private static FetcherProcess fetcher(AddressRules rules) {
        return new FetcherProcess(new SystemTimeline(), FetchLimits.standard(), rules);
    }

    private static FetchSource source(String url) {
        return new FetchSource(URI.create(url), Map.of("X-Token", "t"));
    }

    private Download download(FileSource files, String url) {
        return new Download(files, source(url), folder.resolve("part"), DATA.length, bytes -> {});
    }

    @Test
    void asksOnlyForTheLength_alsoInTheOperatorsOwnNetwork() throws Exception {
        CutServer.Script script = (request, out) -> {
            if (request.getFirst().startsWith("HEAD /none")) {
                CutServer.say(out, "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n");
            } else if (request.getFirst().startsWith("HEAD /unknown")) {
                CutServer.say(out, "HTTP/1.1 200 OK\r\n\r\n");
            } else if (request.getFirst().startsWith("HEAD /moved")) {
                CutServer.say(out, "HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n");
            } else {
                CutServer.head(out, 200, 0, DATA.length);
            }
        };
        try (var server = new CutServer(script);
                var fetcher = fetcher(new AddressRules(false))) {
            var headers = Map.of("X-Token", "t");
            assertThat(fetcher.length(FetchSource.ofOperator(server.url("/a"), headers)))
                    .isEqualTo(DATA.length);
            assertThat(fetcher.length(FetchSource.ofOperator(server.url("/moved"), headers)))
                    .isEqualTo(DATA.length);
            assertThat(server.requests)
                    .allSatisfy(request -> assertThat(request.getFirst()).startsWith("HEAD "))
                    .allSatisfy(request -> assertThat(request).contains("X-Token: t"));
            assertThatThrownBy(() -> fetcher.length(FetchSource.ofOperator(server.url("/none"), headers)))
                    .isInstanceOfSatisfying(
                            FetchException.class, e -> assertThat(e.reason()).isEqualTo(FetchErrorCode.FETCH_REFUSED));
            assertThatThrownBy(() -> fetcher.length(FetchSource.ofOperator(server.url("/unknown"), headers)))
                    .isInstanceOfSatisfying(
                            FetchException.class,
                            e -> assertThat(e.reason()).isEqualTo(FetchErrorCode.FETCH_WRONG_SIZE));
            // What a stranger names is still refused there, also where only the length is asked.
            int before = server.requests.size();
            assertThatThrownBy(() -> fetcher.length(source(server.url("/a"))))
                    .isInstanceOfSatisfying(
                            FetchException.class,
                            e -> assertThat(e.reason()).isEqualTo(FetchErrorCode.FETCH_ADDRESS_REFUSED));
            assertThat(server.requests).hasSize(before);
        }
    }

    /** What the operator's server says of other servers is a stranger's word. */
    @Test
    void redirectToAnotherOrigin_leadsIntoTheOwnNetworkNoMore_andTellsNoSecret() throws Exception {
        try (var second = new CutServer((request, out) -> CutServer.head(out, 200, 0, DATA.length));
                var first = new CutServer((request, out) -> CutServer.say(
                        out, "HTTP/1.1 302 Found\r\nLocation: " + second.url("/b") + "\r\nContent-Length: 0\r\n\r\n"));
                var fetcher = fetcher(new AddressRules(false));
                var devnets = fetcher(DEVNET)) {
            var source = FetchSource.ofOperator(first.url("/a"), Map.of("X-Token", "t"));
            for (var ask : List.<ThrowingCallable>of(
                    () -> fetcher.length(source), () -> fetcher.open(source, 0, DATA.length))) {
                assertThatThrownBy(ask)
                        .isInstanceOfSatisfying(
                                FetchException.class,
                                e -> assertThat(e.reason()).isEqualTo(FetchErrorCode.FETCH_ADDRESS_REFUSED));
            }
            assertThat(second.requests).isEmpty();

            assertThat(devnets.length(source)).isEqualTo(DATA.length);
            assertThat(first.requests.getFirst()).contains("X-Token: t");
            assertThat(second.requests.getFirst()).doesNotContain("X-Token: t");
        }
    }

    @Test
    void locatorIsShownWithoutSecrets() {
        assertThat(PieceLocator.parse("https://pieces.example:8443/p?key=hush headers=/etc/h"))
                .hasToString("https://pieces.example:8443/p");
        for (var wrong : new String[] {
            "https://me:hush@pieces.example/p",
            "https://me:hu/hush@pieces.example/p?key=hush",
            "https://me:hush hush@pieces.example/p",
            "ftp://pieces.example/p?key=hush",
            "https://pieces.example/p?key=hush#hush",
            "https://pieces.example/p?key=hu^hush",
            "https://pieces.example/p Authorization:hush"
        }) {
            assertThatThrownBy(() -> PieceLocator.parse(wrong))
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("market.piece-locators")
                    .hasMessageNotContaining("hush");
        }
    }

    @Test
    void bringsAFile_withItsHeaders() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, DATA.length));
                var fetcher = fetcher(DEVNET)) {
            assertThat(download(fetcher, server.url("/a.car")).run().finish()).isEqualTo(CommP.of(DATA));
            assertThat(Files.readAllBytes(folder.resolve("part"))).isEqualTo(DATA);
            assertThat(server.requests.getFirst()).contains("X-Token: t");
        }
    }

    /** The first answer stops half way, and the process is killed there. */
    @Test
    void goesOnWhereItWas_whenTheProcessIsKilled() throws Exception {
        int half = 1_200_000;
        var dead = new CountDownLatch(1);
        try (var server = new CutServer((request, out) -> {
                    int from = CutServer.offset(request);
                    CutServer.head(out, from == 0 ? 200 : 206, from, DATA.length);
                    out.write(DATA, from, from == 0 ? half : DATA.length - from);
                    out.flush();
                    if (from == 0) {
                        await(dead);
                    }
                });
                var fetcher = fetcher(DEVNET)) {
            var killed = new AtomicLong();
            var download =
                    new Download(fetcher, source(server.url("/")), folder.resolve("part"), DATA.length, bytes -> {
                        if (bytes == half && dead.getCount() > 0) {
                            killed.set(fetcher.pid().orElseThrow());
                            kill("-KILL", killed.get());
                            dead.countDown();
                        }
                    });

            assertThat(download.run().finish()).isEqualTo(CommP.of(DATA));
            assertThat(server.requests.stream().map(CutServer::offset)).containsExactly(0, half);
            assertThat(fetcher.pid().orElseThrow()).isNotEqualTo(killed.get());
        }
    }

    @Test
    void processThatHangs_isReplaced() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, DATA.length));
                var fetcher = new FetcherProcess(
                        new SystemTimeline(), FetchLimits.standard(), DEVNET, Duration.ofSeconds(20))) {
            assertThat(download(fetcher, server.url("/")).run().finish()).isEqualTo(CommP.of(DATA));
            long first = fetcher.pid().orElseThrow();
            kill("-STOP", first);
            Files.delete(folder.resolve("part"));

            assertThat(download(fetcher, server.url("/")).run().finish()).isEqualTo(CommP.of(DATA));
            assertThat(fetcher.pid().orElseThrow()).isNotEqualTo(first);
        }
    }

    @Test
    void processWhoseSocketIsGone_isReplaced() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, DATA.length));
                var fetcher = fetcher(DEVNET)) {
            assertThat(download(fetcher, server.url("/")).run().finish()).isEqualTo(CommP.of(DATA));
            long first = fetcher.pid().orElseThrow();
            Files.delete(fetcher.socket().orElseThrow());
            Files.delete(folder.resolve("part"));

            assertThat(download(fetcher, server.url("/")).run().finish()).isEqualTo(CommP.of(DATA));
            assertThat(fetcher.pid().orElseThrow()).isNotEqualTo(first);
            assertThat(ProcessHandle.of(first).filter(ProcessHandle::isAlive).map(ProcessHandle::onExit))
                    .satisfies(ending -> ending.ifPresent(CompletableFuture::join));
        }
    }

    @Test
    void processChecksAddressesItself_andTellsWhyItRefuses() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, DATA.length));
                var fetcher = fetcher(new AddressRules(false))) {
            for (var url : new String[] {server.url("/"), server.url("/").replace("127.0.0.1", "localhost")}) {
                assertThatThrownBy(() -> fetcher.open(source(url), 0, DATA.length))
                        .isInstanceOfSatisfying(
                                FetchException.class,
                                refused ->
                                        assertThat(refused.reason()).isEqualTo(FetchErrorCode.FETCH_ADDRESS_REFUSED));
            }
            assertThat(server.requests).isEmpty();
        }
    }

    @Test
    void followsNoRedirectToALinkLocalAddress() throws Exception {
        var metadata = "Location: http://169.254.169.254/latest/meta-data";
        try (var server = new CutServer((request, out) ->
                        CutServer.say(out, "HTTP/1.1 302 X\r\n" + metadata + "\r\nContent-Length: 0\r\n\r\n"));
                var fetcher = fetcher(DEVNET)) {
            assertThatThrownBy(() -> fetcher.open(source(server.url("/")), 0, DATA.length))
                    .isInstanceOfSatisfying(
                            FetchException.class,
                            refused -> assertThat(refused.reason()).isEqualTo(FetchErrorCode.FETCH_ADDRESS_REFUSED));
            assertThat(server.requests).hasSize(1);
        }
    }

    /** A server whose certificate no public authority has signed, as inside a company. */
    @Test
    void trustsWhomTheNodesJvmWasToldToTrust_andNobodyElse() throws Exception {
        var authority = TestAuthority.in(folder);
        int most = DATA.length / 2 + 1;
        try (var server = new CutServer(
                        CutServer.cutting(DATA, most), authority.context().getServerSocketFactory());
                var strange = fetcher(DEVNET);
                var fetcher = new FetcherProcess(
                        new SystemTimeline(),
                        FetchLimits.standard(),
                        DEVNET,
                        Duration.ofMinutes(2),
                        authority.trust())) {
            var url = server.url("/").replace("http:", "https:");
            assertThatThrownBy(() -> strange.open(source(url), 0, DATA.length))
                    .isInstanceOfSatisfying(
                            FetchException.class,
                            refused -> assertThat(refused.reason()).isEqualTo(FetchErrorCode.FETCH_BROKEN));
            assertThat(server.requests).isEmpty();

            assertThat(download(fetcher, url).run().finish()).isEqualTo(CommP.of(DATA));
            assertThat(server.requests.stream().map(CutServer::offset)).containsExactly(0, most);
            // Anybody on the machine can read its arguments.
            var proc = Path.of("/proc", String.valueOf(fetcher.pid().orElseThrow()));
            assertThat(Files.readString(proc.resolve("cmdline"), StandardCharsets.ISO_8859_1))
                    .contains(FetcherMain.class.getName())
                    .doesNotContain(TestAuthority.PASSWORD, "trustStore");
        }
    }

    @Test
    void storeOfTheOperators_isTrustedBesideJavasOwn() throws Exception {
        var told = TestAuthority.in(folder).trust();
        var javas = new FetcherTrust("", "", "", "");
        var both = FetcherTrust.of(told);

        var own = KeyStore.getInstance(
                Path.of(told.getProperty("javax.net.ssl.trustStore")).toFile(), TestAuthority.PASSWORD.toCharArray());
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init((KeyStore) null);
        var known = ((X509TrustManager) managers.getTrustManagers()[0]).getAcceptedIssuers();
        assertThat(known).isNotEmpty();
        assertThat(both.anchors()).contains(known).contains((X509Certificate) own.getCertificate("a"));
        assertThat(both.toString() + javas).doesNotContain(TestAuthority.PASSWORD);
    }

    @Test
    void storeThatIsNoFile_isPassedOnAsItIs() throws Exception {
        var told = new Properties();
        told.setProperty("javax.net.ssl.trustStore", "NONE");
        told.setProperty("javax.net.ssl.trustStoreType", "PKCS11");
        told.setProperty("javax.net.ssl.trustStorePassword", "pin");
        var sent = new ByteArrayOutputStream();

        FetcherTrust.of(told).write(new DataOutputStream(sent));

        assertThat(FetcherTrust.read(new DataInputStream(new ByteArrayInputStream(sent.toByteArray()))))
                .isEqualTo(new FetcherTrust("NONE", "PKCS11", "", "pin"));
    }

    /** Said in the log; what needs no store goes on. */
    @Test
    void storeThatCannotBeRead_keepsNothingFromComing() throws Exception {
        var told = new Properties();
        told.setProperty("javax.net.ssl.trustStore", folder.resolve("gone").toString());
        try (var server = new CutServer(CutServer.cutting(DATA, DATA.length));
                var fetcher = new FetcherProcess(
                        new SystemTimeline(), FetchLimits.standard(), DEVNET, Duration.ofMinutes(2), told)) {
            assertThat(download(fetcher, server.url("/a")).run().finish()).isEqualTo(CommP.of(DATA));
        }
    }

    @Test
    void failureOfTheServer_comesWithItsReason() throws Exception {
        try (var server = new CutServer((request, out) -> CutServer.say(out, "HTTP/1.1 404 X\r\n\r\n"));
                var fetcher = fetcher(DEVNET)) {
            assertThatThrownBy(() -> fetcher.open(source(server.url("/")), 0, DATA.length))
                    .isInstanceOfSatisfying(
                            FetchException.class,
                            refused -> assertThat(refused.reason()).isEqualTo(FetchErrorCode.FETCH_REFUSED))
                    .hasMessageContaining("status 404");
        }
    }

    /** What the node knows and a stranger must not: its environment, its open files. */
    @Test
    void processKnowsNothingOfTheNode_andLeavesNothingBehind() throws Exception {
        var secret = Files.createFile(folder.resolve("wallet"));
        Path home;
        try (var open = Files.newByteChannel(secret);
                var server = new CutServer(CutServer.cutting(DATA, DATA.length));
                var fetcher = fetcher(DEVNET)) {
            download(fetcher, server.url("/")).run();
            var proc = Path.of("/proc", String.valueOf(fetcher.pid().orElseThrow()));
            var names = Stream.of(Files.readString(proc.resolve("environ"), StandardCharsets.ISO_8859_1)
                            .split("\0"))
                    .map(entry -> entry.split("=", 2)[0]);
            assertThat(names).allMatch(name -> name.isEmpty() || name.matches("PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR"));
            try (var files = Files.list(proc.resolve("fd"))) {
                assertThat(files.map(FetcherProcessTest::target)).doesNotContain(secret.toRealPath());
            }
            home = Files.readSymbolicLink(proc.resolve("cwd"));
            assertThat(home).isDirectory();
            assertThat(open.isOpen()).isTrue();
        }
        assertThat(home).doesNotExist();
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException e) {
            return link;
        }
    }

    private static void kill(String signal, long pid) {
        try {
            assertThat(new ProcessBuilder("kill", signal, String.valueOf(pid))
                            .start()
                            .waitFor())
                    .isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
