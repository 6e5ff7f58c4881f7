package io.adit.market.ipni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.adit.core.fil.PieceCid;
import io.adit.core.ipld.Block;
import io.adit.core.ipld.CarWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The chain as an indexer's libraries read it over HTTP. */
@Timeout(600)
class IpniPublisherTest {
    private static final long KEEP_ALL = 64 << 20;
    private static final String GATEWAY = "a01200";
    private static final String PIECE = "b01200";

    private final Identity identity = Identity.generate(KeyType.ED25519, new SecureRandom());

    @TempDir
    private Path folder;

    private IpniFixture open(long entryBytes) throws IOException {
        return new IpniFixture(folder, identity, List.of(), 16, entryBytes);
    }

    @Test
    void piecesAndTheirBlocks_areReadByAnIndexer_atBothPlaces() throws Exception {
        try (var node = open(KEEP_ALL)) {
            assertThat(node.read("").head()).isEmpty();
            var file = node.storeFile(100_000, 1, 1000);
            var bytes = new byte[5000];
            new Random(9).nextBytes(bytes);
            var raw = node.store(Files.write(folder.resolve("raw"), bytes), Cid.rawSha256(bytes));

            assertThat(node.publish()).isEqualTo(3);

            var read = node.read("");
            assertThat(node.read("/ipni-provider/" + node.peer())).isEqualTo(read);
            assertThat(read.ads()).hasSize(3).allSatisfy(ad -> {
                assertThat(ad.removal()).isFalse();
                assertThat(ad.addresses()).containsExactly("/dns4/provider.example.org/tcp/443/https");
            });
            var blocks = only(read, GATEWAY);
            assertThat(new HashSet<>(blocks.entries())).isEqualTo(IpniFixture.blocks(file));
            // 111 blocks: the newest chunk first.
            assertThat(blocks.chunks()).containsExactly(15, 16, 16, 16, 16, 16, 16);
            assertThat(read.ads().stream().filter(ad -> ad.metadata().equals(PIECE)))
                    .extracting(IpniFixture.Ad::entries)
                    .containsExactlyInAnyOrder(List.of(pieceHash(file)), List.of(pieceHash(raw)));
            assertThat(blocks.context()).startsWith("01").hasSizeLessThanOrEqualTo(128);
            assertThat(node.publish()).isZero();
            assertThat(node.publisher().status().asked()).isEqualTo(3);
        }
    }

    @Test
    void chunks_areMadeAgainFromThePiece_byteForByte() throws Exception {
        try (var node = open(0)) {
            node.storeFile(100_000, 1, 1000);
            node.publish();

            assertThat(only(node.read(""), GATEWAY).entries()).hasSize(111);
            assertThat(folder.resolve("entries")).isEmptyDirectory();
        }
    }

    @Test
    void aDamagedChunkFile_isNotServed() throws Exception {
        try (var node = open(KEEP_ALL)) {
            node.storeFile(100_000, 1, 1000);
            node.publish();
            try (var files = Files.list(folder.resolve("entries"))) {
                for (var file : files.toList()) {
                    Files.write(file, new byte[100]);
                }
            }

            assertThat(only(node.read(""), GATEWAY).entries()).hasSize(111);
            // It is there again, as it was.
            assertThat(only(node.read(""), GATEWAY).entries()).hasSize(111);
        }
    }

    @Test
    void aPieceOfIdentityBlocksOnly_hasNoEntries() throws Exception {
        try (var node = open(KEEP_ALL)) {
            var data = new byte[] {1, 2, 3};
            var cid = Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, data));
            var car = folder.resolve("identity.car");
            try (var writer = new CarWriter(Files.newOutputStream(car), List.of(cid))) {
                writer.write(new Block(cid, data));
                writer.write(new Block(cid, data));
            }
            node.store(car, cid);

            assertThat(node.publish()).isEqualTo(1);
            assertThat(node.read("").ads()).extracting(IpniFixture.Ad::metadata).containsExactly(PIECE);
        }
    }

    @Test
    void afterARestart_theChainIsTheSame_andGoesOn() throws Exception {
        var node = open(KEEP_ALL);
        try {
            node.storeFile(100_000, 1, 1000);
            node.publish();
            var before = node.read("");
            node = node.restarted();

            assertThat(node.publish()).isZero();
            assertThat(node.read("")).isEqualTo(before);
            assertThat(node.publisher().status().asked()).isEqualTo(2);
            node.storeFile(10_000, 2, 1000);
            assertThat(node.publish()).isEqualTo(2);
            var after = node.read("");
            assertThat(after.ads()).hasSize(4);
            assertThat(after.ads().subList(2, 4)).isEqualTo(before.ads());
        } finally {
            node.close();
        }
    }

    @Test
    void whatIsGone_orDenied_isTakenBack_andComesAgainUnderItsName() throws Exception {
        try (var node = open(KEEP_ALL)) {
            var gone = node.storeFile(10_000, 1, 1000);
            var denied = node.storeFile(10_000, 2, 1000);
            node.publish();
            node.dropCopy(gone);
            node.denied.add(denied.root());

            assertThat(node.publish()).isEqualTo(4);

            var taken = node.read("").ads().subList(0, 4);
            assertThat(taken).allMatch(IpniFixture.Ad::removal);
            var contexts = node.read("").ads().subList(4, 8).stream()
                    .map(IpniFixture.Ad::context)
                    .toList();
            assertThat(taken).extracting(IpniFixture.Ad::context).containsExactlyInAnyOrderElementsOf(contexts);
            node.denied.clear();
            assertThat(node.publish()).isEqualTo(2);
            var again = node.read("").ads().subList(0, 2);
            assertThat(again).noneMatch(IpniFixture.Ad::removal);
            assertThat(contexts)
                    .containsAll(again.stream().map(IpniFixture.Ad::context).toList());
            assertThat(again).noneMatch(ad -> ad.entries().isEmpty());
        }
    }

    @Test
    void aFileThatIsMissing_isTakenBackAfterAWhile() throws Exception {
        try (var node = open(KEEP_ALL)) {
            var stored = node.storeFile(10_000, 1, 1000);
            node.publish();
            Files.move(stored.file(), folder.resolve("elsewhere"));

            assertThat(node.publish()).isZero();
            node.clock.step(IpniFixture.PATIENCE.plusSeconds(1));
            assertThat(node.publish()).isEqualTo(2);
            Files.move(folder.resolve("elsewhere"), stored.file());
            assertThat(node.publish()).isEqualTo(2);
            assertThat(node.read("").ads().subList(0, 2)).noneMatch(IpniFixture.Ad::removal);
        }
    }

    @Test
    void newWaysAndAddresses_areSaidWithoutEntries() throws Exception {
        var bitswap = "/ip4/192.0.2.1/tcp/24001";
        try (var node = open(KEEP_ALL)) {
            node.storeFile(10_000, 1, 1000);
            node.publish();

            assertThat(node.publish(List.of(bitswap))).isEqualTo(1);
            var update = node.read("").ads().getFirst();
            assertThat(update.metadata()).isEqualTo("8012" + GATEWAY);
            assertThat(update.entries()).isEmpty();
            assertThat(update.addresses()).contains(bitswap);
            assertThat(node.publish(List.of("/ip4/192.0.2.2/tcp/24001"))).isEqualTo(1);
            assertThat(node.read("").ads().getFirst().addresses()).contains("/ip4/192.0.2.2/tcp/24001");
            assertThat(node.publish(List.of("/ip4/192.0.2.2/tcp/24001"))).isZero();
        }
    }

    @Test
    void whatIsNoAdvertisement_isRefused() throws Exception {
        try (var node = open(KEEP_ALL);
                var http = HttpClient.newHttpClient()) {
            node.storeFile(10_000, 1, 1000);
            assertThat(status(http, node, "/ipni/v1/ad/head")).isEqualTo(204);
            node.publish();
            assertThat(status(http, node, "/ipni/v1/ad/head")).isEqualTo(200);
            assertThat(status(http, node, "/ipni/v1/ad/nonsense")).isEqualTo(400);
            assertThat(status(http, node, "/ipni/v1/ad/" + "b".repeat(300))).isEqualTo(400);
            assertThat(status(http, node, "/ipni/v1/ad/" + Advertisement.cidOf(new byte[0])))
                    .isEqualTo(404);
            assertThat(status(http, node, "/ipni/v1/ad/" + Cid.dagCbor(new byte[1])))
                    .isEqualTo(404);
            assertThat(status(http, node, "/ipni/v1/ad/head/more")).isEqualTo(404);
            assertThat(status(
                            http,
                            node,
                            "/ipni-provider/12D3KooWMX2GLefPfCydrRJHRFvx6mkVjrEmMKQMdf8e836cNHBo/ipni/v1/ad/head"))
                    .isEqualTo(404);
        }
    }

    @Test
    void indexersAreTold_andAskedHowFarTheyAre() throws Exception {
        Queue<String> announced = new ConcurrentLinkedQueue<>();
        var ingested = new String[] {""};
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/announce", exchange -> {
            var body = exchange.getRequestBody().readAllBytes();
            announced.add(exchange.getRequestMethod() + " " + HexFormat.of().formatHex(body));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.createContext("/providers/", exchange -> {
            var body = ("{\"LastAdvertisement\":{\"/\":\"" + ingested[0] + "\"}}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        var indexer = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        var dead = URI.create("http://127.0.0.1:1/announce");
        try (var node = new IpniFixture(folder, identity, List.of(indexer, dead), 16, KEEP_ALL)) {
            node.storeFile(10_000, 1, 1000);
            node.publisher().start();
            await().atMost(Duration.ofMinutes(2)).until(() -> !announced.isEmpty());

            var head = node.publisher().status().head().orElseThrow();
            assertThat(announced.peek())
                    .startsWith("PUT 83d82a58" + "26" + "00" + HexFormat.of().formatHex(head.bytes()));
            ingested[0] = head.toString();
            node.publisher().publishNow();
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> node.publisher()
                            .status()
                            .indexers()
                            .getFirst()
                            .ingested()
                            .equals(Optional.of(head)));
            assertThat(node.publisher().status().indexers().getFirst().problem())
                    .isEmpty();
            assertThat(node.publisher().status().indexers().get(1).problem()).contains("could not be");
        } finally {
            server.stop(0);
        }
    }

    private static int status(HttpClient http, IpniFixture node, String path) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(node.base().resolve(path)).build(), HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    private static IpniFixture.Ad only(IpniFixture.Read read, String metadata) {
        return read.ads().stream()
                .filter(ad -> ad.metadata().equals(metadata))
                .reduce((one, two) -> {
                    throw new AssertionError("two of them");
                })
                .orElseThrow();
    }

    private static String pieceHash(IpniFixture.Stored stored) throws IOException {
        return HexFormat.of()
                .formatHex(PieceCid.v2(stored.piece(), Files.size(stored.file()))
                        .multihash()
                        .bytes());
    }
}
