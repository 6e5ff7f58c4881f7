package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.proofs.PoStProof;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.SealedSectorFixture;
import io.adit.sealing.proving.PartitionProof.Phase;
import io.adit.sealing.storage.SectorFileType;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proofs that are made and sent in time. */
class WindowPoStSchedulerTest extends WindowPoStCase {
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
    void firstProofLeavesTimeForASecond_whenNobodyKnowsWhatItTakes() {
        scheduler = scheduler(settings().withEpochTime(Duration.ofSeconds(30)), proofs, signer);
        scheduler.start();
        advanceTo(OPEN - 4);
        awaitProven();

        // From epoch 16 to the close at 30, less 5 epochs for the message and what has gone by; half of it.
        assertThat(proofs.within)
                .hasValueSatisfying(
                        time -> assertThat(time).isBetween(ProofPatience.LEAST, Duration.ofSeconds(9 * 30 / 2)));
    }

    @Test
    void secondTryHasAllTheTime_whenAProofTakesLongerThanEver() {
        scheduler = scheduler(settings().withEpochTime(Duration.ofSeconds(30)), proofs, signer);
        scheduler.start();
        advanceTo(OPEN);
        untilIncluded(1);
        until(() -> phase() == Phase.ACCEPTED);

        // Known to take no time, it is stopped after two minutes, since a second try fits.
        proofs.takes = Duration.ofMinutes(3);
        advanceTo(OPEN + 60 - 4);
        until(() -> proofs.made.get() == 2);

        assertThat(proofs.within.orElseThrow()).isGreaterThan(Duration.ofMinutes(3));
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
