package io.adit.proofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The demo's sector size through the workers, with the sealing worker killed inside C2. Minutes of two cores. */
@Tag("slow")
class EightMebibyteSectorTest {
    private static final Logger LOG = LoggerFactory.getLogger(EightMebibyteSectorTest.class);
    private static final RegisteredSealProof TYPE = RegisteredSealProof.interactive(SectorSize.MIB_8);
    private static final SectorId SECTOR = new SectorId(SealedSectorFixture.MINER, new SectorNumber(8));
    private static final Randomness TICKET = Randomness.of(SealedSectorFixture.bytes(32, 61));
    private static final Randomness SEED = Randomness.of(SealedSectorFixture.bytes(32, 62));
    private static final Duration INTO_THE_PROOF = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    @Test
    void sector_isSealedAndProven_thoughItsWorkerIsKilledInsideC2() {
        var store = new ParameterStore(ParameterStore.defaultDirectory());
        var library = NativeLibrary.locate();
        store.ensure(SectorSize.MIB_8, library.parameterProgram().orElseThrow(), (file, percent, left) -> {});
        var calls = new ConcurrentLinkedQueue<CallStats>();
        var options = WorkerOptions.of(directory.resolve("workers"), library, ProofSettings.of(store.directory()));
        try (var proofs = new WorkerProofs(options, calls::add)) {
            var files = new SectorFiles(directory.resolve("u"), directory.resolve("s"), directory.resolve("c"));
            var whole = SectorSize.MIB_8.padded().unpadded();
            var pieces = List.of(proofs.addPiece(TYPE, Optional.empty(), whole, files.unsealed(), List.of()));
            var labelled = proofs.preCommit1(TYPE, files, SECTOR, TICKET, pieces);
            var commitments = proofs.preCommit2(labelled, files);
            var opened = proofs.commit1(TYPE, files, SECTOR, TICKET, SEED, commitments, pieces);

            var proving = CompletableFuture.supplyAsync(() -> proofs.commit2(opened, SECTOR));
            await().atMost(Duration.ofMinutes(2))
                    .pollDelay(INTO_THE_PROOF)
                    .until(() -> kill(proofs, ProofOperation.COMMIT_2));
            var proof = proving.join();

            assertThat(proof).hasSize(192);
            assertThat(proofs.verifySeal(new SealVerification(
                            TYPE, SECTOR, commitments.commR(), commitments.commD(), TICKET, SEED, proof)))
                    .isTrue();
            proofs.clearCache(files);
            var window = RegisteredPoStProof.window(SectorSize.MIB_8);
            var replica = new PrivateReplica(SECTOR.number(), commitments.commR(), files.cache(), files.sealed());
            var made = proofs.windowPoSt(window, SealedSectorFixture.MINER, SEED, List.of(replica));
            assertThat(proofs.verifyWindowPoSt(
                            SEED,
                            made.proofs(),
                            List.of(new PublicReplica(SECTOR.number(), commitments.commR())),
                            SealedSectorFixture.MINER))
                    .isTrue();
        }
        calls.forEach(call -> LOG.info("{}", call));
        assertThat(calls)
                .filteredOn(call -> call.operation() == ProofOperation.COMMIT_2)
                .singleElement()
                .satisfies(call -> assertThat(call.attempts()).isEqualTo(2));
    }

    private static boolean kill(WorkerProofs proofs, ProofOperation during) {
        return proofs.workers().stream()
                .filter(worker -> worker.running().equals(Optional.of(during)))
                .findFirst()
                .flatMap(worker -> ProcessHandle.of(worker.pid()))
                .map(ProcessHandle::destroyForcibly)
                .orElse(false);
    }
}
