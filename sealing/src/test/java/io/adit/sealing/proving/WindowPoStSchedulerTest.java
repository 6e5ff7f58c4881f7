package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.chain.actor.DeclareFaultsParams;
import io.adit.chain.actor.DeclareFaultsRecoveredParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.message.MessageOutbox;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import io.adit.proofs.PoStProof;
import io.adit.proofs.Proofs;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.SealedSectorFixture;
import io.adit.sealing.FakeChain;
import io.adit.sealing.FakeSigner;
import io.adit.sealing.proving.PartitionProof.Phase;
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
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deadlines of 10 epochs, 6 in a period of 60, challenge 4 epochs and fault cutoff 10 epochs before opening. */
class WindowPoStSchedulerTest {

    private static final ActorId MINER = new ActorId(1000);
    private static final long DEADLINE = 2;

    /** Deadline 2 of the first period is open from epoch 20 to 29. */
    private static final long OPEN = 20;

    @TempDir
    Path directory;

    private final FakeSigner signer = new FakeSigner();
    private final FakeChain chain = new FakeChain(MINER.address(), 1);
    private final QuickProofs proofs = new QuickProofs();
    private StateStore store;
    private StoragePath path;
    private WindowPoStScheduler scheduler;

    @BeforeEach
    void open() throws IOException {
        StoragePaths paths = paths();
        path = paths.init(directory.resolve("store"), PathSettings.create(UUID.randomUUID(), true, true));
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        scheduler = scheduler(proofs);
        for (long number = 1; number <= 2; number++) {
            addSector(number);
        }
        chain.onHead(head -> scheduler.onHead(head));
    }

    private StoragePaths paths() {
        return StoragePaths.open(directory.resolve("storage.json"), SpaceProbe.ofSystem(), InstantSource.system());
    }

    private WindowPoStScheduler scheduler(Proofs with) {
        return scheduler(with, signer);
    }

    private WindowPoStScheduler scheduler(Proofs with, Signer signing) {
        var base = ProvingSettings.devnet(MINER, signer.address(), SectorSize.KIB_2);
        var outbox = new MessageOutbox(store, chain, signing, InstantSource.system());
        return new WindowPoStScheduler(base, store, chain, with, paths(), outbox, new SimpleMeterRegistry());
    }

    private void addSector(long number) throws IOException {
        var sector = new SectorId(MINER, new SectorNumber(number));
        Files.write(path.file(sector, SectorFileType.SEALED), new byte[2048]);
        Path cache = Files.createDirectories(path.file(sector, SectorFileType.CACHE));
        for (String name : List.of("p_aux", "t_aux", "sc-02-data-tree-r-last.dat")) {
            Files.write(cache.resolve(name), new byte[32]);
        }
        chain.put(
                FakeChain.onChain(
                        sector.number(),
                        5,
                        SealedSectorFixture.get().commitments().commR().asSealedCid(),
                        new Epoch(0),
                        new Epoch(1_000_000)),
                DEADLINE);
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

    private SubmitWindowedPoStParams onlyProof() {
        assertThat(chain.proofs()).hasSize(1);
        return chain.proofs().getFirst();
    }

    /** Holds the clock until a message is in the pool, then lets it in. */
    private void untilIncluded(int proofsOnChain) {
        until(() -> {
            if (!chain.mpoolPending(chain.chainHead().key()).isEmpty()) {
                chain.advance(1);
            }
            return chain.proofs().size() >= proofsOnChain;
        });
    }

    /** The same for a declaration. */
    private void untilExecuted(MinerMethod method) {
        until(() -> !chain.mpoolPending(chain.chainHead().key()).isEmpty());
        chain.advance(1);
        assertThat(chain.included(method)).hasSize(1);
    }

    private Phase phase() {
        return scheduler.recent().getFirst().phase();
    }

    private void awaitProven() {
        until(() -> !scheduler.recent().isEmpty() && phase() == Phase.PROVEN);
    }

    @Test
    void proofIsMadeAtTheChallengeAndSentWhenTheWindowOpens_whenSectorsAreDue() {
        scheduler.start();
        advanceTo(OPEN - 5);
        assertThat(proofs.made).hasValue(0);

        advanceTo(OPEN - 4);
        awaitProven();
        assertThat(chain.mpoolPending(chain.chainHead().key())).isEmpty();
        advanceTo(OPEN);
        untilIncluded(1);
        until(() -> phase() == Phase.ACCEPTED);

        var sent = onlyProof();
        assertThat(sent.deadline()).isEqualTo(DEADLINE);
        assertThat(sent.partitions().getFirst().skipped().isEmpty()).isTrue();
        assertThat(sent.proofs().getFirst().type()).isEqualTo(10);
        assertThat(sent.chainCommitEpoch()).isEqualTo(new Epoch(OPEN - 4));
        assertThat(sent.chainCommitRand())
                .isEqualTo(chain.stateGetRandomnessFromTickets(
                                9,
                                new Epoch(OPEN - 4),
                                new byte[0],
                                chain.chainHead().key())
                        .bytes());
        assertThat(sent.proofs().getFirst().proof()[31] & 0xc0).isZero();
        advanceTo(OPEN + 9);
        assertThat(proofs.made).hasValue(1);
    }

    @Test
    void everyPeriodIsProvenOnce_whenEpochsFly() {
        scheduler.start();
        for (int period = 0; period < 3; period++) {
            // As a development chain does: idle stretches at once, the clock held inside the window.
            advanceTo(period * 60L + OPEN);
            untilIncluded(period + 1);
            until(() -> phase() == Phase.ACCEPTED);
        }

        assertThat(chain.proofs()).hasSize(3);
        assertThat(chain.partition(DEADLINE).faulty().isEmpty()).isTrue();
    }

    @Test
    void proofIsSent_whenChallengeAndOpeningAreNullRounds() {
        scheduler.start();
        advanceTo(OPEN - 6);
        chain.skip(7);

        untilIncluded(1);

        assertThat(onlyProof().chainCommitEpoch()).isEqualTo(new Epoch(OPEN - 4));
    }

    @Test
    void othersAreProven_whenOneSectorsFileIsGone() throws IOException {
        Files.delete(path.file(new SectorId(MINER, new SectorNumber(2)), SectorFileType.SEALED));
        advanceTo(OPEN - 4);
        scheduler.start();
        awaitProven();
        advanceTo(OPEN);
        untilIncluded(1);

        assertThat(onlyProof().partitions().getFirst().skipped()).isEqualTo(BitField.of(2));
        assertThat(proofs.verified).containsExactly(new SectorNumber(1));
        assertThat(scheduler.recent().getFirst().note()).contains("sector 2").contains("on no attached path");
        assertThat(chain.partition(DEADLINE).faulty()).isEqualTo(BitField.of(2));
    }

    @Test
    void sectorIsSkipped_whenTheLibraryCannotReadIt() {
        proofs.unreadable = List.of(new SectorNumber(1));
        scheduler.start();
        advanceTo(OPEN);
        untilIncluded(1);

        assertThat(onlyProof().partitions().getFirst().skipped()).isEqualTo(BitField.of(1));
        assertThat(proofs.verified).containsExactly(new SectorNumber(2));
    }

    @Test
    void nothingIsSent_whenProofsDoNotVerify() {
        proofs.verifies = false;
        scheduler.start();
        advanceTo(OPEN);
        until(() -> proofs.made.get() >= 6);
        advanceTo(OPEN + 5);
        assertThat(chain.proofs()).isEmpty();

        proofs.verifies = true;
        untilIncluded(1);
        assertThat(chain.proofs()).hasSize(1);
    }

    @Test
    void storedProofIsSentOnce_whenTheNodeRestartsInTheWindow() {
        scheduler.start();
        advanceTo(OPEN - 4);
        awaitProven();
        scheduler.close();

        scheduler = scheduler(proofs);
        scheduler.start();
        advanceTo(OPEN);
        until(() -> phase() == Phase.SENT);
        scheduler.close();
        scheduler = scheduler(proofs);
        scheduler.start();
        untilIncluded(1);
        until(() -> phase() == Phase.ACCEPTED);
        advanceTo(OPEN + 8);

        assertThat(chain.proofs()).hasSize(1);
        assertThat(proofs.made).hasValue(1);
    }

    @Test
    void nothingIsSent_whenTheDatabaseWasLostAndTheChainHasTheProof() {
        scheduler.start();
        advanceTo(OPEN);
        untilIncluded(1);
        scheduler.close();
        store.close();
        store = SqlStateStore.sqlite(directory.resolve("new.db"));
        scheduler = scheduler(proofs);
        scheduler.start();
        scheduler.onHead(chain.chainHead());

        until(() -> !scheduler.recent().isEmpty() && phase() == Phase.ACCEPTED);

        assertThat(chain.mpoolPending(chain.chainHead().key())).isEmpty();
        assertThat(chain.proofs()).hasSize(1);
    }

    @Test
    void proofIsMadeAgain_whenAReorgChangesTheChallengeBeforeItIsSent() {
        scheduler.start();
        advanceTo(OPEN - 4);
        awaitProven();
        var abandoned = scheduler.recent().getFirst().made().orElseThrow().challenge();

        chain.forkChallenges();
        until(() -> proofs.made.get() == 2);
        advanceTo(OPEN);
        untilIncluded(1);

        assertThat(onlyProof().proofs().getFirst().proof()).isNotEqualTo(abandoned.bytes());
    }

    @Test
    void messageIsMadeAnew_whenTheChainRefusesIt() {
        chain.refuseNext(MinerMethod.SUBMIT_WINDOWED_POST, 16);
        scheduler.start();
        advanceTo(OPEN);
        untilIncluded(2);
        until(() -> phase() == Phase.ACCEPTED);

        assertThat(proofs.made).hasValue(2);
        assertThat(scheduler.recent().getFirst().messageKey()).isEqualTo("post/20/0/1");
    }

    @Test
    void proofIsSentUntilTheWindowCloses_whenTheChainKeepsRefusingItsMessage() {
        scheduler.start();
        advanceTo(OPEN);
        int outOfGas = 7;
        for (int refused = 1; refused <= 4; refused++) {
            chain.refuseNext(MinerMethod.SUBMIT_WINDOWED_POST, outOfGas);
            untilIncluded(refused);
        }
        until(() -> phase() == Phase.PROVEN);
        assertThat(chain.mpoolPending(chain.chainHead().key()))
                .as("the fifth waits a little")
                .isEmpty();
        advanceTo(chain.chainHead().height().value() + 2);

        untilIncluded(5);
        until(() -> phase() == Phase.ACCEPTED);

        assertThat(proofs.made).as("a proof that verified is made once").hasValue(1);
        assertThat(chain.proofs()).hasSize(5);
    }

    @Test
    void sectorIsProven_whenItWasMovedWhileTheLibraryLookedForIt() {
        proofs.unreadableOnce = Optional.of(new SectorNumber(1));
        scheduler.start();
        advanceTo(OPEN);
        untilIncluded(1);

        assertThat(onlyProof().partitions().getFirst().skipped().isEmpty()).isTrue();
        assertThat(proofs.verified).containsExactly(new SectorNumber(1), new SectorNumber(2));
    }

    @Test
    void faultIsDeclaredAgain_whenTheChainRefusesTheDeclaration() throws IOException {
        Files.delete(path.file(new SectorId(MINER, new SectorNumber(2)), SectorFileType.SEALED));
        chain.refuseNext(MinerMethod.DECLARE_FAULTS, 7);
        // The window at 80 can be declared for until 68, and no other deadline opens before that.
        advanceTo(60);
        scheduler.start();
        scheduler.onHead(chain.chainHead());
        untilExecuted(MinerMethod.DECLARE_FAULTS);
        assertThat(chain.partition(DEADLINE).faulty().isEmpty()).isTrue();

        until(() -> !chain.mpoolPending(chain.chainHead().key()).isEmpty());
        chain.advance(1);

        assertThat(chain.partition(DEADLINE).faulty()).isEqualTo(BitField.of(2));
    }

    @Test
    void windowIsRecordedAsMissed_whenTheProofIsNotReadyInTime() {
        proofs.gate = new CountDownLatch(1);
        scheduler.start();
        advanceTo(OPEN);
        until(() -> proofs.made.get() == 1);
        advanceTo(OPEN + 10);
        proofs.gate.countDown();

        until(() -> !scheduler.recent().isEmpty() && phase() == Phase.MISSED);

        assertThat(chain.proofs()).isEmpty();
    }

    @Test
    void windowIsProven_whenAHeadThatWasNotThereMadeItLookClosed() {
        proofs.gate = new CountDownLatch(1);
        scheduler.start();
        advanceTo(OPEN);
        until(() -> proofs.made.get() == 1);
        scheduler.onHead(chain.headAheadBy(50));
        proofs.gate.countDown();
        until(() -> !scheduler.recent().isEmpty() && phase() == Phase.MISSED);

        chain.advance(1);

        untilIncluded(1);
        assertThat(onlyProof().deadline()).isEqualTo(DEADLINE);
    }

    /** As after {@code adit messages cancel --really-do-it}, once that is deep in the chain. */
    @Test
    void windowIsRecordedAsMissed_whenItsMessageWasCancelled() {
        scheduler.start();
        advanceTo(OPEN);
        until(() -> !scheduler.recent().isEmpty() && phase() == Phase.SENT);
        cancelled("post/20/0");
        advanceTo(OPEN + 10);

        until(() -> phase() == Phase.MISSED);
    }

    private void cancelled(String key) {
        store.transactVoid(
                tx -> tx.messages().update(tx.messages().find(key).orElseThrow().withState(MessageState.CANCELLED)));
    }

    @Test
    void faultIsDeclared_whenTheRecoveryBesideItWasCancelled() throws IOException {
        Files.delete(path.file(new SectorId(MINER, new SectorNumber(2)), SectorFileType.SEALED));
        chain.partition(
                DEADLINE,
                new FakeChain.FakePartition(BitField.of(1).union(BitField.of(2)), BitField.of(1), BitField.EMPTY));
        var locked = new AtomicBoolean(true);
        scheduler = scheduler(proofs, lockedWhile(locked));
        advanceTo(60);
        scheduler.start();
        scheduler.onHead(chain.chainHead());
        until(() -> !recoveries().isEmpty());
        recoveries().forEach(this::cancelled);
        locked.set(false);

        until(() -> {
            if (!chain.mpoolPending(chain.chainHead().key()).isEmpty()) {
                chain.advance(1);
            }
            return !chain.included(MinerMethod.DECLARE_FAULTS).isEmpty();
        });

        assertThat(chain.included(MinerMethod.DECLARE_FAULTS_RECOVERED)).isEmpty();
    }

    private List<String> recoveries() {
        return store.read(tx -> tx.messages().recent(10)).stream()
                .map(MessageRecord::intentKey)
                .filter(key -> key.startsWith("post-recovered/"))
                .toList();
    }

    private Signer lockedWhile(AtomicBoolean locked) {
        return new Signer() {
            @Override
            public Set<Address> addresses() {
                return signer.addresses();
            }

            @Override
            public Signature sign(Address address, byte[] message) {
                if (locked.get()) {
                    throw new IllegalStateException("the keystore is locked");
                }
                return signer.sign(address, message);
            }
        };
    }

    @Test
    void alarmIsRaised_whenTheWindowIsAlmostOverAndNoProofAccepted() {
        proofs.gate = new CountDownLatch(1);
        scheduler.start();
        advanceTo(OPEN + 6);
        until(() -> proofs.made.get() == 1);
        assertThat(scheduler.alarms()).as("four of ten epochs are left").isEmpty();

        advanceTo(OPEN + 7);
        until(() -> !scheduler.alarms().isEmpty());

        assertThat(scheduler.alarms())
                .containsExactly(new MarginAlarm(DEADLINE, 0, new Epoch(OPEN + 10), 3, Optional.empty(), ""));
        proofs.gate.countDown();
        untilIncluded(1);
        until(() -> scheduler.alarms().isEmpty());
    }

    @Test
    void faultAndRecoveryAreDeclared_whenAFileVanishesAndComesBack() throws IOException {
        Path sealed = path.file(new SectorId(MINER, new SectorNumber(2)), SectorFileType.SEALED);
        Path hidden = directory.resolve("hidden");
        Files.move(sealed, hidden);
        advanceTo(31);
        scheduler.start();
        // The next window opens at 80 and is looked at from 50 on; what is in before 70 counts.
        advanceTo(60);
        untilExecuted(MinerMethod.DECLARE_FAULTS);
        var faults = DeclareFaultsParams.fromCbor(
                        chain.included(MinerMethod.DECLARE_FAULTS).getFirst().params())
                .faults();
        assertThat(faults).hasSize(1);
        assertThat(faults.getFirst().sectors()).isEqualTo(BitField.of(2));
        assertThat(faults.getFirst().deadline()).isEqualTo(DEADLINE);

        advanceTo(80);
        untilIncluded(1);
        assertThat(onlyProof().partitions().getFirst().skipped().isEmpty())
                .as("declared faults need not be skipped")
                .isTrue();
        Files.move(hidden, sealed);
        advanceTo(120);
        untilExecuted(MinerMethod.DECLARE_FAULTS_RECOVERED);
        assertThat(DeclareFaultsRecoveredParams.fromCbor(chain.included(MinerMethod.DECLARE_FAULTS_RECOVERED)
                                .getFirst()
                                .params())
                        .recoveries()
                        .getFirst()
                        .sectors())
                .isEqualTo(BitField.of(2));

        advanceTo(140);
        untilIncluded(2);
        assertThat(chain.partition(DEADLINE).faulty().isEmpty()).isTrue();
        assertThat(chain.included(MinerMethod.DECLARE_FAULTS)).hasSize(1);
        assertThat(chain.included(MinerMethod.DECLARE_FAULTS_RECOVERED)).hasSize(1);
    }

    @Test
    void partitionIsProven_whenAnErrorEndedItsThreadBefore() {
        proofs.errors.set(2);
        scheduler.start();
        advanceTo(OPEN);
        untilIncluded(1);

        assertThat(proofs.made).hasValue(3);
    }

    @Test
    void faultIsDeclared_whenTheFirstTryFailed() throws IOException {
        Files.delete(path.file(new SectorId(MINER, new SectorNumber(2)), SectorFileType.SEALED));
        var locked = new AtomicInteger(1);
        var flaky = new Signer() {
            @Override
            public Set<Address> addresses() {
                return signer.addresses();
            }

            @Override
            public Signature sign(Address address, byte[] message) {
                if (locked.getAndDecrement() > 0) {
                    throw new IllegalStateException("the keystore is locked");
                }
                return signer.sign(address, message);
            }
        };
        scheduler = scheduler(proofs, flaky);
        // The window at 80 can be declared for until 68, and no other deadline opens before that.
        advanceTo(60);
        scheduler.start();
        scheduler.onHead(chain.chainHead());

        until(() -> {
            if (!chain.mpoolPending(chain.chainHead().key()).isEmpty()) {
                chain.advance(1);
            }
            return !chain.included(MinerMethod.DECLARE_FAULTS).isEmpty();
        });

        assertThat(chain.included(MinerMethod.DECLARE_FAULTS)).hasSize(1);
    }

    @Test
    void chainGetsAProofThatVerifies_whenARealSectorIsProven() throws IOException {
        var fixture = SealedSectorFixture.get().copyTo(Files.createDirectories(directory.resolve("fixture")));
        var real = new SectorId(MINER, fixture.sector().number());
        Files.delete(path.file(real, SectorFileType.SEALED));
        Files.move(fixture.files().sealed(), path.file(real, SectorFileType.SEALED));
        io.adit.sealing.storage.DurableFiles.deleteTree(path.file(real, SectorFileType.CACHE));
        Files.move(fixture.files().cache(), path.file(real, SectorFileType.CACHE));
        Files.delete(path.file(new SectorId(MINER, new SectorNumber(2)), SectorFileType.SEALED));
        scheduler = scheduler(ProofsTestKit.proofs());
        scheduler.start();
        advanceTo(OPEN - 4);
        awaitProven();
        advanceTo(OPEN);
        untilIncluded(1);

        var challenge = scheduler.recent().getFirst().made().orElseThrow().challenge();
        var sent = onlyProof();
        assertThat(sent.partitions().getFirst().skipped()).isEqualTo(BitField.of(2));
        assertThat(ProofsTestKit.proofs()
                        .verifyWindowPoSt(
                                challenge,
                                List.of(new PoStProof(
                                        RegisteredPoStProof.fromNumber(
                                                sent.proofs().getFirst().type()),
                                        sent.proofs().getFirst().proof())),
                                List.of(fixture.publicReplica()),
                                MINER))
                .isTrue();
    }
}
