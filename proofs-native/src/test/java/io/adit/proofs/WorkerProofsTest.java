package io.adit.proofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.UnpaddedSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerProofsTest {
    private static final RegisteredPoStProof WINDOW = RegisteredPoStProof.window(SectorSize.KIB_2);
    private static final Randomness CHALLENGE = Randomness.of(SealedSectorFixture.bytes(32, 7));
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ConcurrentLinkedQueue<CallStats> calls = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> lost = new ConcurrentLinkedQueue<>();
    private final SealedSectorFixture sealed = SealedSectorFixture.get();

    @TempDir
    Path directory;

    private Optional<WorkerProofs> open = Optional.empty();

    @AfterEach
    void stopWorkers() {
        open.ifPresent(WorkerProofs::close);
    }

    private WorkerOptions options() {
        return WorkerOptions.of(directory.resolve("workers"), NativeLibrary.locate(), ProofsTestKit.settings());
    }

    private WorkerProofs start(WorkerOptions options) {
        var proofs = new WorkerProofs(options, new ProofsListener() {
            @Override
            public void called(CallStats stats) {
                calls.add(stats);
            }

            @Override
            public void workerLost(WorkerLane lane, ProofOperation during, String reason) {
                lost.add(reason);
            }
        });
        open = Optional.of(proofs);
        return proofs;
    }

    @Test
    void everyOperation_givesTheSameAnswerAsInProcess() throws IOException {
        var workers = start(options());
        var local = ProofsTestKit.proofs();
        var type = SealedSectorFixture.PROOF_TYPE;
        var miner = SealedSectorFixture.MINER;
        var sector = new SectorId(miner, new SectorNumber(41));
        var files = new SectorFiles(directory.resolve("u"), directory.resolve("s"), directory.resolve("c"));
        var source = directory.resolve("piece");
        Files.write(source, sealed.data());

        var half = new UnpaddedSize(1016);
        assertThatExceptionOfType(ProofsException.class)
                .as("an error of the library comes through, once")
                .isThrownBy(() -> workers.addPiece(type, Optional.of(source), half, files.unsealed(), List.of()))
                .satisfies(e -> assertThat(e.error()).isEqualTo(ProofsError.INVALID_INPUT));
        var whole = SectorSize.KIB_2.padded().unpadded();
        var pieces = List.of(workers.addPiece(type, Optional.of(source), whole, files.unsealed(), List.of()));
        assertThat(pieces).isEqualTo(sealed.pieces());
        assertThat(workers.commD(type, pieces)).isEqualTo(sealed.commitments().commD());
        var phase1 = workers.preCommit1(type, files, sector, sealed.ticket(), pieces);
        var commitments = workers.preCommit2(phase1, files);
        assertThat(workers.commit1(type, files, sector, sealed.ticket(), sealed.seed(), commitments, pieces))
                .isNotEmpty();
        workers.clearCache(files);
        var out = directory.resolve("out");
        assertThat(workers.unseal(type, files, out, sector, commitments.commD(), sealed.ticket(), 0, whole))
                .isEqualTo(2032);
        assertThat(Files.readAllBytes(out)).isEqualTo(sealed.data());

        assertThat(workers.verifySeal(sealed.verification())).isTrue();
        var seals = List.of(sealed.verification(), sealed.verification());
        assertThat(workers.verifyAggregateSeals(type, seals, workers.aggregateSeals(type, seals)))
                .isTrue();
        var made = workers.windowPoSt(WINDOW, miner, CHALLENGE, List.of(sealed.privateReplica()));
        assertThat(made.faulty()).isEmpty();
        assertThat(workers.verifyWindowPoSt(CHALLENGE, made.proofs(), List.of(sealed.publicReplica()), miner))
                .isTrue();
        var winning = RegisteredPoStProof.winning(SectorSize.KIB_2);
        assertThat(workers.winningPoStChallenge(winning, CHALLENGE, miner, 9))
                .isEqualTo(local.winningPoStChallenge(winning, CHALLENGE, miner, 9));
        var won = workers.winningPoSt(winning, miner, CHALLENGE, List.of(sealed.privateReplica()));
        assertThat(workers.verifyWinningPoSt(CHALLENGE, won, List.of(sealed.publicReplica()), miner))
                .isTrue();

        assertThat(workers.workers()).extracting(WorkerState::lane).containsExactlyInAnyOrder(WorkerLane.values());
        assertThat(lost).isEmpty();
        assertThat(calls)
                .filteredOn(call -> call.operation() == ProofOperation.WINDOW_POST)
                .singleElement()
                .satisfies(call -> {
                    assertThat(call.succeeded()).isTrue();
                    assertThat(call.attempts()).isEqualTo(1);
                    assertThat(call.wallMillis()).isPositive();
                    assertThat(call.cpuMillis()).isPositive();
                });
    }

    @Test
    void workerKilledInsideAnOperation_isReplaced_andTheCallSucceeds() {
        var workers = start(options());
        var proof = windowPoStInBackground(workers);
        var victim = kill(workers, -1);
        assertThat(proof.join().proofs()).hasSize(1);
        assertThat(calls).singleElement().satisfies(call -> {
            assertThat(call.attempts()).isEqualTo(2);
            assertThat(call.succeeded()).isTrue();
        });
        assertThat(lost).singleElement().asString().contains("killed (signal 9");
        assertThat(workers.workers()).extracting(WorkerState::pid).doesNotContain(victim);
    }

    @Test
    void workerThatKeepsDying_isATypedErrorAfterTheLastAttempt() {
        var workers = start(options().withMaxAttempts(2));
        var proof = windowPoStInBackground(workers);
        var first = kill(workers, -1);
        kill(workers, first);
        assertThatExceptionOfType(java.util.concurrent.CompletionException.class)
                .isThrownBy(proof::join)
                .havingCause()
                .isInstanceOfSatisfying(ProofsException.class, failed -> {
                    assertThat(failed.error()).isEqualTo(ProofsError.WORKER_DIED);
                    assertThat(failed).hasMessageContaining("Gave up after 2 attempts");
                });
        assertThat(workers.verifySeal(sealed.verification()))
                .as("the lane works again")
                .isTrue();
    }

    @Test
    void panickingLibrary_isReplaced_andATypedErrorInTheEnd() {
        // The library reads its settings at the first real call and panics on one it cannot parse.
        var settings = ProofsTestKit.settings().withExtra("FIL_PROOFS_ROWS_TO_DISCARD", "many");
        var workers = start(WorkerOptions.of(directory.resolve("workers"), NativeLibrary.locate(), settings)
                .withMaxAttempts(2));
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> workers.verifySeal(sealed.verification()))
                .satisfies(failed -> assertThat(failed.error()).isEqualTo(ProofsError.NATIVE_PANIC))
                .withMessageContaining("invalid configuration");
        assertThat(lost).hasSize(2);
    }

    @Test
    void sectorThatMakesTheLibraryPanic_isLeftOut_afterAFreshWorkerHasPanickedToo() throws IOException {
        var copy = sealed.copyTo(directory);
        var bytes = Files.readAllBytes(copy.files().sealed());
        for (var at = 0; at < bytes.length; at++) {
            bytes[at] ^= (byte) 0xff;
        }
        Files.write(copy.files().sealed(), bytes);
        var damaged = new PrivateReplica(
                new SectorNumber(9),
                copy.commitments().commR(),
                copy.files().cache(),
                copy.files().sealed());
        var workers = start(options());

        var made = workers.windowPoSt(
                WINDOW, SealedSectorFixture.MINER, CHALLENGE, List.of(damaged, sealed.privateReplica()));

        assertThat(made.faulty()).containsExactly(damaged.number());
        assertThat(workers.verifyWindowPoSt(
                        CHALLENGE, made.proofs(), List.of(sealed.publicReplica()), SealedSectorFixture.MINER))
                .isTrue();
        assertThat(lost).hasSize(2);
    }

    @Test
    void settingThatMakesTheLibraryPanic_makesNoSectorFaulty() {
        var settings = ProofsTestKit.settings().withExtra("FIL_PROOFS_ROWS_TO_DISCARD", "many");
        var workers = start(WorkerOptions.of(directory.resolve("workers"), NativeLibrary.locate(), settings));
        var gone = new PrivateReplica(
                new SectorNumber(9),
                sealed.commitments().commR(),
                directory.resolve("no-cache"),
                directory.resolve("no-replica"));

        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> workers.windowPoSt(
                        WINDOW, SealedSectorFixture.MINER, CHALLENGE, List.of(sealed.privateReplica(), gone)))
                .satisfies(failed -> assertThat(failed.error()).isEqualTo(ProofsError.NATIVE_PANIC))
                .withMessageContaining("invalid configuration");
        assertThat(lost).as("a panicked worker is never asked again").hasSize(3);
    }

    @Test
    void windowPoStThatHangs_isTriedAgainInAnotherWorker_andVerificationsGoOn() throws Exception {
        var stuck = sealed.copyTo(directory);
        var aux = stuck.files().cache().resolve("p_aux");
        var moved = Files.move(aux, directory.resolve("p_aux"));
        hangReadsOf(aux);
        var workers = start(options().withLimit(ProofOperation.WINDOW_POST, Duration.ofSeconds(20)));
        var proof = CompletableFuture.supplyAsync(() ->
                workers.windowPoSt(WINDOW, SealedSectorFixture.MINER, CHALLENGE, List.of(stuck.privateReplica())));
        await().atMost(PATIENCE).until(() -> isRunning(workers, ProofOperation.WINDOW_POST));

        assertThat(workers.verifySeal(sealed.verification())).isTrue();
        assertThat(proof).as("still in its first worker").isNotDone();
        Files.move(moved, aux, StandardCopyOption.REPLACE_EXISTING);

        assertThat(proof.join().proofs()).hasSize(1);
        assertThat(lost).singleElement().asString().contains("took longer than PT20S");
    }

    @Test
    void callOverItsLimit_isRepeatedOnce() throws Exception {
        var stuck = sealed.copyTo(directory);
        var aux = stuck.files().cache().resolve("p_aux");
        Files.delete(aux);
        hangReadsOf(aux);
        var workers = start(options().withLimit(ProofOperation.WINDOW_POST, Duration.ofSeconds(1)));

        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> workers.windowPoSt(
                        WINDOW, SealedSectorFixture.MINER, CHALLENGE, List.of(stuck.privateReplica())))
                .satisfies(failed -> assertThat(failed.error()).isEqualTo(ProofsError.WORKER_TIMEOUT));
        assertThat(lost).hasSize(2);
    }

    /** A pipe that nobody writes to stands for a disk that has stopped answering. */
    private static void hangReadsOf(Path file) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
    }

    /** A block's time is short, and a window's proof may be under way for minutes. */
    @Test
    void winningPoSt_doesNotWaitForWindowPoSt() throws Exception {
        var workers = start(options());
        var window = windowPoStThatHangs(workers);

        win(workers);

        assertThat(window).isNotDone();
    }

    @Test
    @Tag("slow") // Begins a C2, which wants all cores and gigabytes
    void winningPoSt_doesNotWaitForCommit2() throws Exception {
        var workers = start(options());
        var opened = openedSector(workers);
        var window = windowPoStThatHangs(workers);
        var sealing = inBackground(() -> workers.commit2(opened, sealed.sector()));
        await().atMost(PATIENCE).until(() -> isRunning(workers, ProofOperation.COMMIT_2));

        win(workers);

        assertThat(window).isNotDone();
        assertThat(sealing).isNotDone();
        System.out.println("beside C2: "
                + calls.stream()
                        .filter(call -> call.operation() == ProofOperation.WINNING_POST)
                        .toList());
    }

    private void win(WorkerProofs workers) {
        var miner = SealedSectorFixture.MINER;
        var type = RegisteredPoStProof.winning(SectorSize.KIB_2);
        var won = workers.winningPoSt(type, miner, CHALLENGE, List.of(sealed.privateReplica()));
        assertThat(workers.verifyWinningPoSt(CHALLENGE, won, List.of(sealed.publicReplica()), miner))
                .isTrue();
    }

    private CompletableFuture<WindowPoSt> windowPoStThatHangs(WorkerProofs workers) throws Exception {
        var stuck = sealed.copyTo(directory.resolve("stuck"));
        Files.delete(stuck.files().cache().resolve("p_aux"));
        hangReadsOf(stuck.files().cache().resolve("p_aux"));
        var window = inBackground(() ->
                workers.windowPoSt(WINDOW, SealedSectorFixture.MINER, CHALLENGE, List.of(stuck.privateReplica())));
        await().atMost(PATIENCE).until(() -> isRunning(workers, ProofOperation.WINDOW_POST));
        return window;
    }

    /** The common pool has one thread where there are two cores. */
    private static <T> CompletableFuture<T> inBackground(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, task -> Thread.ofVirtual().start(task));
    }

    /** What C2 of a sector begins with. */
    private byte[] openedSector(WorkerProofs workers) throws IOException {
        var files = new SectorFiles(directory.resolve("u"), directory.resolve("s"), directory.resolve("c"));
        var source = directory.resolve("piece");
        Files.write(source, sealed.data());
        var type = SealedSectorFixture.PROOF_TYPE;
        var whole = SectorSize.KIB_2.padded().unpadded();
        var pieces = List.of(workers.addPiece(type, Optional.of(source), whole, files.unsealed(), List.of()));
        var phase1 = workers.preCommit1(type, files, sealed.sector(), sealed.ticket(), pieces);
        var commitments = workers.preCommit2(phase1, files);
        return workers.commit1(type, files, sealed.sector(), sealed.ticket(), sealed.seed(), commitments, pieces);
    }

    @Test
    void callIsStoppedOnce_whenTheTimeThatWasGivenForItIsOver() throws Exception {
        var stuck = sealed.copyTo(directory);
        var aux = stuck.files().cache().resolve("p_aux");
        Files.delete(aux);
        hangReadsOf(aux);
        var workers = start(options());

        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> workers.windowPoSt(
                        WINDOW,
                        SealedSectorFixture.MINER,
                        CHALLENGE,
                        List.of(stuck.privateReplica()),
                        Duration.ofSeconds(3)))
                .satisfies(failed -> assertThat(failed.error()).isEqualTo(ProofsError.WORKER_TIMEOUT));
        assertThat(calls)
                .singleElement()
                .satisfies(call -> assertThat(call.attempts()).isOne());
    }

    @Test
    void callMayTakeLongerThanItsOwnLimit_whenMoreTimeIsGivenForIt() {
        var workers = start(options().withLimit(ProofOperation.WINDOW_POST, Duration.ofMillis(1)));

        assertThat(workers.windowPoSt(
                                WINDOW,
                                SealedSectorFixture.MINER,
                                CHALLENGE,
                                List.of(sealed.privateReplica()),
                                PATIENCE)
                        .proofs())
                .hasSize(1);
    }

    @Test
    void interruptionWhileAWorkerStarts_endsTheCall() throws Exception {
        var workers = start(options());
        var before = ProcessHandle.current().children().map(ProcessHandle::pid).toList();
        var failure = new CompletableFuture<Throwable>();
        var caller = Thread.ofVirtual().start(() -> {
            try {
                workers.verifySeal(sealed.verification());
                failure.complete(new AssertionError("the call ended well"));
            } catch (ProofsException failed) {
                failure.complete(failed);
            }
        });
        await().pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE)
                .until(() -> ProcessHandle.current().children().anyMatch(child -> !before.contains(child.pid())));
        caller.interrupt();

        assertThat(failure.get(60, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        ProofsException.class,
                        failed -> assertThat(failed.error()).isEqualTo(ProofsError.INTERRUPTED));
        assertThat(lost).isEmpty();
    }

    @Test
    void libraryThatIsMissing_isAnErrorAtOnce() {
        var library = new NativeLibrary(directory.resolve("libadit_ffi.so"));
        var workers = start(WorkerOptions.of(directory.resolve("workers"), library, ProofsTestKit.settings()));
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> workers.verifySeal(sealed.verification()))
                .satisfies(failed -> assertThat(failed.error()).isEqualTo(ProofsError.LIBRARY_MISSING));
    }

    @Test
    void windowPoSt_doesNotWaitForSealing() throws IOException {
        var workers = start(options());
        var files = new SectorFiles(directory.resolve("u"), directory.resolve("s"), directory.resolve("c"));
        var type = io.adit.core.fil.RegisteredSealProof.interactive(SectorSize.MIB_8);
        var piece = workers.addPiece(
                type, Optional.empty(), SectorSize.MIB_8.padded().unpadded(), files.unsealed(), List.of());
        var sector = new SectorId(SealedSectorFixture.MINER, new SectorNumber(51));
        var phase1 = workers.preCommit1(type, files, sector, CHALLENGE, List.of(piece));
        var sealing = CompletableFuture.supplyAsync(() -> workers.preCommit2(phase1, files));
        await().atMost(PATIENCE).until(() -> isRunning(workers, ProofOperation.PRE_COMMIT_2));

        assertThat(workers.verifySeal(sealed.verification())).isTrue();
        assertThat(sealing).as("phase 2 of 8 MiB takes seconds").isNotDone();
        workers.close();
        assertThatExceptionOfType(java.util.concurrent.CompletionException.class)
                .isThrownBy(sealing::join)
                .havingCause()
                .isInstanceOfSatisfying(
                        ProofsException.class,
                        failed -> assertThat(failed.error()).isEqualTo(ProofsError.CLOSED));
    }

    @Test
    void closedProofs_refuseCalls_andLeaveNoProcess() {
        var workers = start(options());
        assertThat(workers.verifySeal(sealed.verification())).isTrue();
        var pids = workers.workers().stream().map(WorkerState::pid).toList();
        workers.close();
        await().atMost(PATIENCE)
                .until(() -> pids.stream()
                        .noneMatch(pid -> ProcessHandle.of(pid)
                                .map(ProcessHandle::isAlive)
                                .orElse(false)));
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> workers.verifySeal(sealed.verification()))
                .satisfies(failed -> assertThat(failed.error()).isEqualTo(ProofsError.CLOSED));
    }

    private CompletableFuture<WindowPoSt> windowPoStInBackground(WorkerProofs workers) {
        return CompletableFuture.supplyAsync(() ->
                workers.windowPoSt(WINDOW, SealedSectorFixture.MINER, CHALLENGE, List.of(sealed.privateReplica())));
    }

    /** SIGKILLs the worker that is at a window PoSt, unless it is the one given; answers its process id. */
    private static long kill(WorkerProofs workers, long exceptPid) {
        var victim = await().atMost(PATIENCE)
                .until(
                        () -> workers.workers().stream()
                                .filter(worker -> worker.running().equals(Optional.of(ProofOperation.WINDOW_POST)))
                                .map(WorkerState::pid)
                                .filter(pid -> pid != exceptPid)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
        ProcessHandle.of(victim).ifPresent(ProcessHandle::destroyForcibly);
        return victim;
    }

    private static boolean isRunning(WorkerProofs workers, ProofOperation operation) {
        return workers.workers().stream().anyMatch(worker -> worker.running().equals(Optional.of(operation)));
    }
}
