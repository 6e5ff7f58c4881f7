package io.adit.sealing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.DataActivationNotification;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.StateFixtures;
import io.adit.core.task.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What stands in a sector's way: refusals of the chain, an empty wallet, a full disk, a node that is away. */
class SealingRefusalTest extends SealingCase {
    @Test
    void refusalIsShownAndRetriedByTheOperator_whenTheChainRefusesThePreCommit() {
        bench.chain.refuseNext(MinerMethod.PRE_COMMIT_SECTOR_BATCH2, 19);
        bench.start();

        bench.accept(fixturePiece());
        bench.until(FIRST, SectorState.PreCommitFailed);
        bench.chain.advance(5);

        assertThat(bench.sector(FIRST).error().orElseThrow())
                .contains("PRECOMMIT_FAILED")
                .contains("exit code 19");
        assertThat(bench.chain.included(MinerMethod.PRE_COMMIT_SECTOR_BATCH2)).hasSize(1);
        assertThat(bench.pipeline.retry(FIRST)).isEqualTo(SealingStep.PRE_COMMIT_SEND);
        bench.until(FIRST, SectorState.Proving);
        assertThat(bench.chain.included(MinerMethod.PRE_COMMIT_SECTOR_BATCH2)).hasSize(2);
    }

    @Test
    void messageIsSentAgainByItself_whenItRanOutOfGas() {
        bench.chain.refuseNext(MinerMethod.PROVE_COMMIT_SECTORS3, 7);
        bench.start();

        bench.accept(fixturePiece());
        bench.until(FIRST, SectorState.Proving);

        assertThat(bench.chain.included(MinerMethod.PROVE_COMMIT_SECTORS3)).hasSize(2);
    }

    @Test
    void strangerIsNotTold_whenTheMessageRanOutOfGas() {
        var published = fixturePiece();
        var piece = new DealPiece(
                published.deal(),
                published.piece(),
                published.file(),
                published.rawSize(),
                OptionalLong.empty(),
                published.start(),
                published.end(),
                List.of(new DataActivationNotification(Address.ofId(1234), new byte[] {1})));
        bench.store.transactVoid(tx ->
                tx.deals().insert(StateFixtures.deal(new SplittableRandom(7)).withUuid(piece.deal())));
        Optional<String> before =
                bench.store.read(tx -> tx.deals().find(piece.deal()).flatMap(DealRecord::error));
        bench.chain.refuseNext(MinerMethod.PROVE_COMMIT_SECTORS3, 7);
        bench.start();

        bench.accept(piece);
        bench.until(FIRST, SectorState.Proving);

        assertThat(bench.chain.included(MinerMethod.PROVE_COMMIT_SECTORS3))
                .extracting(message -> ProveCommitSectors3Params.fromCbor(message.params())
                        .sectorActivations()
                        .getFirst()
                        .pieces()
                        .getFirst()
                        .notifications()
                        .size())
                .containsExactly(1, 0);
        Optional<String> after =
                bench.store.read(tx -> tx.deals().find(piece.deal()).flatMap(DealRecord::error));
        assertThat(after).isEqualTo(before);
        assertThat(notices(piece))
                .containsExactly(new PieceNotices.Notice(Address.ofId(1234), 1, new PieceNotices.Fate.LeftOut()));
    }

    @Test
    void strangerIsTold_whenTheMessageIsExecuted() {
        var published = fixturePiece();
        var piece = new DealPiece(
                published.deal(),
                published.piece(),
                published.file(),
                published.rawSize(),
                OptionalLong.empty(),
                published.start(),
                published.end(),
                List.of(new DataActivationNotification(Address.ofId(1234), new byte[] {1, 2})));
        assertThat(notices(piece)).isEmpty();
        bench.start();

        bench.accept(piece);
        bench.until(FIRST, SectorState.Proving);

        var sector = bench.sector(FIRST);
        assertThat(notices(piece))
                .containsExactly(new PieceNotices.Notice(
                        Address.ofId(1234),
                        2,
                        new PieceNotices.Fate.Told(
                                sector.commitCid().orElseThrow(),
                                sector.activation().orElseThrow())));
    }

    private List<PieceNotices.Notice> notices(DealPiece piece) {
        return bench.store.read(tx -> PieceNotices.of(tx, piece.deal()));
    }

    @Test
    void sectorWaitsAndGoesOnByItself_whenTheWalletIsEmptyForAWhile() {
        bench.chain.balance(TokenAmount.ZERO);
        bench.start();

        bench.accept(fixturePiece());
        bench.until(
                () -> bench.pipeline
                        .sector(FIRST)
                        .flatMap(SectorView::step)
                        .filter(pending -> pending.step() == SealingStep.PRE_COMMIT_SEND
                                && pending.task().state() == TaskState.WAITING)
                        .isPresent(),
                () -> "sector " + bench.sector(FIRST));
        assertThat(bench.state(FIRST)).isEqualTo(SectorState.PreCommitting);
        assertThat(bench.sector(FIRST).error().orElseThrow()).contains("free there");

        bench.chain.balance(TokenAmount.ofFil(100));
        bench.until(FIRST, SectorState.Proving);
        assertThat(bench.chain.included(MinerMethod.PRE_COMMIT_SECTOR_BATCH2)).hasSize(1);
    }

    @Test
    void sectorGoesOnByItself_whenTheNodeFailedForLongerThanAttemptsLast() {
        bench.chain.failNext(30);
        bench.start();

        bench.accept(fixturePiece());
        bench.until(FIRST, SectorState.Proving);

        assertThat(bench.chain.included(MinerMethod.PRE_COMMIT_SECTOR_BATCH2)).hasSize(1);
    }

    @Test
    void numberAboveAllOnDisksIsTaken_whenTheDatabaseWasLost() throws IOException {
        Path left = directory.resolve("scratch/unsealed/s-t01000-6");
        Files.write(left, randomBytes(2048, 4));
        bench.proving(new AnyCommit2()).start();

        assertThat(bench.accept(fixturePiece())).isEqualTo(new SectorNumber(7));
    }

    @Test
    void messageIsMadeAnew_whenAnotherProgramTookItsNonce() {
        bench.chain.stealNonce();
        bench.start();

        bench.accept(fixturePiece());
        bench.until(FIRST, SectorState.Proving);

        assertThat(onlyMessage(MinerMethod.PRE_COMMIT_SECTOR_BATCH2).nonce()).isEqualTo(1);
    }

    @Test
    void piecesGetAnotherNumber_whenTheChainKnowsTheirs() {
        bench.pipeline.start();
        bench.accept(fixturePiece());
        bench.chain.allocate(1, 2, 3);
        bench.proving(new AnyCommit2());
        bench.engine.start();

        var number = new SectorNumber(4);
        bench.until(
                () -> bench.store.read(tx -> tx.sectors().find(number)).isPresent()
                        && bench.state(number) == SectorState.Proving,
                () -> "sector 4");

        assertThat(bench.state(FIRST)).isEqualTo(SectorState.Removed);
        Optional<SectorNumber> now = bench.store.read(
                tx -> bench.pipeline.intake().sectorOf(tx, fixturePiece().deal()));
        assertThat(now).contains(number);
        assertThat(bench.accept(fixturePiece())).isEqualTo(number);
    }

    @Test
    void nothingIsWrittenUntilThereIsSpace_whenTheDiskIsFull() {
        bench.free = 1000;
        bench.start();

        bench.accept(fixturePiece());
        bench.until(() -> bench.sector(FIRST).error().orElse("").contains("2048 bytes are needed"), () -> "an error");
        assertThat(bench.state(FIRST)).isEqualTo(SectorState.AddPiece);
        assertThat(bench.files(FIRST)).isEmpty();

        bench.free = 1 << 20;
        bench.until(FIRST, SectorState.Proving);
    }
}
