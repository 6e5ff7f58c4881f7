package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.node.MinerSectorCount;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LostPowerTest {
    @TempDir
    Path directory;

    private long faulty;
    private StateStore store;
    private LostPower lost;

    @BeforeEach
    void open() {
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        start();
    }

    private void start() {
        lost = new LostPower(Address.ofId(1000), () -> new MinerSectorCount(20, 20 - faulty, faulty), store);
    }

    @AfterEach
    void close() {
        store.close();
    }

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
        at(300 + 10 * 2_880, 13);
        assertThat(lost.problem()).as("also after days").isPresent();

        at(300 + 11 * 2_880, 0);
        assertThat(lost.problem()).isEmpty();
    }

    @Test
    void alarmEnds_whenTheOperatorKnowsOfThem_andSoundsAgainForOneMore() {
        at(100, 13);
        assertThat(lost.accept()).isEqualTo(13);
        assertThat(lost.problem()).isEmpty();
        start();
        at(200, 13);
        assertThat(lost.problem()).as("also after a restart").isEmpty();

        at(300, 14);
        assertThat(lost.problem()).hasValueSatisfying(text -> assertThat(text).contains("14 of 20", "1 more"));

        at(400, 2);
        assertThat(lost.problem()).isEmpty();
        at(500, 3);
        assertThat(lost.problem()).as("eleven came back since").isPresent();
    }

    @Test
    void alarmSounds_whenTheNodeStartsWithFaultySectors() {
        at(100, 5);
        assertThat(lost.problem()).hasValueSatisfying(text -> assertThat(text).contains("5 of 20"));
    }

    @Test
    void alarmSounds_whenAHeadOfTheFutureWasSeenBefore() {
        at(1_000_000, 0);
        at(300, 13);

        assertThat(lost.problem()).isPresent();
    }
}
