package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.chain.actor.DeclareFaultsRecoveredParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PoStPartition;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.message.MessageOutbox;
import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.MessageState;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import io.adit.core.time.SystemTimeline;
import io.adit.proofs.SealedSectorFixture;
import io.adit.sealing.FakeChain;
import io.adit.sealing.FakeChain.FakePartition;
import io.adit.sealing.FakeMiner;
import io.adit.sealing.FakeSigner;
import io.adit.sealing.SealingError;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePath;
import io.adit.sealing.storage.StoragePaths;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deadline 2 of the first period is open from epoch 20 to 29, its challenge is of epoch 16; a period has 60 epochs. */
class ProvingDeskTest {

    private static final ActorId MINER = new ActorId(1000);
    private static final Address STRANGER = Address.ofId(666);
    private static final long DEADLINE = 2;

    @TempDir
    Path directory;

    private final FakeSigner signer = new FakeSigner();
    private final FakeChain chain = new FakeChain(MINER.address(), 1);
    private final QuickProofs proofs = new QuickProofs();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private StateStore store;
    private StoragePaths paths;
    private StoragePath path;
    private WindowPoStScheduler scheduler;
    private ProvingDesk desk;

    @BeforeEach
    void open() throws IOException {
        paths = StoragePaths.open(directory.resolve("storage.json"), SpaceProbe.ofSystem(), InstantSource.system());
        path = paths.init(directory.resolve("store"), PathSettings.create(UUID.randomUUID(), true, true));
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        scheduler = new WindowPoStScheduler(
                settings(),
                store,
                chain,
                proofs,
                paths,
                new MessageOutbox(store, chain, signer, InstantSource.system()),
                registry);
        desk = scheduler.desk();
        for (long number = 1; number <= 4; number++) {
            addSector(number);
        }
    }

    private ProvingSettings settings() {
        return ProvingSettings.devnet(MINER, signer.address(), SectorSize.KIB_2)
                .withMaxSectorsPerDeclaration(2)
                .withDeclareFaults(false)
                .withPartitionsPerMessage(3)
                .withScratch(Optional.of(directory.resolve("copies")));
    }

    private void addSector(long number) throws IOException {
        Files.write(file(number, SectorFileType.SEALED), new byte[2048]);
        Path cache = Files.createDirectories(file(number, SectorFileType.CACHE));
        for (String name : List.of("p_aux", "t_aux", "sc-02-data-tree-r-last.dat")) {
            Files.write(cache.resolve(name), new byte[name.equals("p_aux") ? 64 : 32]);
        }
        chain.put(
                FakeMiner.onChain(
                        new SectorNumber(number),
                        5,
                        SealedSectorFixture.get().commitments().commR().asSealedCid(),
                        new Epoch(0),
                        new Epoch(1_000_000)),
                DEADLINE);
    }

    private Path file(long number, SectorFileType type) {
        return path.file(new SectorId(MINER, new SectorNumber(number)), type);
    }

    @AfterEach
    void close() {
        proofs.gate.countDown();
        scheduler.close();
        store.close();
    }

    private void advanceTo(long epoch) {
        chain.advance(Math.toIntExact(epoch - chain.chainHead().height().value()));
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(10))
                .until(condition::getAsBoolean);
    }

    private ProvingContext context() {
        return new ProvingContext(
                settings(),
                store,
                chain,
                proofs,
                new SectorReadability(paths, settings(), directory.resolve("others")),
                new MessageOutbox(store, chain, signer, InstantSource.system()),
                new ProofJournal(store),
                new PartitionLooks(MINER.address(), store, chain, new ProvingMetrics(registry)),
                new RefusedSectors(store),
                new ProvingMetrics(registry),
                new SystemTimeline());
    }

    private void proveTheWindow() {
        chain.onHead(head -> scheduler.onHead(head));
        scheduler.start();
        advanceTo(20);
        until(() -> !chain.mpoolPending(chain.chainHead().key()).isEmpty());
        chain.advance(1);
        until(() -> scheduler.recent().getFirst().phase() == PartitionProof.Phase.ACCEPTED);
    }

    @Test
    void checkNamesSectorsThatCannotBeProven_whenFilesAreGoneOrDamaged() throws Exception {
        Files.delete(file(1, SectorFileType.SEALED));
        Files.write(file(2, SectorFileType.CACHE).resolve("sc-02-data-tree-r-last.dat"), new byte[64]);
        advanceTo(20);

        assertThat(desk.check(Optional.empty(), false))
                .extracting(check -> check.problem().orElse("good"))
                .containsExactly(
                        "its sealed file is on no attached path",
                        "its cache's sc-02-data-tree-r-last.dat has 64 bytes, which is no tree of this sector",
                        "good",
                        "good");
        assertThat(desk.check(Optional.of(DEADLINE), true))
                .extracting(check -> check.problem().orElse("good"))
                .containsExactly(
                        "its sealed file is on no attached path",
                        "its cache's sc-02-data-tree-r-last.dat has 64 bytes, which is no tree of this sector",
                        "good",
                        "good");
        assertThat(desk.check(Optional.of(3L), true)).isEmpty();
        assertThatThrownBy(() -> desk.check(Optional.of(6L), false)).hasMessageContaining("they are 0 to 5");
    }

    @Test
    void computeProvesTheLastChallengeAndSendsNothing_whenAsked() throws Exception {
        Files.delete(file(1, SectorFileType.SEALED));
        chain.partition(DEADLINE, new FakePartition(chain.partition(DEADLINE).live(), BitField.of(3), BitField.EMPTY));
        assertThatThrownBy(() -> desk.compute(DEADLINE, Optional.empty())).hasMessageContaining("no challenge yet");
        advanceTo(70);

        var runs = desk.compute(DEADLINE, Optional.empty());

        assertThat(runs).singleElement().satisfies(run -> {
            assertThat(run.challenge()).isEqualTo(new Epoch(16));
            assertThat(run.sectors()).as("faulty ones too").isEqualTo(4);
            assertThat(run.skipped()).isEqualTo(1);
            assertThat(run.skippedBecause()).contains("sector 1", "no attached path");
            assertThat(run.problem()).isEmpty();
            assertThat(run.proofBytes()).isPositive();
        });
        advanceTo(76);
        assertThat(desk.compute(DEADLINE, Optional.of(0L)).getFirst().challenge())
                .isEqualTo(new Epoch(76));
        assertThat(desk.compute(DEADLINE, Optional.of(1L))).isEmpty();
        assertThat(chain.mpoolPending(chain.chainHead().key())).isEmpty();
        assertThat(scheduler.recent()).isEmpty();
        proofs.verifies = false;
        assertThat(desk.compute(DEADLINE, Optional.empty()).getFirst().problem())
                .hasValueSatisfying(why -> assertThat(why).contains("did not verify"));
    }

    @Test
    void computeIsRefused_whileARealProofIsMade() {
        proofs.gate = new CountDownLatch(1);
        chain.onHead(head -> scheduler.onHead(head));
        scheduler.start();
        advanceTo(20);
        until(() -> proofs.made.get() == 1);

        assertThatThrownBy(() -> desk.compute(DEADLINE, Optional.empty()))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SealingError.PROVING_BUSY));
    }

    @Test
    void computeIsRefused_whenTheChallengeOfTheNextWindowIsNear() {
        chain.onHead(head -> scheduler.onHead(head));
        // Deadline 1 is open from 70 to 79; the challenge of deadline 2 is that of 76.
        advanceTo(75);

        assertThatThrownBy(() -> desk.compute(DEADLINE, Optional.empty()))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SealingError.PROVING_BUSY))
                .hasMessageContaining("known in 1 epochs");
    }

    @Test
    void computeIsStoppedAndTheWindowProven_whenAWindowFallsDueMeanwhile() throws Exception {
        chain.onHead(head -> scheduler.onHead(head));
        advanceTo(70);
        scheduler.start();
        proofs.gate = new CountDownLatch(1);
        var asked = Executors.newSingleThreadExecutor();
        try {
            var computed = asked.submit(() -> desk.compute(DEADLINE, Optional.empty()));
            until(() -> proofs.made.get() == 1);
            advanceTo(76);

            assertThatThrownBy(() -> computed.get(60, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(AditException.class)
                    .hasMessageContaining("a window fell due");
            until(() -> proofs.made.get() == 2);
        } finally {
            asked.shutdownNow();
        }
        proofs.gate.countDown();
        until(() -> !scheduler.recent().isEmpty());
    }

    @Test
    void recoveriesAreDeclaredInMessagesWithinTheLimit_beforeTheCutoffOnly() throws Exception {
        chain.partition(
                DEADLINE, new FakePartition(chain.partition(DEADLINE).live(), BitField.of(1, 2, 3, 4), BitField.of(4)));
        Files.delete(file(1, SectorFileType.SEALED));
        Files.delete(file(1, SectorFileType.CACHE).resolve("p_aux"));
        advanceTo(10);
        assertThat(desk.recover(List.of(new SectorNumber(2))))
                .as("the cutoff is 10 epochs before opening")
                .containsExactly(new Recovery(
                        DEADLINE,
                        0,
                        BitField.of(2),
                        Optional.of("too late for the window that opens at epoch 20; can be declared again from epoch"
                                + " 30")));
        addSectorsToRecover();
        advanceTo(30);

        assertThat(desk.recover(List.of()))
                .containsExactlyInAnyOrder(
                        new Recovery(
                                DEADLINE, 0, BitField.of(1), Optional.of("its sealed file is on no attached path")),
                        new Recovery(DEADLINE, 0, BitField.of(2, 3, 5), Optional.empty()));
        chain.advance(1);

        assertThat(chain.included(MinerMethod.DECLARE_FAULTS_RECOVERED).stream()
                        .map(message -> DeclareFaultsRecoveredParams.fromCbor(message.params())
                                .recoveries()
                                .getFirst()
                                .sectors()))
                .as("two sectors in a message")
                .containsExactly(BitField.of(2, 3), BitField.of(5));
        assertThat(chain.partition(DEADLINE).recovering()).isEqualTo(BitField.of(2, 3, 4, 5));
        assertThat(desk.recover(List.of(new SectorNumber(2))))
                .as("declared already")
                .isEmpty();
    }

    private void addSectorsToRecover() throws IOException {
        addSector(5);
        chain.partition(
                DEADLINE,
                new FakePartition(chain.partition(DEADLINE).live(), BitField.of(1, 2, 3, 4, 5), BitField.of(4)));
    }

    @Test
    void lostDisputeIsShownWithPartitionAndPenalty_whenSomebodyWinsOne() {
        proveTheWindow();
        // The one that looks is the one below.
        scheduler.close();
        advanceTo(31);
        var watch = new DisputeWatch(context(), new DisputeLog(store));
        watch.look(chain.chainHead());
        var message = chain.dispute(STRANGER, DEADLINE);
        chain.advance(2);

        watch.look(chain.chainHead());
        watch.look(chain.chainHead());

        assertThat(desk.disputes())
                .containsExactly(new Dispute(
                        new Epoch(32), DEADLINE, 0, List.of(0L), 4, TokenAmount.ofFil(20), STRANGER, message));
        assertThat(registry.counter("adit_post_disputes_lost").count()).isEqualTo(1);
    }

    @Test
    void badProofIsTold_whenTheChainHasAcceptedOne() {
        chain.onHead(head -> scheduler.onHead(head));
        scheduler.start();
        advanceTo(20);
        until(() -> !chain.mpoolPending(chain.chainHead().key()).isEmpty());
        // What verified when it was made does not any more once the chain has it.
        proofs.verifies = false;
        chain.advance(1);
        until(() -> scheduler.recent().getFirst().phase() == PartitionProof.Phase.ACCEPTED);
        chain.advance(1);

        until(() -> registry.counter("adit_post_proofs_accepted_bad").count() == 1);

        until(() -> scheduler.recent().getFirst().note().contains("may be disputed"));
    }

    @Test
    void twoPartitionsGoInOneMessage_whenBatched() throws IOException {
        chain.secondPartition(DEADLINE, BitField.of(3, 4));
        Files.delete(file(4, SectorFileType.SEALED));

        proveTheWindow();

        assertThat(chain.proofs())
                .singleElement()
                .satisfies(sent -> assertThat(sent.partitions())
                        .containsExactly(new PoStPartition(0, BitField.EMPTY), new PoStPartition(1, BitField.of(4))));
        assertThat(proofs.made).hasValue(1);
        assertThat(scheduler.recent().getFirst().covers(1)).isTrue();
    }

    @Test
    void partitionsAreProvenOneByOne_whenTheirBatchIsRefused() {
        chain.secondPartition(DEADLINE, BitField.of(3, 4));
        chain.refuseNext(MinerMethod.SUBMIT_WINDOWED_POST, 16);
        chain.onHead(head -> scheduler.onHead(head));
        scheduler.start();
        advanceTo(20);

        untilProofs(3, 24);

        assertThat(chain.proofs().subList(1, 3))
                .allSatisfy(sent -> assertThat(sent.partitions()).hasSize(1));
        until(() -> accepted() == 2);
    }

    @Test
    void partitionsAreProvenOneByOne_whenTheNodeSaysThatTheirBatchWouldFail() {
        chain.secondPartition(DEADLINE, BitField.of(3, 4));
        chain.failInRehearsal(message -> message.method() == MinerMethod.SUBMIT_WINDOWED_POST.number()
                && SubmitWindowedPoStParams.fromCbor(message.params())
                                .partitions()
                                .size()
                        > 1);
        chain.onHead(head -> scheduler.onHead(head));
        scheduler.start();
        advanceTo(20);

        untilProofs(2, 24);

        assertThat(chain.proofs())
                .allSatisfy(sent -> assertThat(sent.partitions()).hasSize(1));
        // Nobody wants the message of both any more.
        until(() -> store.read(tx -> tx.messages().find("post/20/0x2"))
                .filter(record -> record.state() == MessageState.CANCELLED)
                .isPresent());
        until(() -> accepted() == 2);
    }

    @Test
    void partitionsAreProvenOneByOne_whenHalfOfTheWindowIsOver() {
        chain.secondPartition(DEADLINE, BitField.of(3, 4));
        advanceTo(25);
        chain.onHead(head -> scheduler.onHead(head));
        scheduler.start();

        untilProofs(2, 27);

        assertThat(chain.proofs())
                .allSatisfy(sent -> assertThat(sent.partitions()).hasSize(1));
        until(() -> accepted() == 2);
    }

    @Test
    void partitionIsProvenByItself_whenNothingOfItCouldBeReadForItsBatch() throws IOException {
        // One sector: of two that come back one after the other, the proof might be made when one is there.
        chain.secondPartition(DEADLINE, BitField.of(4));
        Files.delete(file(4, SectorFileType.SEALED));
        chain.onHead(head -> scheduler.onHead(head));
        scheduler.start();
        advanceTo(20);
        untilProofs(1, 24);
        assertThat(chain.proofs().getFirst().partitions()).containsExactly(new PoStPartition(0, BitField.EMPTY));

        Files.write(file(4, SectorFileType.SEALED), new byte[2048]);
        untilProofs(2, 24);

        assertThat(chain.proofs().getLast().partitions()).containsExactly(new PoStPartition(1, BitField.EMPTY));
        until(() -> accepted() == 2);
    }

    private long accepted() {
        return scheduler.recent().stream()
                .filter(proof -> proof.phase() == PartitionProof.Phase.ACCEPTED)
                .count();
    }

    /** Epochs pass only for messages that wait, and to wake who waits for one, so that the window does not close meanwhile. */
    private void untilProofs(int count, long idleUntil) {
        until(() -> {
            boolean idle =
                    chain.proofs().size() < count && chain.chainHead().height().value() < idleUntil;
            if (!chain.mpoolPending(chain.chainHead().key()).isEmpty() || (idle && splitOrLeftOut())) {
                chain.advance(1);
            }
            return chain.proofs().size() >= count;
        });
    }

    private boolean splitOrLeftOut() {
        return scheduler.recent().stream()
                .anyMatch(proof -> proof.phase() == PartitionProof.Phase.SPLIT
                        || proof.made().map(made -> made.partitions().size()).orElse(0) == 1);
    }
}
