package io.adit.market.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.fil.CommP;
import io.adit.core.time.SystemTimeline;
import io.adit.libp2p.Host;
import io.adit.libp2p.Stream;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTP over libp2p: from go-libp2p's HTTP server through the fetcher process, and from peers that misbehave. */
@Timeout(600)
class PeerFetchTest {
    private static final AddressRules DEVNET = new AddressRules(true);
    private static final int THIRD = 1_000_000;
    private static final byte[] DATA = data();
    private static final FetchLimits HASTY = new FetchLimits(
            Duration.ofSeconds(20), Duration.ofSeconds(40), Duration.ofSeconds(2), Duration.ofSeconds(2), 1 << 20);

    @TempDir
    Path folder;

    private static byte[] data() {
        var data = new byte[3 * THIRD + 1];
        new Random(5).nextBytes(data);
        return data;
    }

    private static FetchSource source(String url, String token) {
        var basic = Base64.getEncoder().encodeToString((":" + token).getBytes(StandardCharsets.UTF_8));
        var params = "{\"URL\":\"" + url + "\",\"Headers\":{\"Authorization\":\"Basic " + basic + "\"}}";
        return FetchSource.parse(params.getBytes(StandardCharsets.UTF_8), DEVNET);
    }

    private static FetcherProcess process(AddressRules rules) {
        return new FetcherProcess(new SystemTimeline(), FetchLimits.standard(), rules);
    }

    private Download download(FileSource files, FetchSource source) {
        return new Download(files, source, folder.resolve("part"), DATA.length, bytes -> {});
    }

    /** The first answer ends with the connection, the second with its stream. */
    @ParameterizedTest
    @CsvSource({"/tcp/", "/quic-v1/"})
    void bringsACarOfAGoPeer_thatBreaksOffTwice(String transport) throws Exception {
        var file = Files.write(folder.resolve("a.car"), DATA);
        try (var server = new GoCarServer(file, THIRD);
                var fetcher = process(DEVNET)) {
            var download = download(fetcher, source(server.url(transport), GoCarServer.TOKEN));

            assertThat(download.run().finish()).isEqualTo(CommP.of(DATA));

            assertThat(download.wasResumed()).isTrue();
            assertThat(Files.readAllBytes(folder.resolve("part"))).isEqualTo(DATA);
            var peer = server.url(transport).substring(server.url(transport).lastIndexOf('/') + 1);
            assertThat(server.requests)
                    .hasSizeGreaterThanOrEqualTo(3)
                    .allMatch(request -> request.startsWith("GET / " + peer + " "));
            assertThat(server.requests.getFirst()).endsWith("\"\"");
            assertThat(server.requests.getLast()).matches(".* \"bytes=[1-9][0-9]*-\"");
        }
    }

    @Test
    void wrongToken_isTheServersRefusal() throws Exception {
        var file = Files.write(folder.resolve("a.car"), DATA);
        try (var server = new GoCarServer(file, 0);
                var fetcher = process(DEVNET)) {
            refuses(fetcher, source(server.url("/tcp/"), "guessed"), FetchErrorCode.FETCH_REFUSED, "status 401");
        }
    }

    @Test
    void processChecksTheAddressItself() throws Exception {
        var file = Files.write(folder.resolve("a.car"), DATA);
        try (var server = new GoCarServer(file, 0);
                var fetcher = process(new AddressRules(false))) {
            refuses(
                    fetcher,
                    source(server.url("/tcp/"), GoCarServer.TOKEN),
                    FetchErrorCode.FETCH_ADDRESS_REFUSED,
                    "private");
            assertThat(server.requests).isEmpty();
        }
    }

    /** A name is looked up once, and what it then has is both checked and dialled. */
    @Test
    void nameIsLookedUpOnce_andEveryAddressChecked() throws Exception {
        var asked = new CopyOnWriteArrayList<String>();
        try (var peer = new JavaPeer(stream -> answer(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
                var fetcher = fetcher(DEVNET, host -> {
                    asked.add(host);
                    return List.of(InetAddress.ofLiteral(asked.size() == 1 ? "127.0.0.1" : "127.0.0.2"));
                });
                var careful = fetcher(
                        new AddressRules(false),
                        host -> List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("10.0.0.1")))) {
            var url = peer.url().replace("/ip4/127.0.0.1/", "/dns4/client.example/");
            try (var body = fetcher.open(source(url, ""), 0, 2)) {
                assertThat(body.read(new byte[16])).isEqualTo(2);
            }
            assertThat(asked).containsExactly("client.example");
            refuses(careful, source(url, ""), FetchErrorCode.FETCH_ADDRESS_REFUSED, "client.example");
        }
    }

    @Test
    void peerThatGoesSilent_isGivenUp() throws Exception {
        var over = new CountDownLatch(1);
        try (var peer = new JavaPeer(stream -> {
                    answer(stream, "HTTP/1.1 200 OK\r\nContent-Length: 3000001\r\n\r\nx");
                    over.await();
                });
                var fetcher = fetcher(DEVNET, HostResolver.ofSystem())) {
            assertThatThrownBy(() -> download(fetcher, source(peer.url(), "")).run())
                    .isInstanceOfSatisfying(
                            FetchException.class, e -> assertThat(e.reason()).isEqualTo(FetchErrorCode.FETCH_STALLED));
            over.countDown();
        }
    }

    @Test
    void peersAreNotRedirectedTo_norFrom() throws Exception {
        try (var peer = new JavaPeer(stream -> answer(
                        stream, "HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
                var server = new CutServer((request, out) -> CutServer.say(
                        out, "HTTP/1.1 302 X\r\nLocation: " + peer.url() + "\r\nContent-Length: 0\r\n\r\n"));
                var fetcher = fetcher(DEVNET, HostResolver.ofSystem())) {
            refuses(fetcher, source(peer.url(), ""), FetchErrorCode.FETCH_REDIRECTS, "libp2p");
            refuses(
                    fetcher,
                    new FetchSource(URI.create(server.url("/")), Map.of()),
                    FetchErrorCode.FETCH_REDIRECTS,
                    "libp2p");
        }
    }

    @Test
    void otherPeerAtTheAddress_isNotAsked() throws Exception {
        try (var peer = new JavaPeer(stream -> answer(stream, "HTTP/1.1 200 OK\r\n\r\n"));
                var fetcher = fetcher(DEVNET, HostResolver.ofSystem())) {
            var other = Identity.generate(KeyType.ED25519, new SecureRandom()).peerId();
            var url = peer.url().replaceFirst("/p2p/.*", "/p2p/" + other);
            refuses(fetcher, source(url, ""), FetchErrorCode.FETCH_UNREACHABLE, "somebody else");
        }
    }

    private static void refuses(FileSource files, FetchSource source, FetchErrorCode code, String words) {
        assertThatThrownBy(() -> files.open(source, 0, DATA.length))
                .isInstanceOfSatisfying(
                        FetchException.class, e -> assertThat(e.reason()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    private static Fetcher fetcher(AddressRules rules, HostResolver resolver) {
        return new Fetcher(HASTY, rules, resolver, (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    private static void answer(Stream stream, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        stream.write(bytes, 0, bytes.length);
    }

    /** A host that reads a request and then does as the test says. */
    private static final class JavaPeer implements AutoCloseable {
        private final Host host;

        /** What comes after the request. */
        private interface Script {
            void run(Stream stream) throws IOException, InterruptedException;
        }

        JavaPeer(Script script) throws Exception {
            host = Host.builder()
                    .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
                    .listen("/ip4/127.0.0.1/tcp/0")
                    .protocol(PeerStreams.PROTOCOL, stream -> {
                        var lines =
                                new BufferedReader(new InputStreamReader(stream.input(), StandardCharsets.US_ASCII));
                        while (!Objects.requireNonNull(lines.readLine()).isEmpty()) {
                            // The head of the request is of no interest.
                        }
                        script.run(stream);
                    })
                    .build();
            host.start();
        }

        String url() {
            return "libp2p://"
                    + host.addresses().stream()
                            .map(Multiaddr::toString)
                            .findFirst()
                            .orElseThrow();
        }

        @Override
        public void close() {
            host.close();
        }
    }
}
