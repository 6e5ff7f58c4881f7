package io.adit.market.deal;

import static io.adit.market.deal.DealPipelineTest.failure;
import static io.adit.market.deal.DealPipelineTest.piece;
import static io.adit.market.deal.DealPipelineTest.waitFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.core.fil.CommP;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Fr32;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealEnd;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.fetch.CutServer;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.policy.ProposalVerdict.Accepted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** What lies one level above the leaves of a piece's tree: a piece of half the size with the same commitment. */
    private static byte[] twin(byte[] data) throws GeneralSecurityException {
        var leaves = new byte[2048];
        Fr32.pad(data, 0, leaves, 0, 16);
        var nodes = new byte[1024];
        for (int i = 0; i < 32; i++) {
            var hash = MessageDigest.getInstance("SHA-256").digest(Arrays.copyOfRange(leaves, 64 * i, 64 * i + 64));
            hash[31] &= 0x3f;
            System.arraycopy(hash, 0, nodes, 32 * i, 32);
        }
        var raw = new byte[1016];
        Fr32.unpad(nodes, 0, raw, 0, 8);
        return raw;
    }

    /** Neither lies, and a file's name fits both. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofTwoPiecesWithOneCommitment_onlyTheFirstIsHeld(boolean largeFirst) throws Exception {
        var large = TestDeals.data(32, 2032);
        var small = twin(large);
        assertThat(CommP.of(small).commP()).isEqualTo(CommP.of(large).commP());
        assertThat(CommP.of(small).size().bytes()).isEqualTo(1024);
        assertThat(CommP.of(large).size().bytes()).isEqualTo(2048);
        var first = largeFirst ? large : small;
        var second = largeFirst ? small : large;
        try (var bench = new DealBench(folder).run();
                var server = new CutServer(CutServer.cutting(first, first.length));
                var other = new CutServer(CutServer.cutting(second, second.length))) {
            bench.chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
            assertThat(bench.pipeline.desk().propose(TestDeals.params(GOOD, first, server.url("/a.car"))))
                    .isEqualTo(new Accepted());
            waitFor(bench, GOOD, DealCheckpoint.Published);

            assertThat(bench.pipeline.desk().propose(TestDeals.params(LIE, second, other.url("/a.car"))))
                    .isEqualTo(new Accepted());

            assertThat(failure(bench, LIE))
                    .startsWith("DEAL_WRONG_COMMP: ")
                    .contains("has a piece size of " + CommP.of(first).size().bytes() + " bytes, given "
                            + CommP.of(second).size().bytes());
            assertThat(other.requests).isEmpty();
            bench.chain.advance(1 + DealBench.CONFIDENCE);
            waitFor(bench, GOOD, DealCheckpoint.IndexedAndAnnounced);
            assertThat(piece(bench, GOOD).size()).isEqualTo(CommP.of(first).size());
            assertThat(piece(bench, GOOD).file().orElseThrow()).hasBinaryContent(first);

            // When nobody needs the first any more, the second is taken.
            bench.store.transactVoid(tx -> {
                tx.deals().end(GOOD, new DealEnd(DealEnd.Ending.EXPIRED, new Epoch(TestDeals.NOW)));
                ClearTask.enqueue(tx, GOOD);
            });
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> piece(bench, GOOD).file().isEmpty());
            var again = new UUID(3, 3);
            var params = TestDeals.params(
                    again, second, other.url("/a.car"), proposal -> proposal.withStartEpoch(new Epoch(1099)));
            assertThat(bench.pipeline.desk().propose(params)).isEqualTo(new Accepted());
            waitFor(bench, again, DealCheckpoint.Published);
            assertThat(piece(bench, again).size()).isEqualTo(CommP.of(second).size());
            assertThat(piece(bench, again).file().orElseThrow()).hasBinaryContent(second);
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
