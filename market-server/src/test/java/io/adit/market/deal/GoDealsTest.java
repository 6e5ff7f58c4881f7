package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.UnixFsOptions;
import io.adit.core.ipld.UnixFsPacker;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.market.client.InclusionCall;
import io.adit.market.fetch.CutServer;
import io.adit.market.fetch.GoCarServer;
import io.adit.market.mk20.Ulid;
import io.adit.market.podsi.AggregateLayout;
import io.adit.market.policy.DealTerms;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A deal of every kind, made by a client in Go: over libp2p in the bytes of Boost's client, over HTTP with the shapes, the
 * header and the order of requests of Curio's. The client computes pieces and aggregates by itself.
 */
@Timeout(600)
class GoDealsTest {
    private static final byte[] DATA = TestDeals.data(91, 900);

    @TempDir
    Path folder;

    private DirectBench direct;
    private GoClient client;

    @SuppressWarnings("NullAway.Init") // set up before every test
    GoDealsTest() {}

    @BeforeEach
    void start() throws Exception {
        direct = new DirectBench(folder.resolve("node"));
        direct.bench.chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
        direct.bench.run();
        var secret = new byte[32];
        // As TestDeals.CLIENT.
        Arrays.fill(secret, (byte) 3);
        client = new GoClient(
                direct.bench.provider.addresses().getFirst(),
                direct.uri(),
                secret,
                TestDeals.MINER.id().orElseThrow());
    }

    @AfterEach
    void stop() {
        client.close();
        direct.close();
    }

    /** The client puts the pieces together, and their index behind them. */
    private Path aggregate(Path... pieces) throws IOException {
        var whole = folder.resolve("aggregate");
        var wish = GoClient.wish("aggregate").put("File", whole.toString());
        List.of(pieces).forEach(piece -> wish.withArray("Files").add(piece.toString()));
        assertThat(client.ask(wish).asLong()).isEqualTo(2032);
        return whole;
    }

    /** What anyone gets who asks for a piece. */
    private byte[] got(String pieceCid) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var asked = HttpRequest.newBuilder(direct.uri().resolve("/piece/" + pieceCid));
            var answer = http.send(asked.build(), HttpResponse.BodyHandlers.ofByteArray());
            assertThat(answer.statusCode()).isEqualTo(200);
            return answer.body();
        }
    }

    private Path file(String name, byte[] data) throws IOException {
        return Files.write(folder.resolve(name), data);
    }

    private byte[] car() throws IOException {
        var car = folder.resolve("packed.car");
        UnixFsPacker.pack(file("packed", TestDeals.data(92, 600)), car, UnixFsOptions.V1_2025);
        return Files.readAllBytes(car);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 127, 128, 254, 900, 1016, 5000})
    void computesTheSamePieces(int bytes) throws Exception {
        var data = TestDeals.data(bytes, bytes);

        var found = client.piece(file("data", data));

        assertThat(found.path("v1").asText())
                .isEqualTo(CommP.of(data).pieceCidV1().toString());
        assertThat(found.path("v2").asText())
                .isEqualTo(PieceCid.v2(CommP.of(data), bytes).toString());
        assertThat(found.path("size").asLong()).isEqualTo(CommP.of(data).size().bytes());
    }

    // ---- over libp2p -----------------------------------------------------------------------------

    private JsonNode proposeMk12(String version, UUID uuid, Path file, String url, String price) throws IOException {
        return client.ask(mk12(version, uuid, file, url, price));
    }

    private static ObjectNode mk12(String version, UUID uuid, Path file, String url, String price) {
        var wish = GoClient.wish("propose mk12");
        wish.putObject("Mk12")
                .put("Protocol", "/fil/storage/mk/" + version)
                .put("UUID", hex(uuid))
                .put("File", file.toString())
                .put("URL", url)
                .put("Start", TestDeals.NOW + 100)
                .put("End", TestDeals.NOW + 100 + DealTerms.CHAIN_MIN_DURATION)
                .put("Price", price)
                .put("Collateral", FakeMarketChain.MIN_COLLATERAL.atto().toString());
        return wish;
    }

    private static String hex(UUID uuid) {
        return uuid.toString().replace("-", "");
    }

    private DealRecord reached(UUID uuid, DealCheckpoint checkpoint) {
        await().atMost(Duration.ofMinutes(2)).until(() -> {
            var record = direct.bench.deal(uuid);
            assertThat(record.error()).isEmpty();
            return record.checkpoint().compareTo(checkpoint) >= 0;
        });
        return direct.bench.deal(uuid);
    }

    /** From publishing on it is the same for every deal over libp2p. */
    private void publishAndProve(UUID uuid) throws IOException {
        reached(uuid, DealCheckpoint.Published);
        // The checkpoint is on disk before the message is in the pool.
        await().atMost(Duration.ofMinutes(2))
                .until(() -> !direct.bench.chain.mpoolPending(TipSetKey.EMPTY).isEmpty());
        direct.bench.chain.advance(1 + DealBench.CONFIDENCE);
        assertThat(reached(uuid, DealCheckpoint.IndexedAndAnnounced).sector()).contains(new SectorNumber(7));
        assertThat(direct.bench.chain.included(MarketMethod.PUBLISH_STORAGE_DEALS))
                .hasSize(1);
        DealPipelineTest.prove(direct.bench, 7);
        reached(uuid, DealCheckpoint.Complete);
        var status = client.statusMk12(hex(uuid));
        assertThat(status.path("status").asText()).isEqualTo("Complete");
        assertThat(status.path("chainDealId").asLong()).isEqualTo(42);
        assertThat(status.path("published").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.0", "1.2.1"})
    void makesAnOnlineDealOverLibp2p(String version) throws Exception {
        var uuid = UUID.randomUUID();
        var car = car();
        try (var server = new CutServer(CutServer.cutting(car, 300))) {
            var answer = proposeMk12(version, uuid, file("a.car", car), server.url("/a.car"), "2048");

            assertThat(answer.path("Message").asText()).isEmpty();
            assertThat(answer.path("Accepted").asBoolean()).isTrue();
            publishAndProve(uuid);
            assertThat(client.statusMk12(hex(uuid)).path("received").asLong()).isEqualTo(car.length);
        }
    }

    @Test
    void makesAnOfflineDealOverLibp2p() throws Exception {
        var uuid = UUID.randomUUID();
        var data = file("data", DATA);

        assertThat(proposeMk12("1.2.1", uuid, data, "", "2048").path("Accepted").asBoolean())
                .isTrue();
        var waiting = client.statusMk12(hex(uuid));
        assertThat(waiting.path("status").asText()).isEqualTo("Accepted");
        assertThat(waiting.path("offline").asBoolean()).isTrue();

        direct.bench.pipeline.imports().run(uuid, data);
        publishAndProve(uuid);
    }

    @Test
    void makesADealOverLibp2p_whoseDataAPeerServes() throws Exception {
        var uuid = UUID.randomUUID();
        var file = file("a.car", car());
        try (var server = new GoCarServer(file, 300)) {
            var wish = mk12("1.2.1", uuid, file, server.url("/tcp/"), "2048");
            ((ObjectNode) wish.path("Mk12")).put("Token", GoCarServer.TOKEN);

            assertThat(client.ask(wish).path("Accepted").asBoolean()).isTrue();
            publishAndProve(uuid);
            assertThat(client.statusMk12(hex(uuid)).path("received").asLong()).isEqualTo(Files.size(file));
            assertThat(server.requests).hasSizeGreaterThan(1);
        }
    }

    @Test
    void makesADealOverLibp2p_ofAnAggregateThatItBuilt() throws Exception {
        var uuid = UUID.randomUUID();
        var whole = aggregate(file("a.car", car()), file("raw", TestDeals.data(97, 400)));

        assertThat(proposeMk12("1.2.1", uuid, whole, "", "2048")
                        .path("Accepted")
                        .asBoolean())
                .isTrue();
        direct.bench.pipeline.imports().run(uuid, whole);
        publishAndProve(uuid);
        assertThat(got(CommP.of(Files.readAllBytes(whole)).pieceCidV1().toString()))
                .isEqualTo(Files.readAllBytes(whole));
    }

    @Test
    void readsTheReason_whenADealIsRefused() throws Exception {
        var large = file("large", TestDeals.data(93, 3000));

        var answer = proposeMk12("1.2.1", UUID.randomUUID(), large, "http://127.0.0.1:1/a", "4096");

        assertThat(answer.path("Accepted").asBoolean()).isFalse();
        assertThat(answer.path("Message").asText())
                .startsWith("PIECE_TOO_LARGE: PieceSize must be at most 2048, given 4096");
        assertThat(client.statusMk12(hex(new UUID(8, 8))).path("error").asText())
                .startsWith("no storage deal found");
    }

    @Test
    void readsAskAndTransports() throws Exception {
        var ask = client.ask(GoClient.wish("ask"));
        assertThat(ask.path("miner").asText()).isEqualTo("00e807");
        assertThat(ask.path("price").asText()).isEqualTo("0");
        assertThat(ask.path("max").asLong()).isEqualTo(2048);
        assertThat(ask.path("signed").asBoolean()).isTrue();

        var transports = client.ask(GoClient.wish("transports"));
        assertThat(transports).hasSize(1);
        assertThat(transports.path(0).path("Name").asText()).isEqualTo("http");
        assertThat(transports.path(0).path("Addresses")).hasSize(1);
    }

    // ---- over HTTP -------------------------------------------------------------------------------

    private ObjectNode direct(String source, String format, List<Path> files, List<String> urls) {
        var wish = GoClient.wish("propose mk20");
        var deal = wish.putObject("Mk20")
                .put("Source", source)
                .put("Format", format)
                .put("Duration", DealTerms.CHAIN_MIN_DURATION)
                .put("Indexing", format.equals("car"));
        files.forEach(file -> deal.withArray("Files").add(file.toString()));
        urls.forEach(url -> deal.withArray("URLs").add(url));
        return wish;
    }

    /** The deal's id. */
    private String taken(ObjectNode wish) throws IOException {
        var answer = client.ask(wish);
        assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(200);
        return answer.path("id").asText();
    }

    private void seal(String id) throws IOException {
        var uuid = Ulid.parse(id).uuid();
        assertThat(reached(uuid, DealCheckpoint.IndexedAndAnnounced).publishCid())
                .isEmpty();
        assertThat(client.statusMk20(id).path("status").asText()).isEqualTo("sealing");
        DealPipelineTest.prove(direct.bench, 7);
        reached(uuid, DealCheckpoint.Complete);
        assertThat(client.statusMk20(id).path("status").asText()).isEqualTo("complete");
    }

    @Test
    void makesADirectDeal_whoseDataIsFetched() throws Exception {
        var car = car();
        try (var server = new CutServer(CutServer.cutting(car, 300))) {
            var id = taken(direct(
                    "http",
                    "car",
                    List.of(file("a.car", car)),
                    List.of("http://127.0.0.1:1/gone", server.url("/a.car"))));

            seal(id);
        }
    }

    @Test
    void makesADirectDeal_whoseDataItUploadsInOneRequest() throws Exception {
        var data = file("data", DATA);
        var id = taken(direct("put", "raw", List.of(data), List.of()));
        assertThat(client.statusMk20(id).path("status").asText()).isEqualTo("uploading");

        assertThat(client.upload("whole", id, data, 0).path("status").asInt()).isEqualTo(200);
        seal(id);
    }

    @Test
    void makesADirectDeal_whoseDataItUploadsInChunks() throws Exception {
        var data = file("data", TestDeals.data(94, 2000));
        var id = taken(direct("put", "raw", List.of(data), List.of()));

        assertThat(client.upload("chunked", id, data, 1024).path("status").asInt())
                .isEqualTo(200);
        seal(id);
    }

    @Test
    void makesADirectDeal_whoseDataTheOperatorBrings() throws Exception {
        var data = file("data", DATA);
        var id = taken(direct("offline", "raw", List.of(data), List.of()));
        assertThat(client.statusMk20(id).path("status").asText()).isEqualTo("accepted");

        direct.bench.pipeline.imports().run(Ulid.parse(id).uuid(), data);
        seal(id);
    }

    @Test
    void makesADirectDeal_ofPiecesThatTheProviderPutsTogether() throws Exception {
        var car = car();
        var raw = file("raw", TestDeals.data(96, 400));
        try (var server = new CutServer(CutServer.cutting(car, 200))) {
            var id = taken(
                    direct("aggregate", "car", List.of(file("a.car", car), raw), List.of(server.url("/a.car"), "")));

            // Curio's clients, and so this one, make aggregates of this size.
            assertThat(direct.record(Ulid.parse(id)).piece())
                    .isEqualTo(AggregateLayout.of(List.of(CommP.of(car), CommP.of(Files.readAllBytes(raw))))
                            .aggregate());
            // The second piece is the operator's to bring.
            direct.bench.pipeline.imports().run(Ulid.parse(id).uuid(), raw);
            seal(id);
            // The blocks of the CAR are found under its own name.
            assertThat(direct.bench.index.isIndexed(CommP.of(car).commP())).isTrue();
        }
    }

    @Test
    void makesADirectDeal_ofAnAggregateThatItBuilt_andReadsWhereItsPiecesLie() throws Exception {
        var car = file("a.car", car());
        var raw = file("raw", TestDeals.data(98, 400));
        var whole = aggregate(car, raw);
        var wish = direct("put", "aggregate", List.of(car, raw), List.of());
        ((ObjectNode) wish.path("Mk20")).put("Indexing", true);
        var id = taken(wish);

        assertThat(client.upload("whole", id, whole, 0).path("status").asInt()).isEqualTo(200);
        seal(id);
        assertThat(direct.bench.index.isIndexed(
                        CommP.of(Files.readAllBytes(car)).commP()))
                .isTrue();
        for (var piece : List.of(car, raw)) {
            var data = Files.readAllBytes(piece);
            var cid = DirectBench.pieceCid(data);
            assertThat(got(cid.v2().orElseThrow().toString())).isEqualTo(data);
            assertThat(new InclusionCall(direct.uri()).ask(cid))
                    .singleElement()
                    .satisfies(found -> assertThat(found.aggregate()).isEqualTo(CommP.of(Files.readAllBytes(whole))));
        }
    }

    @Test
    void makesADirectDeal_ofWhichAContractIsTold() throws Exception {
        var data = file("data", DATA);
        var wish = direct("offline", "raw", List.of(data), List.of());
        ((ObjectNode) wish.path("Mk20")).put("Notify", "f01234").put("Payload", new byte[] {1, 2, 3});
        var id = taken(wish);

        assertThat(DirectTerms.notifications(direct.record(Ulid.parse(id))))
                .singleElement()
                .satisfies(told -> {
                    assertThat(told.address()).isEqualTo(Address.ofId(1234));
                    assertThat(told.payload()).containsExactly(1, 2, 3);
                });
        direct.bench.pipeline.imports().run(Ulid.parse(id).uuid(), data);
        seal(id);
    }

    @Test
    void readsWhyADirectDealIsRefused() throws Exception {
        var large = file("large", TestDeals.data(95, 3000));

        var answer = client.ask(direct("put", "raw", List.of(large), List.of()));

        assertThat(answer.path("status").asInt()).isEqualTo(400);
        assertThat(answer.path("body").asText()).startsWith("Reason: PIECE_TOO_LARGE: data.piece_cid");
        assertThat(client.ask(GoClient.wish("get mk20").put("Path", "/status/" + DirectBench.id(9)))
                        .path("status")
                        .asInt())
                .isEqualTo(401);
    }
}
