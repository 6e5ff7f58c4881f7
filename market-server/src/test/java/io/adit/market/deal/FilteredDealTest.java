package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.TokenAmount;
import io.adit.market.filter.FilterTerms;
import io.adit.market.policy.ProposalVerdict;
import io.adit.market.policy.ProposalVerdict.Accepted;
import io.adit.market.policy.ProposalVerdict.Rejected;
import io.adit.market.policy.RejectionCode;
import io.adit.market.retrieve.SidePages.Question;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The deal desk with a filter of the operator's. */
@Timeout(120)
class FilteredDealTest {
    @TempDir
    Path folder;

    private DealBench bench(String command) throws Exception {
        var chain = new FakeMarketChain(TestDeals.MINER, TestDeals.WORKER.address(), TestDeals.NOW);
        var terms = TestDeals.TERMS.withFilters(
                FilterTerms.NONE.withCommand(command).withTimeout(Duration.ofSeconds(60)));
        var bench = new DealBench(folder, Duration.ZERO, 8, chain, () -> terms);
        bench.chain.escrow(TestDeals.CLIENT.address(), TokenAmount.ofFil(1));
        return bench;
    }

    @Test
    void clientReadsWhatTheFilterSays_andNothingIsStored() throws Exception {
        try (var bench = bench("echo not on a Sunday; exit 1")) {
            var verdict = bench.pipeline.desk().propose(Proposals.good(new UUID(1, 1)));

            assertThat(verdict)
                    .isInstanceOfSatisfying(
                            Rejected.class,
                            rejected -> assertThat(rejected.message())
                                    .isEqualTo(
                                            "FILTER_REJECTED: DealParams must be a deal that the operator's filter takes, given one of"
                                                    + " which it says: not on a Sunday; read what the filter says, or ask the provider"));
            assertThat(bench.deals()).isEmpty();
        }
    }

    @Test
    void filterThatCannotBeRun_takesNoDeal() throws Exception {
        try (var bench = bench("/no/such/program")) {
            assertThat(bench.pipeline.desk().propose(Proposals.good(new UUID(1, 1))))
                    .isInstanceOfSatisfying(
                            Rejected.class,
                            rejected -> assertThat(rejected.code()).isEqualTo(RejectionCode.NOT_READY));
            assertThat(bench.deals()).isEmpty();
        }
    }

    @Test
    void filterIsNotAsked_aboutWhatTheRulesRefuse() throws Exception {
        var asked = folder.resolve("asked");
        try (var bench = bench("touch '" + asked + "'")) {
            assertThat(bench.pipeline.desk().propose(Proposals.PRICE_TOO_LOW.params(new UUID(1, 1))))
                    .isInstanceOf(Rejected.class);
            assertThat(asked).doesNotExist();
            assertThat(bench.pipeline.desk().propose(Proposals.good(new UUID(2, 2))))
                    .isEqualTo(new Accepted());
            assertThat(asked).exists();
        }
    }

    @Test
    void slowFilter_keepsNoOtherProposalWaiting() throws Exception {
        var slow = new UUID(1, 1);
        var gate = folder.resolve("gate");
        assertThat(new ProcessBuilder("mkfifo", gate.toString()).start().waitFor())
                .isZero();
        try (var bench = bench("if grep -q " + slow + "; then cat '" + gate + "'; fi");
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<ProposalVerdict> first =
                    CompletableFuture.supplyAsync(() -> bench.pipeline.desk().propose(Proposals.good(slow)), threads);
            assertThat(bench.pipeline
                            .desk()
                            .propose(TestDeals.params(new UUID(2, 2), TestDeals.data(2, 900), "http://127.0.0.1:1/b")))
                    .isEqualTo(new Accepted());
            assertThat(first).isNotDone();

            Files.writeString(gate, "");
            assertThat(first.get()).isEqualTo(new Accepted());
            assertThat(bench.deals()).hasSize(2);
        }
    }

    @Test
    void dryRun_saysThatTheFilterWasNotAsked() throws Exception {
        try (var bench = bench("exit 1")) {
            var page = bench.pipeline
                    .pages()
                    .answer(new Question(
                            "POST",
                            List.of("preflight"),
                            Proposals.good(new UUID(1, 1)).toCbor()))
                    .orElseThrow();
            assertThat(new String(page.body(), StandardCharsets.UTF_8))
                    .contains("\"accepted\":true")
                    .contains("\"notChecked\":[\"FILTER\"]");
        }
    }
}
