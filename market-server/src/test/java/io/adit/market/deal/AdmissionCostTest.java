package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.DealLabel;
import io.adit.core.fil.CommP;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.policy.ProposalVerdict.Accepted;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a proposal costs while many deals, all of its own client, are between acceptance and a sector; prints figures. */
@Tag("slow")
class AdmissionCostTest {
    private static final int STAGED = 10_000;
    private static final int TRIES = 200;
    private static final Signature UNSIGNED =
            new Signature(SignatureType.SECP256K1, new byte[SignatureType.SECP256K1.length()]);

    @TempDir
    Path folder;

    @Test
    void countsAllThatIsStaged() throws Exception {
        var chain = new FakeMarketChain(TestDeals.MINER, TestDeals.WORKER.address(), TestDeals.NOW);
        var terms = TestDeals.TERMS
                .withMaxStagingBytes(1L << 40)
                .withMaxStagingBytesPerClient(1L << 40)
                .withMaxDealsUnderWay(1_000_000)
                .withMaxQueuedBytes(1L << 40);
        try (var bench = new DealBench(folder, Duration.ZERO, 8, chain, () -> terms)) {
            chain.escrow(TestDeals.CLIENT.address(), TokenAmount.ofFil(1_000_000));
            measure(bench, "warming up", 0);
            measure(bench, "none staged", 1);
            for (int i = 0; i < STAGED; i += 1000) {
                int from = i;
                bench.store.transactVoid(tx ->
                        IntStream.range(from, from + 1000).forEach(number -> StoredDeals.accept(tx, staged(number))));
            }
            measure(bench, STAGED + " staged", 2);
            measureOldWay(bench);

            var load = bench.store.read(StoredDeals::load);
            assertThat(load.dealsUnderWay()).isEqualTo(STAGED + 3 * TRIES);
            assertThat(load.queuedBytes()).isEqualTo((STAGED + 3L * TRIES) * 1024);
        }
    }

    private static DealRecord staged(int number) {
        var data = new byte[900];
        return DealDesk.record(proposal(new UUID(9, number), "staged " + number, CommP.of(data), false), Instant.EPOCH);
    }

    private static DealParams proposal(UUID uuid, String label, PieceInfo piece, boolean signed) {
        var p = TestDeals.proposal(piece);
        var named = p.withVerifiedDeal(false)
                .withLabel(new DealLabel.Text(label))
                .withStartEpoch(new Epoch(TestDeals.NOW + 100));
        var transfer = TestDeals.transfer(900, "http://127.0.0.1:1/a");
        var good = TestDeals.signed(uuid, named, TestDeals.CLIENT, transfer);
        return signed
                ? good
                : new DealParams(
                        uuid, false, new ClientDealProposal(named, UNSIGNED), good.dataRoot(), transfer, false, false);
    }

    private static void measure(DealBench bench, String what, int round) {
        var piece = CommP.of(TestDeals.data(round, 900));
        var proposals = IntStream.range(0, TRIES)
                .mapToObj(i -> proposal(new UUID(round, i), round + "/" + i, piece, true))
                .toList();
        var times = new ArrayList<Long>();
        for (var proposal : proposals) {
            long start = System.nanoTime();
            assertThat(bench.pipeline.desk().propose(proposal)).isEqualTo(new Accepted());
            times.add(System.nanoTime() - start);
        }
        times.sort(Long::compare);
        System.out.printf(
                Locale.ROOT,
                "A proposal with %s: median %.2f ms, p99 %.2f ms%n",
                what,
                times.get(TRIES / 2) / 1e6,
                times.get(TRIES * 99 / 100) / 1e6);
    }

    /** Reading the deals themselves, as admission once did for each proposal. */
    private static void measureOldWay(DealBench bench) {
        var times = new ArrayList<Long>();
        for (int i = 0; i < 20; i++) {
            long start = System.nanoTime();
            bench.store.read(tx -> tx.deals().listAt(DealCheckpoint.Accepted).stream()
                    .map(deal -> StoredDeals.proposal(deal).proposal().clientBalanceRequirement())
                    .reduce(TokenAmount.ZERO, TokenAmount::plus));
            bench.store.read(tx -> tx.deals().listAt(DealCheckpoint.Accepted).stream()
                    .mapToLong(DealRecord::transferSize)
                    .sum());
            times.add(System.nanoTime() - start);
        }
        times.sort(Long::compare);
        System.out.printf(Locale.ROOT, "Reading the deals themselves instead: %.2f ms%n", times.get(10) / 1e6);
    }
}
