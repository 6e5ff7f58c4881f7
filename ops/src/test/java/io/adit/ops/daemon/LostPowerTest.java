package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.node.MinerSectorCount;
import io.adit.core.fil.Epoch;
import org.junit.jupiter.api.Test;

class LostPowerTest {
    private long faulty;
    private final LostPower lost = new LostPower(() -> new MinerSectorCount(20, 20 - faulty, faulty));

    private void at(long epoch, long count) {
        faulty = count;
        lost.onHead(new Epoch(epoch));
    }

    @Test
    void alarmSounds_whenSectorsBecomeFaulty_untilTheyAreProvenAgain() {
        at(100, 0);
        at(200, 0);
        assertThat(lost.problem()).isEmpty();

        at(300, 13);
        assertThat(lost.problem()).hasValueSatisfying(text -> assertThat(text).contains("13 of 20"));

        at(3_000, 0);
        assertThat(lost.problem()).isEmpty();
    }

    @Test
    void alarmEnds_whenSectorsAreFaultyForADay_andSoundsAgainForOneMore() {
        at(100, 0);
        at(300, 13);
        at(100 + 2_880, 13);
        assertThat(lost.problem()).isPresent();

        at(300 + 2_880, 13);
        assertThat(lost.problem()).isEmpty();

        at(400 + 2_880, 14);
        assertThat(lost.problem()).hasValueSatisfying(text -> assertThat(text).contains("1 more"));
    }

    @Test
    void alarmSoundsForADay_whenTheNodeStartsWithFaultySectors() {
        at(100, 5);
        assertThat(lost.problem()).hasValueSatisfying(text -> assertThat(text).contains("5 more"));

        at(200, 5);
        assertThat(lost.problem()).isPresent();
        at(200 + 2_880, 5);
        assertThat(lost.problem()).isEmpty();
    }
}
