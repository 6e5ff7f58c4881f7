package io.adit.sealing.mining;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.keys.Signatures;
import io.adit.sealing.mining.MinedBlock.Phase;
import io.adit.sealing.mining.RoundResult.Outcome;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rounds from the choice of the parents to the block. */
class BlockProducerTest {
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

    private RoundResult lastRound(BlockProducer producer) {
        return producer.status().lastRound().orElseThrow();
    }

    @Test
    void onlyProducer_makesTheChainGoOn() {
        var producer = mining.start();

        mining.untilEpoch(60);

        // The election is lost now and then even with all the power: e^-5.
        assertThat(chain.head().height().value()).isBetween(58L, 60L);
        assertThat(chain.submitted).hasSizeGreaterThan(55).allSatisfy(block -> {
            var header = block.header();
            assertThat(header.timestamp())
                    .isEqualTo(ScriptedChain.GENESIS
                            .plus(ScriptedChain.DELAY.multipliedBy(
                                    header.height().value()))
                            .getEpochSecond());
            assertThat(mining.submittedAt(header.height().value())).hasSize(1);
            assertThat(Signatures.verify(
                            chain.worker.address(),
                            header.signingBytes(),
                            header.blockSignature().orElseThrow()))
                    .isTrue();
        });
        var counts = producer.status().counts();
        assertThat(counts.won()).isEqualTo(chain.submitted.size());
        assertThat(counts.included()).isGreaterThanOrEqualTo(counts.won() - 1);
        assertThat(counts.orphaned()).isZero();
        assertThat(producer.status().paused()).isEmpty();
    }

    @Test
    void minerThatMayNotWin_asksAndSignsNothing() {
        chain.eligible = false;
        var producer = mining.start();

        mining.untilEpoch(5);

        assertThat(lastRound(producer).outcome()).isEqualTo(Outcome.NOT_ELIGIBLE);
        assertThat(chain.created).isEmpty();
        assertThat(mining.proofs.made).isZero();
        assertThat(producer.status().counts().won()).isZero();
    }

    @Test
    void noPower_losesEveryElection() {
        chain.minerPower = BigInteger.ZERO;
        var producer = mining.start();

        mining.untilEpoch(20);

        assertThat(lastRound(producer).outcome()).isEqualTo(Outcome.NOT_WON);
        assertThat(mining.proofs.made).as("the warm-up's").isEqualTo(1);
    }

    @Test
    void unreadableSector_losesItsBlockAndIsNamed() {
        mining.disks.problems.put(new SectorNumber(7), "its disk is gone");
        var producer = mining.start();
        mining.untilEpoch(1);

        assertThat(lastRound(producer).outcome()).isEqualTo(Outcome.FAILED);
        assertThat(mining.journal().recent(1)).singleElement().satisfies(block -> {
            assertThat(block.phase()).isEqualTo(Phase.FAILED);
            assertThat(block.note()).contains("sector 7", "its disk is gone");
        });

        chain.challenged = List.of(new SectorNumber(8));
        mining.untilEpoch(3);

        assertThat(chain.submitted).isNotEmpty();
    }

    @Test
    void hangingDisk_costsOneBlockAndIsNamed() {
        mining.disks.hang = Duration.ofMinutes(10);
        var producer = mining.start();
        mining.untilRound(2);
        mining.timeline.runFor(Duration.ofMillis(2));

        assertThat(lastRound(producer).outcome()).isEqualTo(Outcome.LATE);
        assertThat(lastRound(producer).note()).contains("proving sector [7]");

        mining.disks.hang = Duration.ZERO;
        mining.untilEpoch(3);

        assertThat(chain.submitted)
                .extracting(block -> block.header().height().value())
                .doesNotContain(1L)
                .contains(3L);
    }

    @Test
    void proofThatDoesNotVerify_isNotUsed() {
        mining.proofs.verifies = false;
        mining.start();

        mining.untilEpoch(1);

        assertThat(mining.proofs.made).isEqualTo(2 + 2);
        assertThat(chain.created).isEmpty();
        assertThat(mining.journal().recent(1)).extracting(MinedBlock::phase).containsExactly(Phase.FAILED);
    }

    @Test
    void headThatGoesToAnotherChainWhileProving_isMinedOn_withTheSameProof() {
        var genesis = chain.head();
        var first = chain.go(chain.others(genesis, 1, "a"));
        mining.proofs.time = Duration.ofSeconds(8);
        mining.untilEpoch(1);
        mining.start();
        mining.untilRound(2);
        mining.timeline.runFor(Duration.ofSeconds(4));
        var other = chain.go(chain.others(genesis, 1, "b"));
        mining.untilEpoch(2);

        assertThat(first).isNotEqualTo(other);
        assertThat(chain.submitted)
                .singleElement()
                .satisfies(block -> assertThat(block.header().parents())
                        .isEqualTo(other.key().cids()));
        assertThat(mining.proofs.made).as("the warm-up's and the round's").isEqualTo(2);
    }

    @Test
    void blocksOfTheParents_mayLeaveButNotJoinAfterTheChoice() {
        var genesis = chain.head();
        var a = chain.others(genesis, 1, "a");
        var b = chain.others(genesis, 1, "b");
        var late = chain.others(genesis, 1, "late");
        chain.go(a, b);
        mining.untilEpoch(1);
        mining.start();
        mining.untilRound(2);
        mining.timeline.runFor(Duration.ofSeconds(1));

        chain.go(a, late);
        mining.untilEpoch(2);

        assertThat(chain.submitted)
                .singleElement()
                .satisfies(block -> assertThat(block.header().parents()).containsExactly(a.cid()));
    }

    @Test
    void nullRounds_standBetweenBlockAndParents() {
        chain.eligible = false;
        mining.start();
        mining.untilEpoch(6);
        chain.eligible = true;

        mining.untilEpoch(7);

        assertThat(chain.submitted).singleElement().satisfies(block -> {
            assertThat(block.header().height()).isEqualTo(new Epoch(7));
            assertThat(block.header().beaconEntries()).hasSize(7);
        });
        assertThat(mining.journal().recent(1).getFirst().parentEpoch()).isEqualTo(new Epoch(0));
    }
}
