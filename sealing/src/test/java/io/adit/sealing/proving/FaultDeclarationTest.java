package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.DeclareFaultsParams;
import io.adit.chain.actor.DeclareFaultsRecoveredParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageRecord;
import io.adit.sealing.FakeChain;
import io.adit.sealing.storage.SectorFileType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
}
