package io.adit.sealing.mining;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.Epoch;
import io.adit.core.keys.Signer;
import io.adit.sealing.mining.MinedBlock.Phase;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines that come up with a wrong clock, before NTP has set it. */
class ClockAtStartTest {
    @TempDir
    Path directory;

    private MiningFixture mining;
    private ScriptedChain chain;

    @BeforeEach
    void open() {
        mining = new MiningFixture(directory);
        chain = mining.chain;
    }

    @AfterEach
    void close() {
        mining.close();
    }

    /** Somebody else makes the blocks of the epochs in which we make none. */
    private void othersGoOnUntil(long epoch) {
        for (long next = chain.head().height().value() + 1; next <= epoch; next++) {
            mining.untilEpoch(next);
            if (chain.head().height().value() < next) {
                chain.go(chain.others(chain.head(), next, "somebody else's"));
            }
        }
    }

    @Test
    void reboot_waitsForParentsThatNoOtherCopySigned() {
        mining.start();
        mining.untilEpoch(2);
        int before = chain.submitted.size();

        mining.reboot();
        mining.start();
        mining.timeline.runFor(Duration.ofSeconds(1));

        assertThat(mining.guard().status().floor()).isEqualTo(new Epoch(3));
        othersGoOnUntil(4);
        assertThat(chain.submitted).hasSize(before);
        othersGoOnUntil(6);
        assertThat(mining.submittedAt(5).size() + mining.submittedAt(6).size()).isPositive();
    }

    @Test
    void rebootWithTheClockAhead_raisesNoFloor_andMinesOnceItIsSet() {
        mining.start();
        mining.untilEpoch(2);
        int before = chain.submitted.size();

        mining.reboot();
        var floor = mining.guard().status().floor();
        mining.timeline.stepWallClock(Duration.ofHours(8));
        var producer = mining.start();
        mining.timeline.runFor(Duration.ofSeconds(20));

        assertThat(producer.status().paused().orElseThrow()).contains("epochs old");
        assertThat(mining.guard().status().floor()).isEqualTo(floor);

        mining.timeline.stepWallClock(Duration.ofHours(-8));
        othersGoOnUntil(8);

        assertThat(producer.status().paused()).isEmpty();
        assertThat(mining.guard().status().floor().value()).isBetween(3L, 5L);
        assertThat(chain.submitted.size()).isGreaterThan(before);
    }

    private void leaveABlockPreparedAt(long epoch) {
        Signer real = Signer.of(chain.worker);
        mining.keys = keys -> new RestartedProducerTest.HangsAtBlocks(keys, mining);
        mining.start();
        mining.untilEpoch(epoch);
        assertThat(mining.journal().find(new Epoch(epoch)).orElseThrow().phase())
                .isEqualTo(Phase.PREPARED);
        mining.kill();
        mining.keys = keys -> real;
    }

    @Test
    void clockADayBehind_isSaid_andTheOpenBlockGoesOutOnceItIsSet() {
        leaveABlockPreparedAt(1);
        mining.timeline.stepWallClock(Duration.ofDays(-1));
        var producer = mining.start();
        mining.timeline.runFor(Duration.ofSeconds(1));

        assertThat(producer.status().paused().orElseThrow()).contains("clock is behind");
        assertThat(chain.submitted).isEmpty();

        mining.timeline.stepWallClock(Duration.ofDays(1));
        mining.timeline.runFor(Duration.ofSeconds(16));

        assertThat(mining.submittedAt(1)).hasSize(1);
    }

    @Test
    void openBlockOfAFarEpoch_isNotWaitedFor() {
        mining.untilRound(7);
        leaveABlockPreparedAt(7);
        mining.timeline.stepWallClock(ScriptedChain.DELAY.multipliedBy(-6));
        var producer = mining.start();

        mining.timeline.runFor(Duration.ofSeconds(60));

        assertThat(producer.status().lastRound()).isPresent();
        assertThat(mining.submittedAt(7)).isEmpty();
    }
}
