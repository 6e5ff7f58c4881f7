package io.adit.sealing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.core.fil.CommP;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.PieceTree;
import io.adit.core.fil.SectorSize;
import io.adit.core.state.DealRecord;
import io.adit.core.state.SectorPiece;
import io.adit.core.state.SectorState;
import io.adit.core.state.StateFixtures;
import io.adit.sealing.SealingError;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Which pieces and deals come into a sector together, and what keeps them out. */
class SectorPiecesTest extends SealingCase {
    private List<Long> sizes() {
        return bench.sector(FIRST).pieces().stream()
                .map(SectorPiece::piece)
                .map(piece -> piece.size().bytes())
                .toList();
    }

    private static PieceInfo commP(byte[] data) {
        var commP = new CommP();
        commP.update(data, 0, data.length);
        return commP.finish();
    }

    @Test
    void sectorWithoutDealsDeclaresNoData_whenPledged() {
        bench.proving(new AnyCommit2()).start();

        var number = bench.pipeline.pledge();
        bench.until(number, SectorState.Proving);

        var preCommit = onlyMessage(MinerMethod.PRE_COMMIT_SECTOR_BATCH2);
        assertThat(PreCommitSectorBatch2Params.fromCbor(preCommit.params())
                        .sectors()
                        .getFirst()
                        .unsealedCid())
                .isEmpty();
        assertThat(commit().sectorActivations().getFirst().pieces()).isEmpty();
        assertThat(bench.files(number)).noneMatch(file -> file.toString().contains("unsealed"));
    }

    @Test
    void dealIsToldThatItWasDropped_whenItsStartPassedBeforeTheSectorWasProven() {
        var piece = bench.piece(fixture.data(), fixture.pieces().getFirst(), 7, new Epoch(27), new Epoch(700_000));
        bench.store.transactVoid(tx ->
                tx.deals().insert(StateFixtures.deal(new SplittableRandom(7)).withUuid(piece.deal())));
        bench.start();

        bench.accept(piece);
        bench.until(FIRST, SectorState.Proving);

        assertThat(commit().sectorActivations().getFirst().pieces().getFirst().notifications())
                .isEmpty();
        Optional<String> error =
                bench.store.read(tx -> tx.deals().find(piece.deal()).flatMap(DealRecord::error));
        assertThat(error)
                .hasValueSatisfying(words -> assertThat(words)
                        .startsWith(SealingError.DEALS_EXPIRED.name())
                        .contains("27"));
    }

    @Test
    void nothingIsSent_whenADealOutlivesEverySector() {
        var end = new Epoch(SectorPolicy.MAX_LIFETIME + 10_000);
        bench.start();

        bench.accept(bench.piece(fixture.data(), fixture.pieces().getFirst(), 7, new Epoch(100_000), end));
        bench.until(FIRST, SectorState.PreCommitFailed);

        assertThat(bench.sector(FIRST).error().orElseThrow())
                .contains(SealingError.DEAL_TOO_LONG.name())
                .contains("epoch 10000 on");
        assertThat(bench.chain.included(MinerMethod.PRE_COMMIT_SECTOR_BATCH2)).isEmpty();
    }

    @Test
    void dealThatMayOutliveItsSectorIsAlone_whenOthersWaitForTheirs() throws IOException {
        bench.proving(new AnyCommit2()).waitingForDeals(Duration.ofHours(1));
        bench.pipeline.start();
        byte[] small = randomBytes(500, 1);
        byte[] other = randomBytes(500, 2);
        var end = new Epoch(SectorPolicy.MAX_LIFETIME + 10_000);

        bench.accept(bench.piece(small, commP(small), 1));
        var alone = bench.accept(bench.piece(other, commP(other), 2, new Epoch(100_000), end));
        byte[] third = randomBytes(500, 3);

        assertThat(alone).isNotEqualTo(FIRST);
        assertThat(bench.state(alone)).isEqualTo(SectorState.AddPiece);
        assertThat(bench.accept(bench.piece(third, commP(third), 3))).isEqualTo(FIRST);
    }

    @Test
    void piecesShareASectorAligned_whenTheyComeBeforeItIsSealed() throws IOException {
        bench.proving(new AnyCommit2()).waitingForDeals(Duration.ofHours(1)).start();
        byte[] small = randomBytes(500, 1);
        byte[] large = randomBytes(1000, 2);
        var one = bench.piece(small, commP(small), 1);
        var two = bench.piece(large, commP(large), 2);

        bench.accept(one);
        assertThat(bench.accept(two)).isEqualTo(FIRST);
        assertThat(bench.accept(one)).as("accepted again").isEqualTo(FIRST);
        assertThat(sizes()).containsExactly(512L, 512L, 1024L);
        bench.until(FIRST, SectorState.Proving);

        assertThat(bench.sector(FIRST).commD())
                .contains(PieceTree.commD(List.of(one.piece(), two.piece()), SectorSize.KIB_2.padded()));
        assertThat(commit().sectorActivations().getFirst().pieces())
                .extracting(piece -> piece.size())
                .containsExactly(512L, 1024L);
    }

    @Test
    void openSectorIsSealedPadded_whenTheOperatorSaysSo() {
        bench.proving(new AnyCommit2()).waitingForDeals(Duration.ofHours(1)).start();
        byte[] small = randomBytes(500, 1);

        bench.accept(bench.piece(small, commP(small), 1));
        bench.chain.advance(1);
        assertThat(bench.state(FIRST)).isEqualTo(SectorState.WaitDeals);
        bench.pipeline.sealNow(FIRST);
        bench.until(FIRST, SectorState.Proving);

        assertThat(sizes()).containsExactly(512L, 512L, 1024L);
    }

    @Test
    void sectorIsNotSealed_whenThePieceChangedOnDisk() throws IOException {
        bench.pipeline.start();
        var piece = fixturePiece();
        bench.accept(piece);
        Files.write(piece.file(), randomBytes(fixture.data().length, 9));
        bench.engine.start();

        bench.until(FIRST, SectorState.AddPieceFailed);

        assertThat(bench.sector(FIRST).error().orElseThrow()).contains("PIECE_DIFFERS");
        assertThat(bench.files(FIRST)).isEmpty();
    }
}
