package io.adit.sealing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.type.Message;
import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.PieceTree;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealRecord;
import io.adit.core.state.SectorPiece;
import io.adit.core.state.SectorState;
import io.adit.core.state.StateFixtures;
import io.adit.core.task.TaskState;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.SealVerification;
import io.adit.proofs.SealedSectorFixture;
import io.adit.proofs.SectorFiles;
import io.adit.sealing.FakeChain;
import io.adit.sealing.ProofsDecorator;
import io.adit.sealing.SealingError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealingPipelineTest {

    private static final SectorNumber FIRST = new SectorNumber(1);

    private static SealedSectorFixture fixture;

    @TempDir
    Path directory;

    private SealingBench bench;

    /** Real proofs, except that C2 gives the fixture's proof instead of computing one for a minute. */
    private static class CachedCommit2 extends ProofsDecorator {

        final AtomicInteger made = new AtomicInteger();

        CachedCommit2() {
            super(ProofsTestKit.proofs());
        }

        @Override
        public byte[] commit2(byte[] phase1, SectorId sector) {
            made.incrementAndGet();
            return fixture.proof().clone();
        }
    }

    /** For sectors other than the fixture's: any proof is as good as another. */
    private static class AnyCommit2 extends CachedCommit2 {
        @Override
        public boolean verifySeal(SealVerification seal) {
            return true;
        }
    }

    @BeforeAll
    static void seal() {
        fixture = SealedSectorFixture.get();
    }

    @BeforeEach
    void open() {
        bench = new SealingBench(directory, new CachedCommit2());
        bench.chain.ticket(fixture.ticket());
        bench.chain.seed(fixture.seed());
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private DealPiece fixturePiece() {
        return bench.piece(fixture.data(), fixture.pieces().getFirst(), 7);
    }

    private ProveCommitSectors3Params commit() {
        return ProveCommitSectors3Params.fromCbor(
                onlyMessage(MinerMethod.PROVE_COMMIT_SECTORS3).params());
    }

    private Message onlyMessage(MinerMethod method) {
        assertThat(bench.chain.included(method)).hasSize(1);
        return bench.chain.included(method).getFirst();
    }

    @Test
    void dealIsSealedProvenAndStored_whenAccepted() throws IOException {
        bench.start();

        var number = bench.accept(fixturePiece());
        bench.until(number, SectorState.Proving);

        assertThat(number).isEqualTo(FIRST);
        assertThat(bench.sector(FIRST).commR()).contains(fixture.commitments().commR());
        assertThat(bench.sector(FIRST).error()).isEmpty();
        var preCommit = onlyMessage(MinerMethod.PRE_COMMIT_SECTOR_BATCH2);
        var info = PreCommitSectorBatch2Params.fromCbor(preCommit.params())
                .sectors()
                .getFirst();
        assertThat(info.sealedCid()).isEqualTo(fixture.commitments().commR().asSealedCid());
        assertThat(info.unsealedCid()).contains(fixture.commitments().commD().asUnsealedCid());
        assertThat(info.dealIds()).isEmpty();
        assertThat(info.sealRandEpoch().value()).isNegative();
        assertThat(info.expiration().value()).isGreaterThan(700_000);
        assertThat(preCommit.value()).isGreaterThan(FakeChain.DEPOSIT);
        var manifest = commit().sectorActivations().getFirst();
        assertThat(manifest.pieces()).hasSize(1);
        assertThat(manifest.pieces().getFirst().cid())
                .isEqualTo(fixture.pieces().getFirst().pieceCidV1());
        assertThat(manifest.pieces().getFirst().notifications().getFirst().address())
                .isEqualTo(Address.ofId(5));
        assertThat(manifest.pieces().getFirst().notifications().getFirst().payload())
                .containsExactly(7);
        assertThat(commit().sectorProofs().getFirst()).isEqualTo(fixture.proof());
        var value = onlyMessage(MinerMethod.PROVE_COMMIT_SECTORS3).value();
        assertThat(value.plus(preCommit.value()).compareTo(FakeChain.PLEDGE)).isPositive();
        assertThat(bench.files(FIRST)).hasSize(3).allMatch(file -> file.startsWith(directory.resolve("store")));
        assertThat(directory.resolve("store/unsealed/s-t01000-1")).hasSize(2048);
        assertThat(names(directory.resolve("store/cache/s-t01000-1")))
                .contains("p_aux", "t_aux")
                .noneMatch(name -> name.contains("layer") || name.startsWith("adit-"));
    }

    private static List<String> names(Path cache) throws IOException {
        try (var files = Files.list(cache)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }

    @Test
    void oneMessageIsSentAndTheCidIsTheSame_whenEveryStepDiesBeforeItsCommitAndRunsAgain() {
        bench.wrapping(Twice::new).start();

        bench.accept(fixturePiece());
        bench.until(FIRST, SectorState.Proving);

        onlyMessage(MinerMethod.PRE_COMMIT_SECTOR_BATCH2);
        assertThat(commit().sectorProofs().getFirst()).isEqualTo(fixture.proof());
        assertThat(bench.sector(FIRST).commR()).contains(fixture.commitments().commR());
    }

    @Test
    void sealingGoesOn_whenTheNodeRestartsInEveryState() {
        var seen = Collections.synchronizedList(new ArrayList<SectorState>());
        bench.start();
        bench.accept(fixturePiece());

        while (bench.state(FIRST) != SectorState.Proving) {
            var before = bench.state(FIRST);
            seen.add(before);
            bench.until(() -> bench.state(FIRST) != before, () -> "leaving " + before);
            bench.restart().start();
        }

        assertThat(seen).contains(SectorState.WaitSeed, SectorState.CommitWait);
        onlyMessage(MinerMethod.PRE_COMMIT_SECTOR_BATCH2);
        onlyMessage(MinerMethod.PROVE_COMMIT_SECTORS3);
        assertThat(bench.sector(FIRST).commR()).contains(fixture.commitments().commR());
    }

    @Test
    void sealedCidIsTheSame_whenBothPreCommitPhasesAreCutOffInTheMiddle() {
        var dies = new CachedCommit2() {
            final AtomicInteger labelled = new AtomicInteger();
            final AtomicInteger sealed = new AtomicInteger();

            @Override
            public byte[] preCommit1(
                    io.adit.core.fil.RegisteredSealProof proof,
                    SectorFiles files,
                    SectorId sector,
                    Randomness ticket,
                    List<PieceInfo> pieces) {
                byte[] output = super.preCommit1(proof, files, sector, ticket, pieces);
                if (labelled.getAndIncrement() == 0) {
                    damage(files.cache().resolve("sc-02-data-layer-1.dat"));
                    throw new IllegalStateException("killed while labelling");
                }
                return output;
            }

            @Override
            public io.adit.proofs.SealedCommitments preCommit2(byte[] phase1, SectorFiles files) {
                var commitments = super.preCommit2(phase1, files);
                if (sealed.getAndIncrement() == 0) {
                    // The replica is encoded by now; encoding it once more would give another commitment.
                    throw new IllegalStateException("killed before the outcome was recorded");
                }
                return commitments;
            }
        };
        bench.proving(dies).start();

        bench.accept(fixturePiece());
        bench.until(FIRST, SectorState.Proving);

        assertThat(dies.labelled).hasValue(2);
        assertThat(bench.sector(FIRST).commR()).contains(fixture.commitments().commR());
    }

    private static void damage(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            new Random(3).nextBytes(bytes);
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void wrongProofIsNeverSent_whenTheProverFlipsABit() {
        var wrong = new CachedCommit2() {
            @Override
            public byte[] commit2(byte[] phase1, SectorId sector) {
                byte[] proof = super.commit2(phase1, sector);
                proof[50] ^= 1;
                return proof;
            }
        };
        bench.proving(wrong).start();

        bench.accept(fixturePiece());
        bench.until(FIRST, SectorState.ComputeProofFailed);

        assertThat(wrong.made).hasValue(2);
        assertThat(bench.sector(FIRST).error())
                .hasValueSatisfying(error -> assertThat(error).startsWith(SealingError.PROOF_INVALID.name()));
        bench.chain.advance(20);
        assertThat(bench.chain.included(MinerMethod.PROVE_COMMIT_SECTORS3)).isEmpty();

        bench.proving(new CachedCommit2()).start();
        assertThat(bench.pipeline.retry(FIRST)).isEqualTo(SealingStep.COMMIT_2);
        bench.until(FIRST, SectorState.Proving);
        assertThat(commit().sectorProofs().getFirst()).isEqualTo(fixture.proof());
    }

    @Test
    void proofIsMadeAgain_whenAReorgChangesTheSeedDuringC2() {
        var abandoned = Randomness.fromHex("11".repeat(32));
        bench.chain.seed(abandoned);
        var proofs = new CachedCommit2() {
            @Override
            public byte[] commit2(byte[] phase1, SectorId sector) {
                bench.chain.seed(fixture.seed());
                byte[] proof = super.commit2(phase1, sector);
                return made.get() == 1 ? new byte[proof.length] : proof;
            }

            @Override
            public boolean verifySeal(SealVerification seal) {
                return seal.seed().equals(abandoned) || super.verifySeal(seal);
            }
        };
        bench.proving(proofs).start();

        bench.accept(fixturePiece());
        bench.until(FIRST, SectorState.Proving);

        assertThat(proofs.made).hasValue(2);
        assertThat(bench.sector(FIRST).seed().orElseThrow().value()).isEqualTo(fixture.seed());
        onlyMessage(MinerMethod.PROVE_COMMIT_SECTORS3);
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

    private List<Long> sizes() {
        return bench.sector(FIRST).pieces().stream()
                .map(SectorPiece::piece)
                .map(piece -> piece.size().bytes())
                .toList();
    }

    private static byte[] randomBytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static PieceInfo commP(byte[] data) {
        var commP = new CommP();
        commP.update(data, 0, data.length);
        return commP.finish();
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
