package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import io.adit.chain.node.MarketDeal;
import io.adit.chain.type.TipSetKey;
import io.adit.core.AnsweringProgram;
import io.adit.core.GoPrograms;
import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.market.client.DealClient;
import io.adit.ops.cli.NodeApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Deals that the client in Go proposes to a node that runs, on the embedded chain with its real market and miner actors. */
@Timeout(1800)
class GoDealOnChainTest {
    private static final Duration SOON = Duration.ofMinutes(4);
    /** For a seal and its proof, of which an idle machine with two cores makes one in a minute. */
    private static final Duration SEALED = Duration.ofMinutes(20);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DEAL = "0123456789abcdef0123456789abcdef";
    private static final long EPOCHS = 518_400;
    private static final Set<String> BEFORE_IT_IS_PUBLISHED = Set.of("Accepted", "Transferred", "Published");

    private final byte[] secret;
    private final PrivateKey key;
    private final Path folder;
    private final LocalChain chain = LocalChain.running();
    private final NodeHome home;
    private final HttpServer web;

    GoDealOnChainTest(@TempDir Path folder) throws IOException {
        var secret = new byte[32];
        Arrays.fill(secret, (byte) 5);
        this.secret = secret;
        this.key = PrivateKey.of(SignatureType.SECP256K1, secret);
        this.folder = folder;
        this.home = new NodeHome(folder.resolve("node"));
        this.web = SimpleFileServer.createFileServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Files.createDirectories(folder.resolve("web")).toAbsolutePath(),
                SimpleFileServer.OutputLevel.NONE);
        web.start();
    }

    @AfterEach
    void stop() {
        web.stop(0);
        chain.close();
    }

    /** A node that runs, and the client's program; the client has money in the market. */
    private record Cast(Node node, Address miner, String http, AnsweringProgram client) implements AutoCloseable {
        JsonNode ask(JsonNode wish) {
            try {
                return client.ask(wish);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        JsonNode statusMk12() {
            var told = ask(JSON.createObjectNode().put("Do", "status mk12").put("Deal", DEAL));
            assertThat(told.path("dealError").asText()).isEmpty();
            return told;
        }

        JsonNode statusMk20(String id) throws IOException {
            var told = ask(JSON.createObjectNode().put("Do", "get mk20").put("Path", "/status/" + id));
            var deal = JSON.readTree(told.path("body").asText()).path("ddo_v1");
            assertThat(deal.path("errorMsg").asText()).as(told.toString()).isEmpty();
            return deal;
        }

        @Override
        public void close() {
            client.close();
            node.close();
        }
    }

    private Cast start(Map<String, String> more) throws Exception {
        var settings = new HashMap<>(more);
        settings.put("market.price-per-gib-epoch", "0 FIL");
        settings.put("market.fetch-allow-private-addresses", "true");
        chain.fund(key.address());
        var miner = chain.init(home, settings).miner();
        var node = Node.start(home, Map.of(), Map.of());
        try (var payer = new DealClient(
                chain.node(), Signer.of(key), folder.resolve("client"), new SecureRandom(), InstantSource.system())) {
            payer.ensureEscrow(key.address(), TokenAmount.ofFil(1));
        }
        var info = NodeApi.of(home.directory()).get("/api/v1/info");
        var http = info.path("retrieval").asText();
        var client = new AnsweringProgram(
                GoPrograms.build(Path.of("..", "market-server", "src", "test", "go", "dealpeer")),
                "deals",
                JSON.createObjectNode()
                        .put("Provider", info.path("libp2p").asText().split(" ", -1)[0])
                        .put("URL", http)
                        .put("Key", HexFormat.of().formatHex(secret))
                        .put("Miner", miner.id().orElseThrow()));
        return new Cast(node, miner, http, client);
    }

    @Test
    void theMarketActorHasTheDeal_asTheClientSignedIt() throws Exception {
        var file = file("data", 600);
        try (var cast = start(Map.of())) {
            proposeOverLibp2p(cast, file);
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> !BEFORE_IT_IS_PUBLISHED.contains(
                            cast.statusMk12().path("status").asText()));

            var onChain = onChain(cast);
            assertThat(onChain.proposal().pieceCid())
                    .isEqualTo(CommP.of(Files.readAllBytes(file)).pieceCidV1());
            assertThat(onChain.proposal().provider()).isEqualTo(cast.miner());
        }
    }

    /** One deal of each kind; together they fill a sector, which is sealed and proven as on a public network. */
    @Test
    @Tag("slow")
    void bothKindsOfDeals_endInASectorThatIsProven_andAreServed() throws Exception {
        var published = file("published", 900);
        var direct = file("direct", 1000);
        try (var cast = start(Map.of("sealing.wait-deals-delay", "1h"))) {
            proposeOverLibp2p(cast, published);
            var id = proposeOverHttp(cast, direct);

            Awaitility.await()
                    .atMost(SEALED)
                    .until(() -> cast.statusMk20(id).path("status").asText().equals("complete")
                            && cast.statusMk12().path("status").asText().equals("Complete"));
            // Its windows are of half a second: whether they are met is other tests' matter.
            chain.devnet().freeze(true);

            assertThat(onChain(cast).isActive()).isTrue();
            assertThat(chain.node().stateMinerSectors(cast.miner(), Optional.empty(), TipSetKey.EMPTY))
                    .singleElement()
                    .satisfies(sector -> assertThat(sector.dealWeight()).isPositive());
            for (var file : List.of(published, direct)) {
                var data = Files.readAllBytes(file);
                assertThat(got(cast, CommP.of(data).pieceCidV1().toString())).isEqualTo(data);
                assertThat(got(cast, PieceCid.v2(CommP.of(data), data.length).toString()))
                        .isEqualTo(data);
            }
        }
    }

    private static byte[] got(Cast cast, String pieceCid) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var asked = HttpRequest.newBuilder(URI.create(cast.http()).resolve("/piece/" + pieceCid));
            var answer = http.send(asked.build(), HttpResponse.BodyHandlers.ofByteArray());
            assertThat(answer.statusCode()).isEqualTo(200);
            return answer.body();
        }
    }

    private MarketDeal onChain(Cast cast) {
        var id = cast.statusMk12().path("chainDealId").asLong();
        return chain.node().stateMarketStorageDeal(id, TipSetKey.EMPTY).orElseThrow();
    }

    private Path file(String name, int length) throws IOException {
        var data = new byte[length];
        new Random(length).nextBytes(data);
        return Files.write(folder.resolve("web").resolve(name), data);
    }

    private String url(Path file) {
        return "http://127.0.0.1:" + web.getAddress().getPort() + "/" + file.getFileName();
    }

    /** Epochs are short here, and the machine may be busy. */
    private long inTime() {
        return chain.node().chainHead().height().value() + 30_000;
    }

    private void proposeOverLibp2p(Cast cast, Path file) {
        long start = inTime();
        var collateral = chain.node()
                .stateDealProviderCollateralBounds(new PaddedSize(1024), false, TipSetKey.EMPTY)
                .min()
                .times(3)
                .dividedBy(2);
        var wish = JSON.createObjectNode().put("Do", "propose mk12");
        wish.putObject("Mk12")
                .put("Protocol", "/fil/storage/mk/1.2.1")
                .put("UUID", DEAL)
                .put("File", file.toString())
                .put("URL", url(file))
                .put("Start", start)
                .put("End", start + EPOCHS)
                .put("Price", "1024")
                .put("Collateral", collateral.atto().toString());
        var taken = cast.ask(wish);
        assertThat(taken.path("Message").asText()).isEmpty();
        assertThat(taken.path("Accepted").asBoolean()).isTrue();
    }

    private String proposeOverHttp(Cast cast, Path file) {
        var wish = JSON.createObjectNode().put("Do", "propose mk20");
        var deal = wish.putObject("Mk20")
                .put("Source", "http")
                .put("Format", "raw")
                .put("Start", inTime())
                .put("Duration", EPOCHS);
        deal.putArray("Files").add(file.toString());
        deal.putArray("URLs").add(url(file));
        var taken = cast.ask(wish);
        assertThat(taken.path("status").asInt()).as(taken.toString()).isEqualTo(200);
        return taken.path("id").asText();
    }
}
