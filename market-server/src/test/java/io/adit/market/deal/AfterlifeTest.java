package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealEnd;
import io.adit.core.state.DealEnd.Ending;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.market.fetch.CutServer;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.mk20.Ulid;
import io.adit.market.policy.ProposalVerdict.Accepted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Deals after their sectors are proven: settled, expired, slashed, and their pieces let go. */
@Timeout(120)
class AfterlifeTest {
    private static final UUID DEAL = new UUID(1, 1);
    private static final byte[] DATA = TestDeals.data(31, 900);
    private static final long CHAIN_ID = 42;
    /** An hour. */
    private static final int PERIOD = 120;

    @TempDir
    Path folder;

    /** A provider with one active deal. */
    private DealBench active(CutServer server) throws Exception {
        var bench = new DealBench(folder).run();
        bench.chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
        assertThat(bench.pipeline.desk().propose(TestDeals.params(DEAL, DATA, server.url("/a"))))
                .isEqualTo(new Accepted());
        waitFor(bench, DealCheckpoint.Published);
        bench.chain.advance(1 + DealBench.CONFIDENCE);
        waitFor(bench, DealCheckpoint.IndexedAndAnnounced);
        bench.store.transactVoid(tx -> tx.sectors()
                .insert(SectorRecord.created(new SectorNumber(7), RegisteredSealProof.fromNumber(5), Instant.EPOCH)
                        .withState(SectorState.Proving)));
        waitFor(bench, DealCheckpoint.Complete);
        return bench;
    }

    private static void waitFor(DealBench bench, DealCheckpoint checkpoint) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> bench.deal(DEAL).checkpoint().compareTo(checkpoint) >= 0);
    }

    private static Optional<DealEnd> end(DealBench bench) {
        Map<UUID, DealEnd> ends = bench.store.read(tx -> tx.deals().ends());
        return Optional.ofNullable(ends.get(DEAL));
    }

    private static void waitForEnd(DealBench bench) {
        await().atMost(Duration.ofSeconds(60)).until(() -> end(bench).isPresent());
    }

    /** Mines until the condition holds, an epoch at a time. */
    private static void mineUntil(DealBench bench, Callable<Boolean> condition) {
        mineUntil(bench, Duration.ofMillis(20), condition);
    }

    /** At a pace at which a machine that is held up for a while does not miss a whole period. */
    private static void mineUntil(DealBench bench, Duration epoch, Callable<Boolean> condition) {
        await().atMost(Duration.ofSeconds(60)).pollInterval(epoch).until(() -> {
            bench.chain.advance(1);
            return condition.call();
        });
    }

    private static long start(DealBench bench) {
        return bench.deal(DEAL).start().value();
    }

    private static void advanceTo(DealBench bench, long epoch) {
        bench.chain.advance(
                Math.toIntExact(epoch - bench.chain.chainHead().height().value()));
    }

    @Test
    void settlesOnceInAPeriod() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var bench = active(server)) {
            advanceTo(bench, start(bench) + PERIOD / 2 - 1);
            assertThat(bench.chain.settlements()).isEmpty();
            advanceTo(bench, start(bench) + PERIOD + DealBench.CONFIDENCE);
            mineUntil(bench, () -> !bench.chain.settlements().isEmpty());
            assertThat(bench.chain.settlements()).containsExactly(List.of(CHAIN_ID));

            // Known to be settled, it is left alone until it owes for a period again.
            mineUntil(bench, Duration.ofMillis(200), () -> !settling(bench));
            advanceTo(bench, bench.chain.chainHead().height().value() + PERIOD);
            mineUntil(bench, () -> bench.chain.settlements().size() >= 2);
            assertThat(end(bench)).isEmpty();
        }
    }

    private static boolean settling(DealBench bench) {
        Settlement last = bench.store.read(tx -> Settlement.read(tx.meta()));
        return last.underWay();
    }

    @Test
    void settlesAfterTheEnd_andLetsThePieceGo() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var bench = active(server)) {
            var end = bench.deal(DEAL).end();
            var piece = DealPipelineTest.piece(bench, DEAL);
            assertThat(piece.file().orElseThrow()).exists();
            bench.chain.jump(end.value() + 1);
            mineUntil(bench, () -> !bench.chain.settlements().isEmpty());
            mineUntil(bench, Duration.ofMillis(200), () -> !settling(bench));
            finality(bench);
            waitForEnd(bench);

            assertThat(end(bench)).contains(new DealEnd(Ending.EXPIRED, end));
            assertThat(bench.chain.settlements().getFirst()).containsExactly(CHAIN_ID);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> DealPipelineTest.piece(bench, DEAL).file().isEmpty());
            try (var files = Files.list(folder.resolve("pieces"))) {
                assertThat(files).isEmpty();
            }
        }
    }

    private static void waitUntilFollowed(DealBench bench, int deals) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> bench.unfinishedTasks().stream()
                        .filter(task -> task.kind().equals(AfterlifeTask.KIND))
                        .anyMatch(task -> task.why().equals(Optional.of("follows " + deals + " active deals"))));
    }

    /** A node that answers wrongly once must not cost the settlement. */
    @Test
    void dealThatANodeDoesNotShowAfterItsEnd_isSettledOnceItDoes() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var bench = active(server)) {
            var end = bench.deal(DEAL).end();
            bench.chain.hide(CHAIN_ID, true);
            bench.chain.jump(end.value() + 1);
            bench.chain.advance(DealBench.CONFIDENCE);
            waitUntilFollowed(bench, 0);
            assertThat(end(bench)).isEmpty();

            bench.chain.hide(CHAIN_ID, false);
            mineUntil(bench, () -> !bench.chain.settlements().isEmpty());
            mineUntil(bench, Duration.ofMillis(200), () -> !settling(bench));
            finality(bench);
            waitForEnd(bench);
            assertThat(end(bench)).contains(new DealEnd(Ending.EXPIRED, end));
        }
    }

    @Test
    void dealThatIsGoneBeforeItsEnd_wasSlashed() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var bench = active(server)) {
            bench.chain.slash(CHAIN_ID);
            // A node that answers wrongly once, or a chain that still may turn, ends nothing.
            bench.chain.jump(TestDeals.NOW + 700);
            mineUntil(bench, Duration.ofMillis(200), () -> height(bench) > TestDeals.NOW + 705);
            assertThat(end(bench)).isEmpty();
            assertThat(DealPipelineTest.piece(bench, DEAL).file().orElseThrow()).exists();
            // Nor does it keep others from being settled.
            bench.chain.publishAgain(CHAIN_ID, CHAIN_ID + 1);
            bench.store.transactVoid(tx -> tx.deals()
                    .insert(StoredDeals.get(tx, DEAL)
                            .withUuid(new UUID(1, 2))
                            .withSignedProposalCid(Cid.dagCbor(new byte[] {1}))
                            .withChainDealId(OptionalLong.of(CHAIN_ID + 1))));
            advanceTo(bench, start(bench) + PERIOD + DealBench.CONFIDENCE);
            mineUntil(bench, () -> !bench.chain.settlements().isEmpty());
            assertThat(bench.chain.settlements()).containsExactly(List.of(CHAIN_ID + 1));
            assertThat(end(bench)).isEmpty();
            mineUntil(bench, Duration.ofMillis(200), () -> !settling(bench));

            finality(bench);
            waitForEnd(bench);
            assertThat(end(bench).orElseThrow().ending()).isEqualTo(Ending.SLASHED);
        }
    }

    @Test
    void dealWhoseSectorTheOperatorEnded_wasTerminated() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var bench = active(server)) {
            bench.store.transactVoid(tx -> tx.sectors()
                    .update(tx.sectors().find(new SectorNumber(7)).orElseThrow().withState(SectorState.Terminating)));
            bench.chain.slash(CHAIN_ID);
            finality(bench);
            waitForEnd(bench);
            assertThat(end(bench).orElseThrow().ending()).isEqualTo(Ending.TERMINATED);
        }
    }

    /** Too late for its loss to be final before it would have ended anyway. */
    @Test
    void dealThatIsGoneJustBeforeItsEnd_wasSlashedAllTheSame() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var bench = active(server)) {
            var end = bench.deal(DEAL).end();
            bench.chain.jump(end.value() - 300);
            bench.chain.slash(CHAIN_ID);
            bench.chain.advance(DealBench.CONFIDENCE);
            assertThat(end(bench)).isEmpty();

            bench.chain.jump(end.value() + 10);
            finality(bench);
            waitForEnd(bench);
            assertThat(end(bench)).contains(new DealEnd(Ending.SLASHED, new Epoch(end.value() - 1)));
        }
    }

    /** What a node no longer knows keeps no deal from ending. */
    @Test
    void dealWhosePastTheNodeHasDropped_countsAsExpiredInTheEnd() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var bench = active(server)) {
            var end = bench.deal(DEAL).end();
            bench.chain.jump(end.value() - 300);
            bench.chain.slash(CHAIN_ID);
            bench.chain.jump(end.value() + 10);
            bench.chain.forgetStates();
            bench.chain.advance(DealBench.CONFIDENCE);
            mineUntil(bench, Duration.ofMillis(200), () -> height(bench) > end.value() + 20);
            assertThat(end(bench)).isEmpty();

            bench.chain.jump(end.value() + 950);
            bench.chain.advance(DealBench.CONFIDENCE);
            waitForEnd(bench);
            assertThat(end(bench)).contains(new DealEnd(Ending.EXPIRED, end));
        }
    }

    private static final Ulid DIRECT = DirectBench.id(9);

    /** A provider with one active direct deal, that waits for what the test does to its sector. */
    private DirectBench activeDirect(CutServer server) throws Exception {
        var direct = new DirectBench(folder);
        direct.bench.run();
        assertThat(direct.client
                        .propose(DirectBench.deal(DIRECT, DATA, new Mk20Deal.Raw(), DirectBench.http(server.url("/a"))))
                        .status())
                .isEqualTo(200);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> direct.record(DIRECT).checkpoint() == DealCheckpoint.IndexedAndAnnounced);
        direct.bench.store.transactVoid(tx -> tx.sectors()
                .insert(SectorRecord.created(new SectorNumber(7), RegisteredSealProof.fromNumber(5), Instant.EPOCH)
                        .withState(SectorState.Proving)
                        .withActivation(Optional.of(new Epoch(TestDeals.NOW)))));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> direct.record(DIRECT).checkpoint() == DealCheckpoint.Complete);
        return direct;
    }

    private static Optional<DealEnd> end(DirectBench direct) {
        Map<UUID, DealEnd> ends = direct.bench.store.read(tx -> tx.deals().ends());
        return Optional.ofNullable(ends.get(DIRECT.uuid()));
    }

    private static void waitUntilLost(DirectBench direct) {
        await().atMost(Duration.ofSeconds(60)).until(() -> end(direct).isPresent());
        assertThat(end(direct).orElseThrow().ending()).isEqualTo(Ending.LOST);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> DealPipelineTest.piece(direct.bench, DIRECT.uuid())
                        .file()
                        .isEmpty());
    }

    private static long height(DealBench bench) {
        return bench.chain.chainHead().height().value();
    }

    /** What is on the chain now becomes final. */
    private static void finality(DealBench bench) {
        bench.chain.jump(height(bench) + 900 + DealBench.CONFIDENCE);
        bench.chain.advance(DealBench.CONFIDENCE);
    }

    private static void waitForLooks(DirectBench direct) {
        var looks = direct.bench.chain.looks();
        await().atMost(Duration.ofSeconds(60)).until(() -> direct.bench.chain.looks() > looks + 6);
    }

    private static boolean unknown(DirectBench direct) {
        UnknownSectors unknown = direct.bench.store.read(tx -> UnknownSectors.read(tx.meta()));
        return unknown.holds(DIRECT.uuid());
    }

    @Test
    void directDealWhoseSectorTheChainHasEnded_isLostOnceThatIsFinal_andItsPieceGoes() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var direct = activeDirect(server)) {
            direct.bench.chain.advance(1);
            direct.bench.chain.endSector(new SectorNumber(7));
            direct.bench.chain.advance(DealBench.CONFIDENCE);
            waitForLooks(direct);
            assertThat(end(direct)).isEmpty();

            finality(direct.bench);
            waitUntilLost(direct);
        }
    }

    @Test
    void directDealWhoseSectorsPartitionWasCompacted_isLostAllTheSame() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var direct = activeDirect(server)) {
            direct.bench.chain.advance(1);
            direct.bench.chain.endSector(new SectorNumber(7));
            direct.bench.chain.advance(2);
            direct.bench.chain.jump(height(direct.bench) + 500);
            direct.bench.chain.forgetSector(new SectorNumber(7));
            direct.bench.chain.jump(height(direct.bench) + 450);
            direct.bench.chain.advance(DealBench.CONFIDENCE);

            waitUntilLost(direct);
        }
    }

    /** A node whose answers lack something looks the same as one that was off for long. */
    @Test
    void directDealOfWhoseSectorNothingIsKnown_goesOn_andTheOperatorIsTold() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var direct = activeDirect(server)) {
            direct.bench.chain.forgetSector(new SectorNumber(7));
            direct.bench.chain.advance(DealBench.CONFIDENCE);
            // It may only not be there yet, at the tipset some epochs below the head.
            waitForLooks(direct);
            assertThat(unknown(direct)).isFalse();

            direct.bench.chain.jump(TestDeals.NOW + 1900);
            direct.bench.chain.advance(DealBench.CONFIDENCE);

            await().atMost(Duration.ofSeconds(60)).until(() -> unknown(direct));
            waitForLooks(direct);
            assertThat(end(direct)).isEmpty();
        }
    }

    @Test
    void nodeThatDoesNotTellOfAllDeadlines_endsNoDirectDeal_andHoldsUpNoOther() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var direct = activeDirect(server)) {
            var bench = direct.bench;
            bench.chain.tellDeadlines(0);
            bench.chain.endSector(new SectorNumber(7));
            finality(bench);
            waitForLooks(direct);
            assertThat(end(direct)).isEmpty();
            assertThat(unknown(direct)).isFalse();

            // Followed after the direct one, and over.
            bench.store.transactVoid(tx -> tx.deals()
                    .insert(StoredDeals.get(tx, DIRECT.uuid())
                            .withUuid(DEAL)
                            .withSignedProposalCid(Cid.dagCbor(new byte[] {1}))
                            .withChainDealId(OptionalLong.of(CHAIN_ID))
                            .withEnd(new Epoch(TestDeals.NOW + 1))));
            waitForEnd(bench);
            assertThat(end(direct)).isEmpty();

            bench.chain.tellDeadlines(48);
            waitUntilLost(direct);
        }
    }

    @Test
    void directDealWhoseSectorLives_stays() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var direct = activeDirect(server)) {
            direct.bench.chain.jump(TestDeals.NOW + 5000);
            var looks = direct.bench.chain.looks();
            await().atMost(Duration.ofSeconds(60)).until(() -> direct.bench.chain.looks() > looks + 3);
            assertThat(end(direct)).isEmpty();

            direct.bench.chain.jump(direct.record(DIRECT).end().value());
            direct.bench.chain.advance(DealBench.CONFIDENCE);
            await().atMost(Duration.ofSeconds(60)).until(() -> end(direct).isPresent());
            assertThat(end(direct).orElseThrow().ending()).isEqualTo(Ending.EXPIRED);
        }
    }

    @Test
    void nodeThatDiesBeforeItSends_sendsTheSameMessage() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900));
                var bench = active(server)) {
            // As a crash between writing the intent and sending the message leaves it.
            bench.store.transactVoid(tx -> new Settlement(7, List.of(CHAIN_ID)).write(tx.meta()));
            mineUntil(bench, Duration.ofMillis(200), () -> !settling(bench));
            assertThat(bench.chain.settlements()).containsExactly(List.of(CHAIN_ID));
            Settlement last = bench.store.read(tx -> Settlement.read(tx.meta()));
            assertThat(last.number()).isEqualTo(7);
        }
    }
}
