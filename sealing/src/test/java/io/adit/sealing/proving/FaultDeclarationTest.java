package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.DeclareFaultsParams;
import io.adit.chain.actor.DeclareFaultsRecoveredParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageRecord;
import io.adit.proofs.SealedSectorFixture;
import io.adit.sealing.FakeChain;
import io.adit.sealing.FakeMiner;
import io.adit.sealing.storage.SectorFileType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Sectors that cannot be read: skipped, declared faulty, declared recovered. */
class FaultDeclarationTest extends WindowPoStCase {
    /** The same for a declaration. */
    private void untilExecuted(MinerMethod method) {
        until(() -> !chain.mpoolPending(chain.chainHead().key()).isEmpty());
        chain.advance(1);
        assertThat(chain.included(method)).hasSize(1);
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
    void sectorsAreProvenWhereTheyLie_whenTheLibraryCanUseNoCopyOfThem() {
        proofs.cannotUse = replica -> !replica.cache().startsWith(path.root());
        scheduler.start();
        advanceTo(OPEN);
        untilIncluded(1);

        assertThat(onlyProof().partitions().getFirst().skipped().isEmpty()).isTrue();
        assertThat(proofs.verified).containsExactly(new SectorNumber(1), new SectorNumber(2));
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

    /** Of the next deadline, and on no path. */
    private void addLostSector(long number, long deadline) {
        chain.put(
                FakeMiner.onChain(
                        new SectorNumber(number),
                        5,
                        SealedSectorFixture.get().commitments().commR().asSealedCid(),
                        new Epoch(0),
                        new Epoch(1_000_000)),
                deadline);
    }

    private void untilFaultsOf(long... deadlines) {
        until(() -> {
            if (!chain.mpoolPending(chain.chainHead().key()).isEmpty()) {
                chain.advance(1);
            }
            return chain.included(MinerMethod.DECLARE_FAULTS).stream()
                    .map(message -> DeclareFaultsParams.fromCbor(message.params())
                            .faults()
                            .getFirst()
                            .deadline())
                    .collect(Collectors.toSet())
                    .equals(Arrays.stream(deadlines).boxed().collect(Collectors.toSet()));
        });
    }

    @Test
    void faultsOfThisAndOtherWindowsAreDeclared_whenTheNodeRefusesADeclaration() throws IOException {
        Files.delete(path.file(new SectorId(MINER, new SectorNumber(2)), SectorFileType.SEALED));
        chain.partition(
                DEADLINE,
                new FakeChain.FakePartition(BitField.of(1).union(BitField.of(2)), BitField.of(1), BitField.EMPTY));
        addLostSector(3, DEADLINE + 1);
        chain.failInRehearsal(message -> message.method() == MinerMethod.DECLARE_FAULTS_RECOVERED.number());
        advanceTo(60);
        scheduler.start();
        scheduler.onHead(chain.chainHead());

        untilFaultsOf(DEADLINE, DEADLINE + 1);

        assertThat(chain.included(MinerMethod.DECLARE_FAULTS_RECOVERED)).isEmpty();
    }

    @Test
    void faultsOfOtherWindowsAreDeclared_whenOneWindowCannotBeLookedAt() {
        addLostSector(3, DEADLINE + 1);
        chain.failPartitionsOf(DEADLINE);
        advanceTo(60);
        scheduler.start();
        scheduler.onHead(chain.chainHead());

        untilFaultsOf(DEADLINE + 1);
    }

    @Test
    void faultsAreDeclared_whenLookingForDisputesFails() {
        addLostSector(3, DEADLINE);
        chain.failDeadlines();
        advanceTo(60);
        scheduler.start();
        scheduler.onHead(chain.chainHead());

        untilFaultsOf(DEADLINE);
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
    void sectorIsDeclaredRecoveredLessAndLessOften_whenTheLibraryKeepsRefusingIt() {
        var refused = new RefusedSectors(store);
        long period = 60;
        var both = BitField.of(1, 2);
        var first = ProvingWindow.from(chain.deadline(), 0).getFirst();

        refused.made(BitField.of(1), BitField.of(2), first);
        refused.made(BitField.of(1), BitField.of(2), first);
        assertThat(refused.notYet(both, first.later(period), period).isEmpty())
                .as("once: it is given another chance in the next period")
                .isTrue();

        refused.made(BitField.of(1), BitField.of(2), first.later(period));
        assertThat(refused.notYet(both, first.later(2 * period), period)).isEqualTo(BitField.of(1));
        assertThat(new RefusedSectors(store).notYet(both, first.later(2 * period), period))
                .as("after a restart too")
                .isEqualTo(BitField.of(1));
        assertThat(refused.notYet(both, first.later(3 * period), period).isEmpty())
                .isTrue();

        refused.made(BitField.EMPTY, both, first.later(3 * period));
        refused.made(BitField.of(1), BitField.of(2), first.later(4 * period));
        assertThat(refused.notYet(both, first.later(5 * period), period).isEmpty())
                .as("what was proven in between begins anew")
                .isTrue();
    }

    @Test
    void sectorIsNotDeclaredRecovered_whenTheLibraryHasRefusedItTwice() {
        chain.partition(
                DEADLINE,
                new FakeChain.FakePartition(BitField.of(1).union(BitField.of(2)), BitField.of(1, 2), BitField.EMPTY));
        var window = ProvingWindow.from(chain.deadline(), (int) DEADLINE).getLast();
        var refused = new RefusedSectors(store);
        refused.made(BitField.of(1), BitField.EMPTY, window.earlier(60));
        refused.made(BitField.of(1), BitField.EMPTY, window);
        advanceTo(60);
        scheduler.start();
        scheduler.onHead(chain.chainHead());

        untilExecuted(MinerMethod.DECLARE_FAULTS_RECOVERED);

        assertThat(DeclareFaultsRecoveredParams.fromCbor(chain.included(MinerMethod.DECLARE_FAULTS_RECOVERED)
                                .getFirst()
                                .params())
                        .recoveries()
                        .getFirst()
                        .sectors())
                .isEqualTo(BitField.of(2));
    }

    @Test
    void sectorIsNotDeclaredRecovered_whenWhatAChallengeOpensCannotBeRead() throws IOException {
        chain.partition(
                DEADLINE,
                new FakeChain.FakePartition(BitField.of(1).union(BitField.of(2)), BitField.of(1, 2), BitField.EMPTY));
        // Both ends are there, and all files have their lengths; what is read for a proof is too large to be one.
        Path cache = path.file(new SectorId(MINER, new SectorNumber(1)), SectorFileType.CACHE);
        Files.write(cache.resolve("t_aux"), new byte[(1 << 20) + 1]);
        advanceTo(60);
        scheduler.start();
        scheduler.onHead(chain.chainHead());

        untilExecuted(MinerMethod.DECLARE_FAULTS_RECOVERED);

        assertThat(DeclareFaultsRecoveredParams.fromCbor(chain.included(MinerMethod.DECLARE_FAULTS_RECOVERED)
                                .getFirst()
                                .params())
                        .recoveries()
                        .getFirst()
                        .sectors())
                .isEqualTo(BitField.of(2));
    }

    @Test
    void refusalsAreRemembered_whenAProofIsMadeWithoutASector() {
        proofs.unreadable = List.of(new SectorNumber(1));
        scheduler.start();
        advanceTo(OPEN);
        untilIncluded(1);

        Optional<String> remembered = store.read(tx -> tx.meta().get("post.refused"));
        assertThat(remembered).contains("1 1 " + OPEN);
    }
}
