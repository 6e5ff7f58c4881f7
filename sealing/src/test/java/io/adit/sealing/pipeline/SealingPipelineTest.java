package io.adit.sealing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.core.fil.Address;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.SectorId;
import io.adit.core.state.SectorState;
import io.adit.proofs.SealVerification;
import io.adit.proofs.SectorFiles;
import io.adit.sealing.FakeChain;
import io.adit.sealing.SealingError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** From the deal to the proven sector, through restarts and forks. */
class SealingPipelineTest extends SealingCase {
    private static List<String> names(Path cache) throws IOException {
        try (var files = Files.list(cache)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
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
}
