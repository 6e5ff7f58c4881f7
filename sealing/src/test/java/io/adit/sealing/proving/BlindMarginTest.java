package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.Epoch;
import io.adit.sealing.proving.PartitionProof.Phase;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** No head comes any more; what the clock says is asked. */
class BlindMarginTest extends WindowPoStCase {
    private static final long PERIOD = 60;

    @Test
    void alarmsByClock_whenNoHeadComesThroughTheNextWindow_soundBeforeItClosesAndAfter() {
        scheduler.start();
        advanceTo(OPEN);
        untilIncluded(1);
        until(() -> {
            chain.advance(chain.chainHead().height().value() < OPEN + 9 ? 1 : 0);
            return phase() == Phase.ACCEPTED;
        });

        assertThat(scheduler.alarmsByClock(new Epoch(OPEN + 9)))
                .as("it was proven")
                .isEmpty();
        assertThat(scheduler.alarmsByClock(new Epoch(OPEN + PERIOD + 6)))
                .as("four of ten epochs are left")
                .isEmpty();
        assertThat(scheduler.alarmsByClock(new Epoch(OPEN + PERIOD + 7)))
                .singleElement()
                .satisfies(alarm -> {
                    assertThat(alarm.deadline()).isEqualTo(DEADLINE);
                    assertThat(alarm.close()).isEqualTo(new Epoch(OPEN + PERIOD + 10));
                    assertThat(alarm.epochsLeft()).isEqualTo(3);
                    assertThat(alarm.phase()).isEqualTo(Optional.empty());
                });
        assertThat(scheduler.alarmsByClock(new Epoch(OPEN + PERIOD + 15)))
                .singleElement()
                .satisfies(
                        alarm -> assertThat(alarm.sentence()).contains("no time left", "deadline 2", "by the clock"));
    }

    @Test
    void alarmsByClock_whenHeadsEndBeforeTheProofIsOnTheChain_nameItsPhase() {
        proofs.gate.countDown();
        scheduler.start();
        advanceTo(OPEN - 2);
        awaitProven();

        assertThat(scheduler.alarmsByClock(new Epoch(OPEN + 8)))
                .singleElement()
                .satisfies(alarm -> assertThat(alarm.phase()).contains(Phase.PROVEN));
    }

    @Test
    void alarmsByClock_whenNothingWasEverSeen_areNone() {
        assertThat(scheduler.alarmsByClock(new Epoch(OPEN))).isEmpty();
    }
}
