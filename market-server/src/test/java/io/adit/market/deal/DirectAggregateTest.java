package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.error.AditException;
import io.adit.core.fil.CommP;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceCid;
import io.adit.core.ipld.UnixFsOptions;
import io.adit.core.ipld.UnixFsPacker;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealEnd;
import io.adit.market.client.ClientErrorCode;
import io.adit.market.client.InclusionCall;
import io.adit.market.fetch.CutServer;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.mk20.Mk20Deal.DataSource;
import io.adit.market.mk20.Mk20Deal.SubPiece;
import io.adit.market.mk20.Ulid;
import io.adit.market.podsi.InclusionProof;
import io.adit.market.podsi.TestAggregates;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Aggregates (FRC-0058) as direct deals: their pieces are found, and proven to lie in them. */
class DirectAggregateTest {
    private static final Ulid DEAL = DirectBench.id(1);
    private static final PaddedSize SIZE = new PaddedSize(2048);
    private static final byte[] RAW = TestDeals.data(82, 400);

    @TempDir
    Path folder;

    private record Made(byte[] payload, byte[] car, String root) {}

    private Made made() throws Exception {
        var car = folder.resolve("file.car");
        var root = UnixFsPacker.pack(
                Files.write(folder.resolve("file"), TestDeals.data(81, 600)), car, UnixFsOptions.V1_2025);
        var pieces = List.of(Files.readAllBytes(car), RAW);
        return new Made(
                TestAggregates.payload(SIZE, pieces, TestAggregates.segments(pieces)),
                pieces.getFirst(),
                root.root().toString());
    }

    private static Mk20Deal deal(byte[] payload, byte[] first, byte[] second) {
        var format = new Mk20Deal.Aggregate(List.of(
                new SubPiece(DirectBench.pieceCid(first), true), new SubPiece(DirectBench.pieceCid(second), false)));
        return DirectBench.deal(DEAL, new DataSource(DirectBench.pieceCid(payload), format, new Mk20Deal.Put()), true);
    }

    private static byte[] get(DirectBench direct, String path) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(
                    HttpRequest.newBuilder(direct.uri().resolve(path)).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            return answer.body();
        }
    }

    @Test
    void itsPiecesAreFoundByTheirOwnNames_andProvenToLieInIt() throws Exception {
        var made = made();
        try (var direct = new DirectBench(folder.resolve("node"))) {
            direct.bench.run();
            assertThat(direct.client
                            .propose(deal(made.payload(), made.car(), RAW))
                            .status())
                    .isEqualTo(200);
            assertThat(direct.client
                            .upload(DEAL, Files.write(folder.resolve("payload"), made.payload()))
                            .status())
                    .isEqualTo(200);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> direct.record(DEAL).checkpoint() == DealCheckpoint.IndexedAndAnnounced);

            for (var piece : List.of(made.car(), RAW, made.payload())) {
                var cid = DirectBench.pieceCid(piece);
                assertThat(get(direct, "/piece/" + cid.v1())).isEqualTo(piece);
                assertThat(get(direct, "/piece/" + cid.v2().orElseThrow())).isEqualTo(piece);
            }
            assertThat(new String(get(direct, "/ipfs/" + made.root() + "?format=car"), StandardCharsets.ISO_8859_1))
                    .contains(new String(TestDeals.data(81, 600), StandardCharsets.ISO_8859_1));
            for (var piece : List.of(made.car(), RAW)) {
                var cid = DirectBench.pieceCid(piece).v2().orElseThrow();
                var found = new ObjectMapper()
                        .readTree(get(direct, "/market/inclusion/" + cid))
                        .path("inclusions")
                        .path(0);
                var proof = InclusionProof.fromCbor(
                        Base64.getDecoder().decode(found.path("cbor").asText()));
                assertThat(proof.aggregateOf(CommP.of(piece))).isEqualTo(CommP.of(made.payload()));
            }
        }
    }

    @Test
    void itsPiecesAreIndexedAgain_whenTheIndexIsLost_andForgottenWhenItIsCleared() throws Exception {
        var made = made();
        var node = folder.resolve("node");
        try (var direct = new DirectBench(node)) {
            direct.bench.run();
            direct.client.propose(deal(made.payload(), made.car(), RAW));
            direct.client.upload(DEAL, Files.write(folder.resolve("payload"), made.payload()));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> direct.record(DEAL).checkpoint() == DealCheckpoint.IndexedAndAnnounced);
            assertThat(DealPipelineTest.piece(direct.bench, DEAL.uuid()).indexed())
                    .isTrue();
        }
        try (var files = Files.walk(node.resolve("index"))) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        var car = CommP.of(made.car()).commP();
        try (var direct = new DirectBench(node)) {
            assertThat(direct.bench.index.isIndexed(car)).isFalse();
            direct.bench.run();
            await().atMost(Duration.ofSeconds(60)).until(() -> direct.bench.index.isIndexed(car));

            direct.bench.store.transactVoid(tx -> {
                var ended = new DealEnd(DealEnd.Ending.EXPIRED, new Epoch(TestDeals.NOW));
                tx.deals().end(DEAL.uuid(), ended);
                ClearTask.enqueue(tx, DEAL.uuid());
            });
            await().atMost(Duration.ofSeconds(60))
                    .until(() ->
                            !DealPipelineTest.piece(direct.bench, DEAL.uuid()).indexed());
            assertThat(direct.bench.index.isIndexed(car)).isFalse();
        }
    }

    @Test
    void theDealFails_whenItHoldsMorePiecesThanItNames() throws Exception {
        var made = made();
        var format = new Mk20Deal.Aggregate(List.of(new SubPiece(DirectBench.pieceCid(made.car()), true)));
        var deal = DirectBench.deal(
                DEAL, new DataSource(DirectBench.pieceCid(made.payload()), format, new Mk20Deal.Put()), true);
        try (var direct = new DirectBench(folder.resolve("node"))) {
            direct.bench.run();
            direct.client.propose(deal);
            direct.client.upload(DEAL, Files.write(folder.resolve("payload"), made.payload()));

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> direct.record(DEAL).error().isPresent());
            assertThat(direct.record(DEAL).error().orElseThrow()).contains("more pieces");
        }
    }

    @Test
    void theDealFails_whenTheIndexIsNotWhatItNames() throws Exception {
        var made = made();
        try (var direct = new DirectBench(folder.resolve("node"))) {
            direct.bench.run();
            direct.client.propose(deal(made.payload(), RAW, made.car()));
            direct.client.upload(DEAL, Files.write(folder.resolve("payload"), made.payload()));

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> direct.record(DEAL).error().isPresent());
            assertThat(direct.client.status(DEAL).body()).contains("DEAL_WRONG_INDEX: piece 0 of the aggregate");
        }
    }

    @Test
    void theDealFails_whenThereIsDataBesideTheSegments() throws Exception {
        var made = made();
        made.payload()[1500] ^= 1;
        try (var direct = new DirectBench(folder.resolve("node"))) {
            direct.bench.run();
            direct.client.propose(deal(made.payload(), made.car(), RAW));
            direct.client.upload(DEAL, Files.write(folder.resolve("payload"), made.payload()));

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> direct.record(DEAL).error().isPresent());
            assertThat(direct.client.status(DEAL).body()).contains("DEAL_WRONG_INDEX");
        }
    }

    /** A client believes no proof that does not hold, whoever gives it. */
    @Test
    void aProofOfAnotherPieceIsNotBelieved() throws Exception {
        var made = made();
        try (var direct = new DirectBench(folder.resolve("node"))) {
            direct.bench.run();
            direct.client.propose(deal(made.payload(), made.car(), RAW));
            direct.client.upload(DEAL, Files.write(folder.resolve("payload"), made.payload()));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> direct.record(DEAL).checkpoint() == DealCheckpoint.IndexedAndAnnounced);
            var raw = DirectBench.pieceCid(RAW);
            var answer = get(direct, "/market/inclusion/" + raw.v1());
            for (var cid : List.of(raw, PieceCid.parse(raw.v1()))) {
                var found = new InclusionCall(direct.uri()).ask(cid);
                assertThat(found).hasSize(1);
                assertThat(found.getFirst().aggregate()).isEqualTo(CommP.of(made.payload()));
                assertThat(found.getFirst().offset()).isEqualTo(1024);
            }
            try (var liar = new CutServer(CutServer.cutting(answer, answer.length))) {
                var other = DirectBench.pieceCid(TestDeals.data(85, 400));
                assertThatThrownBy(() -> new InclusionCall(URI.create(liar.url(""))).ask(other))
                        .isInstanceOfSatisfying(
                                AditException.class, e -> assertThat(e.code()).isEqualTo(ClientErrorCode.PROOF_WRONG));
            }
        }
    }

    // ---- made by the provider --------------------------------------------------------------------

    private static final byte[] FIRST = TestDeals.data(83, 900);

    private static DataSource part(byte[] data, Mk20Deal.Source source) {
        return new DataSource(DirectBench.pieceCid(data), new Mk20Deal.Raw(), source);
    }

    private static Mk20Deal madeHere(byte[] payload, DataSource... parts) {
        return DirectBench.deal(
                DEAL,
                new DataSource(
                        DirectBench.pieceCid(payload),
                        new Mk20Deal.Aggregate(List.of()),
                        new Mk20Deal.Aggregated(List.of(parts))),
                false);
    }

    private static byte[] payload() {
        var pieces = List.of(FIRST, RAW);
        return TestAggregates.payload(SIZE, pieces, TestAggregates.segments(pieces));
    }

    @Test
    void isMadeOfPiecesThatAreFetchedAndBrought_andTheirPlacesAreProven() throws Exception {
        try (var direct = new DirectBench(folder.resolve("node"));
                var server = new CutServer(CutServer.cutting(FIRST, 300))) {
            direct.bench.run();
            var deal = madeHere(
                    payload(), part(FIRST, DirectBench.http(server.url("/1"))), part(RAW, new Mk20Deal.Offline()));
            assertThat(direct.client.propose(deal).status()).isEqualTo(200);
            var imports = direct.bench.pipeline.imports();
            assertThatThrownBy(() -> imports.run(DEAL.uuid(), Files.write(folder.resolve("short"), new byte[399])))
                    .hasMessageContaining("it has 399 bytes, and the pieces that are missing have [400]")
                    .hasMessageContaining(DEAL.toString());
            assertThatThrownBy(() -> imports.run(DEAL.uuid(), Files.write(folder.resolve("other"), new byte[400])))
                    .hasMessageContaining("no piece that is missing has its piece CID");

            imports.run(DEAL.uuid(), Files.write(folder.resolve("raw"), RAW));

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> direct.record(DEAL).checkpoint() == DealCheckpoint.IndexedAndAnnounced);
            assertThat(get(direct, "/piece/" + DirectBench.pieceCid(payload()).v1()))
                    .isEqualTo(payload());
            for (var piece : List.of(FIRST, RAW)) {
                var cid = DirectBench.pieceCid(piece).v2().orElseThrow();
                assertThat(get(direct, "/piece/" + cid)).isEqualTo(piece);
                assertThat(new String(get(direct, "/market/inclusion/" + cid), StandardCharsets.UTF_8))
                        .contains(CommP.of(payload()).pieceCidV1().toString());
            }
            try (var left = Files.list(folder.resolve("node").resolve("pieces"))) {
                assertThat(left).hasSize(1);
            }
        }
    }

    @Test
    void fetchesNoPieceAgain_thatIsInItsPlace() throws Exception {
        try (var first = new CutServer(CutServer.cutting(FIRST, FIRST.length));
                var second = new CutServer(CutServer.cutting(RAW, RAW.length))) {
            var deal = madeHere(
                    payload(),
                    part(FIRST, DirectBench.http(first.url("/1"))),
                    part(RAW, DirectBench.http(second.url("/2"))));
            try (var direct = new DirectBench(folder.resolve("node"))) {
                assertThat(direct.client.propose(deal).status()).isEqualTo(200);
                var assembly = new Assembly(
                        direct.record(DEAL), direct.bench.store, new PieceFiles(folder.resolve("node/pieces")));
                Files.write(assembly.incoming(0), FIRST);
                assembly.place(0, assembly.incoming(0));
                assertThat(assembly.missing()).containsExactly(1);
            }
            try (var direct = new DirectBench(folder.resolve("node"))) {
                direct.bench.run();
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> direct.record(DEAL).checkpoint() == DealCheckpoint.IndexedAndAnnounced);
            }
            assertThat(first.requests).isEmpty();
            assertThat(second.requests).hasSize(1);
        }
    }

    @Test
    void theDealFails_andNothingIsLeft_whenAPieceIsNotWhatItNames() throws Exception {
        try (var direct = new DirectBench(folder.resolve("node"));
                var first = new CutServer(CutServer.cutting(FIRST, FIRST.length));
                var second = new CutServer(CutServer.cutting(new byte[RAW.length], RAW.length))) {
            direct.bench.run();
            direct.client.propose(madeHere(
                    payload(),
                    part(FIRST, DirectBench.http(first.url("/1"))),
                    part(RAW, DirectBench.http(second.url("/2")))));

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> direct.record(DEAL).error().isPresent());
            assertThat(direct.client.status(DEAL).body())
                    .contains("piece 1 of the aggregate: DEAL_WRONG_COMMP")
                    .contains(CommP.of(RAW).pieceCidV1().toString());
            assertThat(folder.resolve("node").resolve("pieces")).isEmptyDirectory();
        }
    }

    @Test
    void isRefusedAtOnce_whenItCannotBeWhatItNames() throws Exception {
        var here = new Mk20Deal.Offline();
        try (var direct = new DirectBench(folder.resolve("node"))) {
            var other = direct.client.propose(madeHere(TestDeals.data(84, 2032), part(FIRST, here), part(RAW, here)));
            assertThat(other.status()).isEqualTo(430);
            assertThat(other.body())
                    .contains("BAD_PIECE_CID: data.piece_cid must be "
                            + DirectBench.pieceCid(payload()).v2().orElseThrow());

            var tooMuch = direct.client.propose(madeHere(payload(), part(FIRST, here), part(FIRST, here)));
            assertThat(tooMuch.status()).isEqualTo(430);
            assertThat(tooMuch.body())
                    .contains("MALFORMED_DATA_SOURCE: data.source_aggregate.pieces")
                    .contains("before the index at 1792");

            var forbidden = direct.client.propose(
                    madeHere(payload(), part(FIRST, DirectBench.http("file:///etc/passwd")), part(RAW, here)));
            assertThat(forbidden.status()).isEqualTo(400);
            assertThat(forbidden.body()).contains("TRANSFER_ADDRESS: data.source_aggregate.pieces[0].source_http.urls");
        }
    }
}
