package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.fil.Address;
import io.adit.market.index.PieceIndex;
import io.adit.market.policy.DealRule;
import io.adit.market.policy.RejectionCode;
import io.adit.market.retrieve.ContentPolicy;
import io.adit.market.retrieve.PieceLookup;
import io.adit.market.retrieve.RetrievalLimits;
import io.adit.market.retrieve.RetrievalServer;
import io.adit.market.retrieve.SidePages;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The published policy and the dry run, over HTTP, beside the deal protocol's own answers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MarketPagesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final UUID DEAL = new UUID(5, 6);

    @TempDir
    private static Path folder;

    private DealBench bench;
    private PieceIndex index;
    private RetrievalServer server;
    private HttpClient http;

    @SuppressWarnings("NullAway.Init") // set up before the tests
    MarketPagesTest() {}

    @BeforeAll
    void start() throws Exception {
        bench = new DealBench(folder);
        index = PieceIndex.open(folder.resolve("served"));
        server = RetrievalServer.start(
                RetrievalServer.DEFAULT_ADDRESS,
                index,
                commP -> new PieceLookup.Unknown(),
                ContentPolicy.SERVE_ALL,
                bench.pipeline.pages(),
                RetrievalLimits.DEFAULTS,
                new SimpleMeterRegistry());
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    void stop() {
        http.close();
        server.close();
        index.close();
        bench.close();
    }

    @Test
    void thePolicyIsPublished_withEveryRuleAndCode() throws Exception {
        var policy = JSON.readTree(get("/market/policy").body());

        assertThat(policy.path("miner").asText()).isEqualTo(TestDeals.MINER.toString());
        assertThat(policy.path("pricePerGibEpoch").asText()).isEqualTo(String.valueOf(1L << 30));
        assertThat(policy.path("maxPieceSize").asLong()).isEqualTo(2048);
        assertThat(policy.path("rules")).hasSize(DealRule.values().length);
        assertThat(policy.path("rejections")).hasSize(RejectionCode.values().length);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "CLIENT_DENIED",
                "CLIENT_NOT_ALLOWED",
                "STAGING_FULL",
                "TOO_MANY_DEALS",
                "QUEUE_FULL",
                "SEALING_FULL",
                "QUEUE_TOO_LONG"
            })
    void theDryRunSaysWhatTheProtocolWouldSay(Proposals bad) throws Exception {
        var answer = post("/market/preflight", bad.params(DEAL).toCbor());

        assertThat(answer.statusCode()).isEqualTo(200);
        var verdict = JSON.readTree(answer.body());
        assertThat(verdict.path("accepted").asBoolean()).isFalse();
        assertThat(verdict.path("rejections").findValuesAsText("code")).contains(bad.name());
        verdict.path("rejections").forEach(rejected -> {
            for (var part : new String[] {"field", "limit", "given", "remedy"}) {
                assertThat(rejected.path("message").asText())
                        .contains(rejected.path(part).asText());
            }
        });
        assertThat(bench.deals()).isEmpty();
    }

    @Test
    void aGoodProposalWouldBeTaken_andIsNotStored() throws Exception {
        var verdict = JSON.readTree(
                post("/market/preflight", Proposals.good(DEAL).toCbor()).body());

        assertThat(verdict.path("accepted").asBoolean()).isTrue();
        assertThat(verdict.path("rejections")).isEmpty();
        assertThat(verdict.path("notChecked")).isEmpty();
        assertThat(bench.deals()).isEmpty();
    }

    @Test
    void theSameAsJson_needsNoSignature() throws Exception {
        assertThat(dryRun(json()).path("accepted").asBoolean()).isTrue();
        assertThat(dryRun(json()).path("notChecked").path(0).asText()).isEqualTo("SIGNATURE");

        var cheap = json();
        ((ObjectNode) cheap.path("Proposal")).put("StoragePricePerEpoch", "0").put("EndEpoch", 1);
        assertThat(dryRun(cheap).path("rejections").findValuesAsText("code"))
                .containsExactly("END_BEFORE_START", "DURATION_OUT_OF_BOUNDS", "PRICE_TOO_LOW");
        var unknown = json();
        ((ObjectNode) unknown.path("Proposal")).put("Client", Address.ofId(777).toString());
        assertThat(dryRun(unknown).path("rejections").findValuesAsText("code")).containsExactly("UNKNOWN_CLIENT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "{", "{}", "{\"Proposal\":{\"PieceCID\":{\"/\":\"no\"}}}", "[[[[[[[["})
    void whatIsNoProposal_isCalledSo(String body) throws Exception {
        var answer = post("/market/preflight", body.getBytes(java.nio.charset.StandardCharsets.UTF_8));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body())
                        .path("rejections")
                        .path(0)
                        .path("code")
                        .asText())
                .isEqualTo("MALFORMED_PROPOSAL");
    }

    @Test
    void bodiesAreBounded_andTakenNowhereElse() throws Exception {
        assertThat(post("/market/preflight", new byte[SidePages.MAX_BODY + 1]).statusCode())
                .isEqualTo(413);
        assertThat(post("/market/policy", new byte[3]).statusCode()).isEqualTo(404);
        assertThat(get("/market/preflight").statusCode()).isEqualTo(404);
        assertThat(post("/ipfs/x", new byte[3]).statusCode()).isEqualTo(400);
        assertThat(post("/", new byte[0]).statusCode()).isEqualTo(405);
    }

    private JsonNode dryRun(JsonNode proposal) throws IOException, InterruptedException {
        return JSON.readTree(
                post("/market/preflight", JSON.writeValueAsBytes(proposal)).body());
    }

    private static ObjectNode json() {
        var good = Proposals.good(DEAL);
        var proposal = good.proposal().proposal();
        var root = JSON.createObjectNode();
        root.putObject("Proposal")
                .put("PieceSize", proposal.pieceSize())
                .put("Client", proposal.client().toString())
                .put("StartEpoch", proposal.startEpoch().value())
                .put("EndEpoch", proposal.endEpoch().value())
                .put("StoragePricePerEpoch", proposal.pricePerEpoch().attoText())
                .put("ProviderCollateral", proposal.providerCollateral().attoText())
                .putObject("PieceCID")
                .put("/", proposal.pieceCid().toString());
        root.putObject("Transfer")
                .put("Type", "http")
                .put("Size", good.transfer().size())
                .putObject("Params")
                .put("URL", "http://127.0.0.1:1/a.car");
        return root;
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, byte[] body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(path))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    }
}
