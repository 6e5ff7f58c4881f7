package io.adit.market.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.adit.chain.node.MarketBalance;
import io.adit.core.fil.Network;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.SectorState;
import io.adit.market.deal.TestDeals;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.filter.FilterAnswer.Accept;
import io.adit.market.filter.FilterAnswer.None;
import io.adit.market.filter.FilterAnswer.Reject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The operator's program and CIDgravity, each with the good and the bad answers that it can give. */
@Timeout(120)
class DealFiltersTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final UUID DEAL = UUID.fromString("6d6f4f5c-1a56-4f2c-9d9f-0f6cbf0b1c11");
    private static final Duration SOON = Duration.ofMillis(300);

    @TempDir
    Path folder;

    private final DealFilters filters = new DealFilters();

    private static FilterTerms command(String command) {
        return FilterTerms.NONE.withCommand(command).withTimeout(Duration.ofSeconds(30));
    }

    private static FilterQuestion question() {
        return question(TestDeals.params(DEAL, TestDeals.data(1, 900), "http://u:secret@example.org/a"));
    }

    private static FilterQuestion question(DealParams params) {
        return new FilterQuestion(
                params,
                TestDeals.MINER,
                new FilterQuestion.Money(
                        new MarketBalance(TokenAmount.ofFil(5), TokenAmount.ofFil(2)),
                        TokenAmount.ZERO,
                        TestDeals.WORKER.address(),
                        TokenAmount.ofFil(7)),
                new FilterQuestion.Room(10_000, 900, 100),
                new FilterQuestion.Stages(1, 2, 3),
                Map.of(SectorState.Proving, 4));
    }

    @Test
    void programTakesOrRefuses_byItsExitCode() {
        assertThat(filters.ask(command("exit 0"), question())).isEqualTo(new Accept());
        assertThat(filters.ask(command("echo no; echo 'more\ttoo' >&2; exit 3"), question()))
                .isEqualTo(new Reject("no more too"));
        assertThat(filters.ask(command("exit 1"), question())).isEqualTo(new Reject(""));
    }

    @Test
    void programReadsTheShapeOfBoost() throws Exception {
        var file = folder.resolve("deal.json");
        assertThat(filters.ask(command("cat > '" + file + "'"), question())).isEqualTo(new Accept());

        var deal = JSON.readTree(Files.readString(file));
        assertThat(deal.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "DealUUID",
                        "IsOffline",
                        "ClientDealProposal",
                        "DealDataRoot",
                        "Transfer",
                        "RemoveUnsealedCopy",
                        "SkipIPNIAnnounce",
                        "SealingPipelineState",
                        "FundsState",
                        "StorageState",
                        "DealType",
                        "FormatVersion",
                        "Agent");
        assertThat(deal.path("FormatVersion").asText()).isEqualTo("2.2.0");
        assertThat(deal.path("DealUUID").asText()).isEqualTo(DEAL.toString());
        var proposal = deal.path("ClientDealProposal").path("Proposal");
        assertThat(proposal.path("Client").asText())
                .isEqualTo(TestDeals.CLIENT.address().toString(Network.MAINNET));
        assertThat(proposal.path("PieceSize").asLong()).isEqualTo(1024);
        assertThat(proposal.path("StoragePricePerEpoch").asText()).isEqualTo("1024");
        assertThat(deal.path("ClientDealProposal")
                        .path("ClientSignature")
                        .path("Type")
                        .asInt())
                .isEqualTo(1);
        assertThat(deal.path("Transfer").path("Size").asLong()).isEqualTo(900);
        assertThat(deal.path("FundsState").path("Escrow").path("Available").asText())
                .isEqualTo(TokenAmount.ofFil(3).attoText());
        assertThat(deal.path("StorageState").path("Free").asLong()).isEqualTo(9000);
        assertThat(deal.path("SealingPipelineState")
                        .path("SectorStates")
                        .path("Proving")
                        .asInt())
                .isEqualTo(4);
        assertThat(Files.readString(file)).doesNotContain("secret");
    }

    @Test
    void programMayIgnoreItsInput_andPrintMoreThanAnybodyReads() {
        var loud = "head -c 3000000 /dev/zero | tr '\\0' x; exit 1";
        assertThat(filters.ask(command(loud), question()))
                .isInstanceOfSatisfying(
                        Reject.class, reject -> assertThat(reject.reason()).hasSize(FilterAnswer.MAX_REASON + 1));
    }

    @Test
    void programThatLeavesAChildBehind_isNotWaitedFor() {
        assertThat(filters.ask(command("sleep 15 & echo no; exit 1"), question()))
                .isEqualTo(new Reject("no"));
    }

    @Test
    void programThatDoesNotAnswer_leavesTheDealToTheOperatorsChoice() throws Exception {
        var pid = folder.resolve("pid");
        var silent = command("echo $$ > '" + pid + "'; sleep 1000; exit 0");
        // Long enough for a busy machine to begin it.
        assertThat(filters.ask(silent.withTimeout(Duration.ofSeconds(5)), question()))
                .isInstanceOf(None.class);
        var asked = Long.parseLong(Files.readString(pid).strip());
        // The system buries it in its own time.
        await().atMost(Duration.ofSeconds(60))
                .until(() -> ProcessHandle.of(asked)
                        .filter(ProcessHandle::isAlive)
                        .flatMap(left -> left.info().command())
                        .isEmpty());
        assertThat(filters.ask(silent.withTimeout(SOON).withAcceptWithoutAnswer(true), question()))
                .isEqualTo(new Accept());
        assertThat(filters.ask(command("/no/such/program"), question())).isInstanceOf(None.class);
    }

    /** A gateway that answers what a test says. */
    private static final class Gateway implements AutoCloseable {
        private final HttpServer server;
        private final LinkedBlockingQueue<JsonNode> asked = new LinkedBlockingQueue<>();
        private final LinkedBlockingQueue<String> heads = new LinkedBlockingQueue<>();
        private final CountDownLatch silence = new CountDownLatch(1);
        private final int status;
        private final String answer;

        Gateway(int status, String answer) throws IOException {
            this.status = status;
            this.answer = answer;
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", this::answer);
            server.setExecutor(task -> Thread.ofVirtual().start(task));
            server.start();
        }

        private void answer(HttpExchange exchange) throws IOException {
            asked.add(JSON.readTree(exchange.getRequestBody()));
            var headers = exchange.getRequestHeaders();
            heads.add(exchange.getRequestURI() + " " + headers.getFirst("X-API-KEY") + " "
                    + headers.getFirst("Authorization") + " " + headers.getFirst("X-Address-ID"));
            if (status == 0) {
                try {
                    silence.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            var body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status == 0 ? 200 : status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        }

        FilterTerms terms(Path folder) throws IOException {
            var token = Files.writeString(folder.resolve("token"), "t0ken\n");
            return FilterTerms.NONE
                    .withTimeout(Duration.ofSeconds(30))
                    .withCidGravityToken(Optional.of(token))
                    .withCidGravity(
                            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/api/proposal/check"));
        }

        @Override
        public void close() {
            silence.countDown();
            server.stop(0);
        }
    }

    @Test
    void cidGravityTakesADeal_askedAsCurioAsks() throws Exception {
        try (var gateway = new Gateway(200, "{\"decision\":\"accept\",\"matchingRule\":3}")) {
            assertThat(filters.ask(gateway.terms(folder), question())).isEqualTo(new Accept());

            assertThat(gateway.heads.take()).isEqualTo("/api/proposal/check t0ken t0ken f01000");
            var deal = gateway.asked.take();
            assertThat(deal.path("DealUUID").asText()).isEqualTo(DEAL.toString());
            assertThat(deal.path("Size").asLong()).isEqualTo(900);
            assertThat(deal.path("SealingPipelineState")
                            .path("DealStagingStates")
                            .path("Publishing")
                            .asInt())
                    .isEqualTo(2);
            assertThat(deal.path("FundsState").path("PubMsg").path("Address").asText())
                    .isEqualTo(TestDeals.WORKER.address().toString(Network.MAINNET));
        }
    }

    @Test
    void cidGravityRefusesADeal_withItsWords() throws Exception {
        try (var gateway = new Gateway(
                200, "{\"decision\":\"reject\",\"externalMessage\":\"too many\",\"customMessage\":\"ask\\nBob\"}")) {
            assertThat(filters.ask(gateway.terms(folder), question())).isEqualTo(new Reject("too many ask Bob"));
        }
    }

    @Test
    void cidGravityWithoutADecision_leavesTheDealToTheOperatorsChoice() throws Exception {
        var tooLong = "{\"decision\":\"accept\",\"x\":\"" + "y".repeat(100_000) + "\"}";
        for (var answer : new String[] {"{\"decision\":\"error\"}", "{}", "no JSON", "", tooLong}) {
            try (var gateway = new Gateway(200, answer)) {
                assertThat(filters.ask(gateway.terms(folder), question())).isInstanceOf(None.class);
            }
        }
        try (var gateway = new Gateway(503, "{\"decision\":\"accept\"}")) {
            var terms = gateway.terms(folder);
            assertThat(filters.ask(terms, question())).isInstanceOf(None.class);
            assertThat(filters.ask(terms.withAcceptWithoutAnswer(true), question()))
                    .isEqualTo(new Accept());
        }
        try (var gateway = new Gateway(0, "{\"decision\":\"accept\"}")) {
            assertThat(filters.ask(gateway.terms(folder).withTimeout(SOON), question()))
                    .isInstanceOf(None.class);
        }
    }

    @Test
    void cidGravityIsNotAsked_whenTheProgramRefuses() throws Exception {
        try (var gateway = new Gateway(200, "{\"decision\":\"accept\"}")) {
            assertThat(filters.ask(gateway.terms(folder).withCommand("exit 1"), question()))
                    .isInstanceOf(Reject.class);
            assertThat(gateway.asked).isEmpty();
        }
    }

    @Test
    void tokenThatIsNone_isToldAndNeverSent() throws Exception {
        try (var gateway = new Gateway(200, "{\"decision\":\"accept\"}")) {
            var terms = gateway.terms(folder);
            Files.writeString(folder.resolve("token"), "two words");
            assertThat(filters.ask(terms, question())).isInstanceOf(None.class);
            Files.delete(folder.resolve("token"));
            assertThat(filters.ask(terms, question())).isInstanceOf(None.class);
            assertThat(gateway.asked).isEmpty();
        }
    }
}
