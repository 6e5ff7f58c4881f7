package io.adit.market.deal;

import static io.adit.market.deal.DealPipelineTest.failure;
import static io.adit.market.deal.DealPipelineTest.piece;
import static io.adit.market.deal.DealPipelineTest.waitFor;
import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.CommP;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealCheckpoint;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.fetch.CutServer;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.policy.ProposalVerdict.Accepted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Deals that name a piece that is here, and a size that it has not. */
@Timeout(120)
class PieceSizeLieTest {
    private static final UUID GOOD = new UUID(1, 1);
    private static final UUID LIE = new UUID(2, 2);
    private static final byte[] DATA = TestDeals.data(31, 900);
    private static final PieceInfo PIECE = CommP.of(DATA);
    private static final PieceInfo LARGER =
            new PieceInfo(PIECE.commP(), new PaddedSize(PIECE.size().bytes() * 2));

    @TempDir
    Path folder;

    private static DealParams lie(String url, boolean offline) {
        var params = TestDeals.signed(
                LIE, TestDeals.proposal(LARGER), TestDeals.CLIENT, TestDeals.transfer(DATA.length, url));
        return new DealParams(LIE, offline, params.proposal(), params.dataRoot(), params.transfer(), false, false);
    }

    private static void hold(DealBench bench, CutServer server) {
        bench.chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
        assertThat(bench.pipeline.desk().propose(TestDeals.params(GOOD, DATA, server.url("/a.car"))))
                .isEqualTo(new Accepted());
        waitFor(bench, GOOD, DealCheckpoint.Published);
    }

    private static void assertOnlyTheGoodOneGoesOn(DealBench bench, UUID lie) {
        assertThat(failure(bench, lie)).startsWith("DEAL_WRONG_COMMP: ").contains("2048");
        assertThat(bench.deal(lie).checkpoint()).isEqualTo(DealCheckpoint.Accepted);
        assertThat(bench.deal(lie).sector()).isEmpty();
        bench.chain.advance(1 + DealBench.CONFIDENCE);
        waitFor(bench, GOOD, DealCheckpoint.IndexedAndAnnounced);
        assertThat(piece(bench, GOOD).size()).isEqualTo(PIECE.size());
        assertThat(piece(bench, GOOD).file().orElseThrow()).hasBinaryContent(DATA);
    }

    @Test
    void fails_whenItIsFetched() throws Exception {
        lied(false);
    }

    @Test
    void fails_whenItIsToBeBrought() throws Exception {
        lied(true);
    }

    private void lied(boolean offline) throws Exception {
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            hold(bench, server);

            assertThat(bench.pipeline.desk().propose(lie(server.url("/a.car"), offline)))
                    .isEqualTo(new Accepted());

            assertOnlyTheGoodOneGoesOn(bench, LIE);
        }
    }

    @Test
    void fails_whenItIsADirectDealByHttp() throws Exception {
        direct(DirectBench.http("http://127.0.0.1:1/gone"));
    }

    @Test
    void fails_whenItIsADirectDealToBeUploaded() throws Exception {
        direct(new Mk20Deal.Put());
    }

    @Test
    void fails_whenItIsADirectDealToBeBrought() throws Exception {
        direct(new Mk20Deal.Offline());
    }

    /** A piece CID of version 2 has the size in it: one with so many bytes that the tree is one higher. */
    private void direct(Mk20Deal.Source source) throws Exception {
        try (var direct = new DirectBench(folder);
                var server = new CutServer(CutServer.cutting(DATA, 900))) {
            direct.bench.run();
            hold(direct.bench, server);
            var cid = PieceCid.of(LARGER, 1900);
            var id = DirectBench.id(1);

            var deal = DirectBench.deal(id, new Mk20Deal.DataSource(cid, new Mk20Deal.Raw(), source), false);
            assertThat(direct.client.propose(deal).status()).isEqualTo(200);

            assertOnlyTheGoodOneGoesOn(direct.bench, id.uuid());
            assertThat(direct.client.post("/upload/" + id, new byte[0]).status())
                    .isEqualTo(404);
        }
    }

    /** As after a crash between the file's name and its row: nothing but its bytes tells the size. */
    @Test
    void isHashed_whenTheStoreDoesNotKnowTheFile() throws Exception {
        var pieces = Files.createDirectories(folder.resolve("pieces"));
        var file = Files.write(pieces.resolve(PIECE.pieceCidV1() + ".car"), DATA);
        try (var bench = new DealBench(folder)) {
            bench.chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
            // Both before the first is carried on: the file is the good one's, and waits for it.
            assertThat(bench.pipeline.desk().propose(TestDeals.params(GOOD, DATA, "http://127.0.0.1:1/gone")))
                    .isEqualTo(new Accepted());
            assertThat(bench.pipeline.desk().propose(lie("http://127.0.0.1:1/gone", true)))
                    .isEqualTo(new Accepted());
            bench.run();

            assertThat(failure(bench, LIE)).startsWith("DEAL_WRONG_COMMP: ").contains("2048");
            waitFor(bench, GOOD, DealCheckpoint.Transferred);
            assertThat(piece(bench, GOOD).size()).isEqualTo(PIECE.size());
            assertThat(file).hasBinaryContent(DATA);
        }
    }
}
