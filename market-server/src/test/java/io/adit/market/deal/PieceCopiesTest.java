package io.adit.market.deal;

import static io.adit.market.deal.DealPipelineTest.accept;
import static io.adit.market.deal.DealPipelineTest.failure;
import static io.adit.market.deal.DealPipelineTest.piece;
import static io.adit.market.deal.DealPipelineTest.prove;
import static io.adit.market.deal.DealPipelineTest.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.UnixFsOptions;
import io.adit.core.ipld.UnixFsPacker;
import io.adit.core.state.DealCheckpoint;
import io.adit.market.client.RetrievalClient;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.fetch.CutServer;
import io.adit.market.index.IndexErrorCode;
import io.adit.market.policy.ProposalVerdict;
import io.adit.market.retrieve.ContentPolicy;
import io.adit.market.retrieve.PieceCatalog;
import io.adit.market.retrieve.RetrievalLimits;
import io.adit.market.retrieve.RetrievalServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of pieces' unsealed copies, and of the index over them. */
@Timeout(60)
class PieceCopiesTest {
    private static final UUID FIRST = new UUID(1, 1);
    private static final byte[] DATA = TestDeals.data(31, 900);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void indexesThePiecesAgain_whenTheIndexWasLost_orATableOfItIsDestroyed(boolean whole) throws Exception {
        var file = Files.write(folder.resolve("file"), TestDeals.data(32, 600));
        var packed = UnixFsPacker.pack(file, folder.resolve("file.car"), UnixFsOptions.V1_2025);
        var car = Files.readAllBytes(folder.resolve("file.car"));
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(car, car.length))) {
            carry(bench, TestDeals.params(FIRST, car, server.url("/a.car")));
        }
        if (whole) {
            delete(folder.resolve("index"));
        } else {
            destroyTable(folder.resolve("index/db"));
        }

        try (var bench = new DealBench(folder).run();
                var retrieval = RetrievalServer.start(
                        RetrievalServer.DEFAULT_ADDRESS,
                        bench.index,
                        PieceCatalog.of(bench.store),
                        ContentPolicy.SERVE_ALL,
                        RetrievalLimits.DEFAULTS,
                        new SimpleMeterRegistry());
                var client = new RetrievalClient(1 << 20, Duration.ofSeconds(10))) {
            await().until(() -> bench.index.isIndexed(bench.deal(FIRST).piece().commP()));
            var out = folder.resolve("out");

            client.getFile(
                    packed.root(),
                    URI.create("http://127.0.0.1:" + retrieval.address().getPort()),
                    out);

            assertThat(out).hasSameBinaryContentAs(file);
            assertThat(bench.pipeline.index().find(packed.root())).hasSize(1);
            assertThat(bench.pipeline.index().build(Optional.empty())).isEqualTo(1);
            await().until(() -> bench.pipeline.index().find(packed.root()).size() == 1);
            assertThat(bench.pipeline.index().statistics().pieces()).isEqualTo(1);
            assertThatThrownBy(() -> bench.pipeline.index().build(Optional.of(Commitment.of(new byte[32]))))
                    .isInstanceOfSatisfying(
                            AditException.class, e -> assertThat(e.code()).isEqualTo(IndexErrorCode.INDEX_NO_COPY));
        }
    }

    private static void destroyTable(Path database) throws IOException {
        try (var files = Files.list(database)) {
            var tables = files.filter(file -> file.toString().endsWith(".sst")).toList();
            assertThat(tables).isNotEmpty();
            for (var table : tables) {
                Files.write(table, new byte[100]);
            }
        }
    }

    @Test
    void keepsNoCopy_whenTheClientWantsNoneAndTheSectorIsProven() throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            var wanted = TestDeals.params(FIRST, DATA, server.url("/a.car"));
            carry(
                    bench,
                    new DealParams(
                            wanted.uuid(),
                            wanted.offline(),
                            wanted.proposal(),
                            wanted.dataRoot(),
                            wanted.transfer(),
                            true,
                            wanted.skipIpniAnnounce()));
            assertThat(bench.deal(FIRST).removeUnsealed()).isTrue();
            var copy = piece(bench, FIRST).file().orElseThrow();
            assertThat(bench.store.<Long>read(tx -> StoredDeals.load(tx).stagedBytes()))
                    .isEqualTo(900);

            prove(bench, 7);

            await().until(() -> piece(bench, FIRST).file().isEmpty());
            assertThat(copy).doesNotExist();
            assertThat(bench.store.<Long>read(tx -> StoredDeals.load(tx).stagedBytes()))
                    .isZero();
        }
    }

    @Test
    void keepsTheCopy_whenTheClientWantsOne() throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            carry(bench, TestDeals.params(FIRST, DATA, server.url("/a.car")));
            prove(bench, 7);
            waitFor(bench, FIRST, DealCheckpoint.Complete);

            assertThat(piece(bench, FIRST).file().orElseThrow()).exists();
        }
    }

    @Test
    void keepsNoCopy_whenTheDealFailed() throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            bench.chain.failPublishing(16);
            accept(bench, FIRST, DATA, server);
            waitFor(bench, FIRST, DealCheckpoint.Published);
            var copy = piece(bench, FIRST).file().orElseThrow();
            bench.chain.advance(1 + DealBench.CONFIDENCE);
            failure(bench, FIRST);

            await().until(() -> piece(bench, FIRST).file().isEmpty());
            assertThat(copy).doesNotExist();
        }
    }

    private static void carry(DealBench bench, DealParams deal) {
        bench.chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
        assertThat(bench.pipeline.desk().propose(deal)).isEqualTo(new ProposalVerdict.Accepted());
        waitFor(bench, deal.uuid(), DealCheckpoint.Published);
        bench.chain.advance(1 + DealBench.CONFIDENCE);
        waitFor(bench, deal.uuid(), DealCheckpoint.IndexedAndAnnounced);
    }

    private static void delete(Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
