package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.PublishStorageDealsParams;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.UnixFsOptions;
import io.adit.core.ipld.UnixFsPacker;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.task.Outcome;
import io.adit.core.task.Task;
import io.adit.libp2p.Host;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.market.deal.wire.Transfer;
import io.adit.market.fetch.CutServer;
import io.adit.market.policy.ProposalVerdict;
import io.adit.sealing.pipeline.SectorIntake;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A deal's way from its acceptance to its sector: real store, engine and HTTP; a scripted chain. */
@Timeout(60)
class DealPipelineTest {
    private static final UUID FIRST = new UUID(1, 1);
    private static final UUID SECOND = new UUID(2, 2);
    private static final byte[] DATA = TestDeals.data(21, 900);
    private static final byte[] OTHER = TestDeals.data(22, 950);
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    Path folder;

    @Test
    void carriesADealFromItsAcceptanceToItsSector() throws Exception {
        var car = car(TestDeals.data(23, 600));
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(car, 300))) {
            accept(bench, FIRST, car, server);
            waitFor(bench, FIRST, DealCheckpoint.Published);
            bench.chain.advance(1);
            assertThat(bench.chain.included(MarketMethod.PUBLISH_STORAGE_DEALS)).hasSize(1);
            bench.chain.advance(DealBench.CONFIDENCE);
            waitFor(bench, FIRST, DealCheckpoint.IndexedAndAnnounced);

            var deal = bench.deal(FIRST);
            assertThat(deal.chainDealId()).hasValue(42);
            assertThat(deal.sector()).contains(new SectorNumber(7));
            assertThat(deal.bytesReceived()).isEqualTo(car.length);
            var piece = piece(bench, FIRST);
            assertThat(piece.indexed()).isTrue();
            assertThat(bench.index.isIndexed(deal.piece().commP())).isTrue();
            assertThat(Files.readAllBytes(piece.file().orElseThrow())).isEqualTo(car);

            prove(bench, 7);
            waitFor(bench, FIRST, DealCheckpoint.Complete);
        }
    }

    @Test
    void takesADealWhoseDataComesOverLibp2p() throws Exception {
        var car = car(TestDeals.data(23, 600));
        var asked = new CopyOnWriteArrayList<Integer>();
        try (var bench = new DealBench(folder).run();
                var server = carServer(car, asked)) {
            bench.chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
            var http = TestDeals.params(
                    FIRST, car, "libp2p://" + server.addresses().getFirst());
            var transfer = http.transfer();
            var params = TestDeals.signed(
                    FIRST,
                    http.proposal().proposal(),
                    TestDeals.CLIENT,
                    new Transfer(transfer.size(), "libp2p", transfer.params(), transfer.clientId()));
            assertThat(bench.pipeline.desk().propose(params)).isEqualTo(new ProposalVerdict.Accepted());

            waitFor(bench, FIRST, DealCheckpoint.Transferred);
            assertThat(Files.readAllBytes(piece(bench, FIRST).file().orElseThrow()))
                    .isEqualTo(car);
            assertThat(asked).startsWith(0, 300).hasSizeGreaterThanOrEqualTo(2);
        }
    }

    /** Serves HTTP over libp2p as Boost's clients do, at most 300 bytes at a time. */
    private static Host carServer(byte[] car, List<Integer> asked) throws Exception {
        var host = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
                .listen("/ip4/127.0.0.1/tcp/0")
                .protocol("/fil/storage/transfer/1.0.0", stream -> {
                    var lines = new BufferedReader(new InputStreamReader(stream.input(), StandardCharsets.US_ASCII));
                    var request = new ArrayList<String>();
                    for (var line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
                        request.add(line);
                    }
                    asked.add(CutServer.offset(request));
                    CutServer.cutting(car, 300).answer(request, stream.output());
                })
                .build();
        host.start();
        return host;
    }

    @Test
    void sealsAPieceThatIsNoCar_withoutAnIndex() throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            accept(bench, FIRST, DATA, server);
            waitFor(bench, FIRST, DealCheckpoint.Published);
            bench.chain.advance(1 + DealBench.CONFIDENCE);
            waitFor(bench, FIRST, DealCheckpoint.IndexedAndAnnounced);

            assertThat(piece(bench, FIRST).indexed()).isFalse();
        }
    }

    private byte[] car(byte[] data) throws IOException {
        var file = Files.write(folder.resolve("file"), data);
        var car = folder.resolve("file.car");
        UnixFsPacker.pack(file, car, UnixFsOptions.V1_2025);
        return Files.readAllBytes(car);
    }

    static PieceRecord piece(DealBench bench, UUID uuid) {
        var commP = bench.deal(uuid).piece().commP();
        Optional<PieceRecord> piece = bench.store.read(tx -> tx.pieces().find(commP));
        return piece.orElseThrow();
    }

    @Test
    void confirmsNothing_beforeTheMessageIsDeepEnough() throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            accept(bench, FIRST, DATA, server);
            waitFor(bench, FIRST, DealCheckpoint.Published);
            bench.chain.advance(DealBench.CONFIDENCE);

            await().during(Duration.ofMillis(300))
                    .until(() -> bench.deal(FIRST).checkpoint() == DealCheckpoint.Published);
        }
    }

    @Test
    void failsTheDeal_whenTheDataIsOther() throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(TestDeals.data(99, 900), 900))) {
            accept(bench, FIRST, DATA, server);

            assertThat(failure(bench, FIRST))
                    .startsWith("DEAL_WRONG_COMMP: ")
                    .contains(bench.deal(FIRST).piece().pieceCidV1().toString());
            assertThat(bench.chain.included(MarketMethod.PUBLISH_STORAGE_DEALS)).isEmpty();
            try (var files = Files.list(folder.resolve("pieces"))) {
                assertThat(files).isEmpty();
            }
        }
    }

    @Test
    @Timeout(20)
    void failsTheDeal_whenWrongDataKeepsComingInParts() throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(TestDeals.data(99, 900), 300))) {
            accept(bench, FIRST, DATA, server);

            assertThat(failure(bench, FIRST)).startsWith("DEAL_WRONG_COMMP: ");
            assertThat(server.requests).hasSize(6);
        }
    }

    @Test
    void keepsTheCheckedFile_whenAnotherDealsDataDiffersInTheZerosAtItsEnd() throws Exception {
        var longer = Arrays.copyOf(DATA, DATA.length + 1);
        try (var bench = new DealBench(folder).run();
                var one = new CutServer(CutServer.cutting(DATA, 900))) {
            var files = new PieceFiles(folder.resolve("pieces"));
            accept(bench, FIRST, DATA, one);
            waitFor(bench, FIRST, DealCheckpoint.Transferred);
            Files.write(files.part(SECOND), longer);

            var kept = files.keep(files.part(SECOND), bench.deal(FIRST).piece());

            assertThat(Files.readAllBytes(kept)).isEqualTo(DATA);
            assertThat(files.part(SECOND)).doesNotExist();
            assertThat(piece(bench, FIRST).rawSize()).isEqualTo(DATA.length);
        }
    }

    @Test
    void completesNothing_thatTheChainDidNotActivate() throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            bench.chain.activate(false);
            accept(bench, FIRST, DATA, server);
            waitFor(bench, FIRST, DealCheckpoint.Published);
            bench.chain.advance(1 + DealBench.CONFIDENCE);
            waitFor(bench, FIRST, DealCheckpoint.IndexedAndAnnounced);
            prove(bench, 7);
            bench.chain.advance(200);

            assertThat(failure(bench, FIRST)).contains("did not activate deal 42");
        }
    }

    @Test
    void saysSo_whenItsSectorIsNotProvenBeforeTheDealStarts() throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            bench.chain.activate(false);
            accept(bench, FIRST, DATA, server);
            waitFor(bench, FIRST, DealCheckpoint.Published);
            bench.chain.advance(1 + DealBench.CONFIDENCE);
            waitFor(bench, FIRST, DealCheckpoint.IndexedAndAnnounced);
            bench.chain.advance(200);

            assertThat(failure(bench, FIRST)).contains("was not proven before the deal's start at epoch");
        }
    }

    @Test
    void sealsNothing_thatCannotBeSealedInTime() throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            accept(bench, FIRST, DATA, server);
            waitFor(bench, FIRST, DealCheckpoint.Published);
            bench.chain.advance(95);

            assertThat(failure(bench, FIRST)).contains("published too late to be sealed");
            assertThat(bench.deal(FIRST).sector()).isEmpty();
        }
    }

    @Test
    void putsDealsThatWaitTogetherIntoOneMessage() throws Exception {
        var chain = new FakeMarketChain(TestDeals.MINER, TestDeals.WORKER.address(), TestDeals.NOW);
        try (var bench = new DealBench(folder, LONG, 2, chain).run();
                var one = new CutServer(CutServer.cutting(DATA, 900));
                var two = new CutServer(CutServer.cutting(OTHER, 950))) {
            accept(bench, FIRST, DATA, one);
            waitFor(bench, FIRST, DealCheckpoint.Transferred);
            accept(bench, SECOND, OTHER, two);
            waitFor(bench, FIRST, DealCheckpoint.Published);
            waitFor(bench, SECOND, DealCheckpoint.Published);
            chain.advance(1 + DealBench.CONFIDENCE);

            assertThat(chain.included(MarketMethod.PUBLISH_STORAGE_DEALS))
                    .singleElement()
                    .satisfies(message -> assertThat(PublishStorageDealsParams.fromCbor(message.params())
                                    .deals())
                            .hasSize(2));
            waitFor(bench, FIRST, DealCheckpoint.IndexedAndAnnounced);
            waitFor(bench, SECOND, DealCheckpoint.IndexedAndAnnounced);
        }
    }

    @Test
    void goesOnWithTheOthers_whenTheActorDropsADeal() throws Exception {
        var chain = new FakeMarketChain(TestDeals.MINER, TestDeals.WORKER.address(), TestDeals.NOW);
        chain.drop(index -> index == 0);
        try (var bench = new DealBench(folder, LONG, 2, chain).run();
                var one = new CutServer(CutServer.cutting(DATA, 900));
                var two = new CutServer(CutServer.cutting(OTHER, 950))) {
            accept(bench, FIRST, DATA, one);
            waitFor(bench, FIRST, DealCheckpoint.Transferred);
            accept(bench, SECOND, OTHER, two);
            waitFor(bench, SECOND, DealCheckpoint.Published);
            chain.advance(1 + DealBench.CONFIDENCE);

            assertThat(failure(bench, FIRST)).contains("the market actor dropped the deal");
            waitFor(bench, SECOND, DealCheckpoint.IndexedAndAnnounced);
            assertThat(bench.deal(SECOND).chainDealId()).hasValue(42);
        }
    }

    @Test
    void failsTheDeal_whenTheMessageFails() throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            bench.chain.failPublishing(16);
            accept(bench, FIRST, DATA, server);
            waitFor(bench, FIRST, DealCheckpoint.Published);
            bench.chain.advance(1 + DealBench.CONFIDENCE);

            assertThat(failure(bench, FIRST)).contains("exit code 16 USR_ILLEGAL_ARGUMENT");
        }
    }

    @Test
    void fillsTheEscrowUp_beforeItPublishes() throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            bench.chain.escrow(TestDeals.MINER, TokenAmount.ofAtto(100));
            accept(bench, FIRST, DATA, server);
            waitFor(bench, FIRST, DealCheckpoint.Transferred);
            await().until(() -> !bench.chain.mpoolPending(TipSetKey.EMPTY).isEmpty());
            bench.chain.advance(1);
            waitFor(bench, FIRST, DealCheckpoint.Published);

            assertThat(bench.chain.included(MarketMethod.ADD_BALANCE))
                    .singleElement()
                    .satisfies(message -> assertThat(message.value()).isEqualTo(TokenAmount.ofAtto(900)));
        }
    }

    @Test
    void failsTheDeal_whenItsStartCameBeforeItWasPublished() throws Exception {
        try (var bench = new DealBench(folder);
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            accept(bench, FIRST, DATA, server);
            bench.chain.advance(200);
            bench.run();

            assertThat(failure(bench, FIRST)).contains("starts at epoch 1100");
            assertThat(bench.chain.included(MarketMethod.PUBLISH_STORAGE_DEALS)).isEmpty();
        }
    }

    @Test
    void keepsTheDeal_whenTheStoreIsOpenedAgain() throws Exception {
        try (var server = new CutServer(CutServer.cutting(DATA, 900))) {
            try (var bench = new DealBench(folder)) {
                accept(bench, FIRST, DATA, server);
            }
            try (var bench = new DealBench(folder).run()) {
                bench.chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
                waitFor(bench, FIRST, DealCheckpoint.Published);
            }
        }
    }

    /** As after an upgrade from a release that followed none. */
    @Test
    void followsDealsThatAreActiveAlready_whenItStarts() throws Exception {
        try (var bench = new DealBench(folder)) {
            bench.pipeline.desk().propose(TestDeals.params(FIRST, DATA, "http://127.0.0.1:1/a"));
            bench.store.transactVoid(
                    tx -> tx.deals().update(StoredDeals.get(tx, FIRST).withCheckpoint(DealCheckpoint.Complete)));
            assertThat(bench.unfinishedTasks()).noneMatch(task -> task.kind().equals(AfterlifeTask.KIND));
        }
        try (var bench = new DealBench(folder)) {
            assertThat(bench.unfinishedTasks()).anyMatch(task -> task.kind().equals(AfterlifeTask.KIND));
        }
    }

    static void accept(DealBench bench, UUID uuid, byte[] data, CutServer server) {
        if (bench.chain
                .stateMarketBalance(TestDeals.MINER, TipSetKey.EMPTY)
                .escrow()
                .isZero()) {
            bench.chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
        }
        assertThat(bench.pipeline.desk().propose(TestDeals.params(uuid, data, server.url("/a.car"))))
                .isEqualTo(new ProposalVerdict.Accepted());
    }

    static void waitFor(DealBench bench, UUID uuid, DealCheckpoint checkpoint) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(bench.deal(uuid).error()).isEmpty();
            assertThat(bench.deal(uuid).checkpoint()).isGreaterThanOrEqualTo(checkpoint);
        });
    }

    static String failure(DealBench bench, UUID uuid) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> bench.deal(uuid).error().isPresent());
        return bench.deal(uuid).error().orElseThrow();
    }

    /** As sealing does when it has finished a sector. */
    static void prove(DealBench bench, long sector) {
        var number = new SectorNumber(sector);
        bench.store.transactVoid(tx -> {
            tx.sectors()
                    .insert(SectorRecord.created(number, RegisteredSealProof.fromNumber(5), Instant.EPOCH)
                            .withState(SectorState.Proving));
            tx.tasks().signal(SectorIntake.provenSignal(number));
        });
    }

    @Test
    void waitsForItsOwnSectorsEnd_andNotForEveryEpoch() throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            accept(bench, FIRST, DATA, server);
            waitFor(bench, FIRST, DealCheckpoint.Published);
            bench.chain.advance(1 + DealBench.CONFIDENCE);
            waitFor(bench, FIRST, DealCheckpoint.IndexedAndAnnounced);

            var complete = bench.pipeline.handlers().stream()
                    .filter(handler -> handler.kind().equals(CompleteTask.KIND))
                    .findFirst()
                    .orElseThrow();
            Task waiting = bench.store
                    .read(tx -> tx.tasks().find(CompleteTask.KIND, FIRST.toString()))
                    .orElseThrow();
            assertThat(complete.run(waiting, new PublishTaskTest.Context()))
                    .isInstanceOfSatisfying(
                            Outcome.Later.class,
                            later -> assertThat(later.signal()).isEqualTo("sector.proven.7"));
        }
    }
}
