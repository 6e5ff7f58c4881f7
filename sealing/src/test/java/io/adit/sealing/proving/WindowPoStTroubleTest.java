package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.MinerMethod;
import io.adit.core.fil.Epoch;
import io.adit.core.state.SqlStateStore;
import io.adit.sealing.proving.PartitionProof.Phase;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Restarts, reorganisations, refused and cancelled messages, windows that are missed. */
class WindowPoStTroubleTest extends WindowPoStCase {
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
        // It is also proven while the fourth message is in a block and not yet recorded as sent.
        until(() -> phase() == Phase.PROVEN && scheduler.recent().getFirst().attempt() == 4);
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
    void partitionIsProven_whenAnErrorEndedItsThreadBefore() {
        proofs.errors.set(2);
        scheduler.start();
        advanceTo(OPEN);
        untilIncluded(1);

        assertThat(proofs.made).hasValue(3);
    }
}
