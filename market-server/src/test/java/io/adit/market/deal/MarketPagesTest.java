package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.actor.DealProposal;
import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.PieceCid;
import io.adit.core.ipld.Cid;
import io.adit.market.index.PieceIndex;
import io.adit.market.policy.DealRule;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.FetchPace;
import io.adit.market.policy.ProposalVerdict.Accepted;
import io.adit.market.policy.ProposalVerdict.Rejected;
import io.adit.market.policy.RejectionCode;
import io.adit.market.retrieve.ContentPolicy;
import io.adit.market.retrieve.PieceLookup;
import io.adit.market.retrieve.RetrievalLimits;
import io.adit.market.retrieve.RetrievalServer;
import io.adit.market.retrieve.SidePages;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
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
                List.of(bench.pipeline.pages()),
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
    void inclusionAsksToComeBack_whenProofsAreMadeForOthers() {
        var cid = CommP.of(new byte[200]).pieceCidV1().toString();

        var busy = new InclusionPages(bench.store, new Semaphore(0)).answer(cid);
        var slots = new Semaphore(1);
        var pages = new InclusionPages(bench.store, slots);

        assertThat(busy.status()).isEqualTo(429);
        assertThat(new String(busy.body(), StandardCharsets.UTF_8)).contains("ask again");
        assertThat(pages.answer(cid).status()).isEqualTo(404);
        assertThat(slots.availablePermits()).isEqualTo(1);
    }

    @Test
    void thePolicyIsPublished_withEveryRuleAndCode() throws Exception {
        var policy = JSON.readTree(get("/market/policy").body());

        assertThat(policy.path("miner").asText()).isEqualTo(TestDeals.MINER.toString());
        assertThat(policy.path("pricePerGibEpoch").asText()).isEqualTo(String.valueOf(1L << 30));
        assertThat(policy.path("maxPieceSize").asLong()).isEqualTo(2048);
        assertThat(policy.path("rules")).hasSize(DealRule.values().length);
        assertThat(policy.path("rejections")).hasSize(RejectionCode.values().length);
        assertThat(policy.path("rulesOff")).extracting(JsonNode::asText).containsExactly("TRANSFER_TIME", "QUEUE_TIME");
    }

    @Test
    void everyLimitOfTheTermsIsPublished() throws Exception {
        var policy = JSON.readTree(get("/market/policy").body());

        for (var part : DealTerms.class.getRecordComponents()) {
            if (part.getType().isPrimitive()) {
                assertThat(policy.path(part.getName()).isNumber()
                                || policy.path(part.getName() + "Epochs").isNumber())
                        .as(part.getName())
                        .isTrue();
            }
        }
        assertThat(policy.path("fetchBytesPerSecond").isNumber()).isTrue();
        assertThat(policy.path("maxQueuedBytes").asLong()).isEqualTo(TestDeals.TERMS.maxQueuedBytes());
        assertThat(policy.path("protocols"))
                .extracting(JsonNode::asText)
                .containsExactly("/fil/storage/mk/1.2.1", "/fil/storage/mk/1.2.0", "/market/mk20");
    }

    @Test
    void whatCannotBeFetchedInTime_isRefusedByBoth() throws Exception {
        var chain = new FakeMarketChain(TestDeals.MINER, TestDeals.WORKER.address(), TestDeals.NOW);
        var terms = TestDeals.TERMS.withPace(new FetchPace(4));
        var params = Proposals.TRANSFER_TOO_LONG.params(DEAL);
        try (var slow =
                new DealBench(Files.createDirectory(folder.resolve("slow")), Duration.ZERO, 8, chain, () -> terms)) {
            var published = PublishedPolicy.of(terms.withSectorsPerDay(1), TestDeals.MINER);
            assertThat(published.path("rulesOff")).isEmpty();
            assertThat(slow.pipeline.desk().preflight(params, true))
                    .extracting(Rejected::code)
                    .containsExactly(RejectionCode.TRANSFER_TOO_LONG);
            assertThat(slow.pipeline.desk().propose(params))
                    .isInstanceOfSatisfying(
                            Rejected.class,
                            rejected -> assertThat(rejected.code()).isEqualTo(RejectionCode.TRANSFER_TOO_LONG));
            assertThat(slow.deals()).isEmpty();

            // From another deal with the same data.
            var name = params.proposal().proposal().pieceCid() + ".car";
            Files.write(folder.resolve("slow/pieces").resolve(name), Proposals.DATA);
            assertThat(slow.pipeline.desk().preflight(params, true)).isEmpty();
            assertThat(slow.pipeline.desk().propose(params)).isEqualTo(new Accepted());
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "CLIENT_DENIED",
                "CLIENT_NOT_ALLOWED",
                "STAGING_FULL",
                "STAGING_SHARE",
                "TOO_MANY_DEALS",
                "TOO_MANY_DEALS_OF_CLIENT",
                "QUEUE_FULL",
                "SEALING_FULL",
                "QUEUE_TOO_LONG",
                "TRANSFER_TOO_LONG"
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
    void aPieceMayBeNamedByItsVersion2Cid_whereNothingIsSigned() throws Exception {
        var cid = PieceCid.v2(CommP.of(Proposals.DATA), Proposals.DATA.length);
        var asked = json();
        ((ObjectNode) asked.path("Proposal").path("PieceCID")).put("/", cid.toString());
        assertThat(dryRun(asked).path("accepted").asBoolean()).isTrue();

        var signed = TestDeals.params(DEAL, Proposals.DATA, "http://127.0.0.1:1/a.car", p -> piece(p, cid));
        var verdict =
                JSON.readTree(post("/market/preflight", signed.toCbor()).body()).path("rejections");
        assertThat(verdict.findValuesAsText("code")).containsExactly("BAD_PIECE_CID");
        assertThat(verdict.path(0).path("given").asText())
                .isEqualTo(cid + " (of version 2; " + CommP.of(Proposals.DATA).pieceCidV1() + " is its version 1)");
    }

    private static DealProposal piece(DealProposal p, Cid cid) {
        return p.withPieceCid(cid);
    }

    @Test
    void theSameAsJson_needsNoSignature() throws Exception {
        assertThat(dryRun(json()).path("accepted").asBoolean()).isTrue();
        assertThat(dryRun(json()).path("notChecked").path(0).asText()).isEqualTo("SIGNATURE");

        var cheap = json();
        ((ObjectNode) cheap.path("Proposal")).put("StoragePricePerEpoch", "0").put("EndEpoch", 1);
        assertThat(dryRun(cheap).path("rejections").findValuesAsText("code"))
                .containsExactly("END_BEFORE_START", "DURATION_OUT_OF_BOUNDS", "PRICE_TOO_LOW");
        // Full nodes call such an account its own key; the market actor cannot ask it whether it signed.
        var ethereum = new EthereumKey(BigInteger.TWO).address();
        bench.chain.name(ethereum, ethereum);
        var account = json();
        ((ObjectNode) account.path("Proposal")).put("Client", ethereum.toString());
        assertThat(dryRun(account).path("rejections").findValuesAsText("code")).containsExactly("UNKNOWN_CLIENT");
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
