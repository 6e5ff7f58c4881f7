package io.adit.sealing.mining;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.node.Block;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.core.slash.Doubt;
import io.adit.sealing.mining.MinedBlock.Phase;
import io.adit.sealing.mining.RoundResult.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a producer signs and hands in when it was killed, and when the chain forgot its blocks or holds others of it. */
class RestartedProducerTest {
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
    void killedBetweenSignatureAndSubmission_submitsTheSameBlock() {
        chain.unreachable = Integer.MAX_VALUE;
        mining.start();
        mining.untilEpoch(1);
        assertThat(mining.journal().recent(1)).extracting(MinedBlock::phase).containsExactly(Phase.SIGNED);

        mining.kill();
        chain.unreachable = 0;
        mining.start();
        mining.timeline.runFor(Duration.ofSeconds(2));

        assertThat(mining.submittedAt(1)).hasSize(1);
        assertThat(chain.head().height()).isEqualTo(new Epoch(1));
        assertThat(mining.journal().recent(1)).extracting(MinedBlock::phase).contains(Phase.SUBMITTED);
    }

    @Test
    void restartedInARoundThatIsOver_waitsForTheNext() {
        chain.refusesEpoch = 1;
        mining.start();
        mining.untilEpoch(1);
        assertThat(mining.journal().find(new Epoch(1)).orElseThrow().phase()).isNotIn(Phase.CREATING, Phase.SUBMITTED);

        mining.kill();
        chain.headsAsked = 0;
        var producer = mining.start();
        mining.untilEpoch(4);

        assertThat(chain.headsAsked).isLessThan(50);
        assertThat(lastRound(producer).epoch()).isEqualTo(new Epoch(4));
    }

    /** Signs draws; a block header never gets back from it. */
    record HangsAtBlocks(Signer keys, MiningFixture mining) implements Signer {
        @Override
        public Set<Address> addresses() {
            return keys.addresses();
        }

        @Override
        public Signature sign(Address key, byte[] message) {
            if (message.length > 100) {
                try {
                    mining.timeline.sleep(Duration.ofDays(1));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return keys.sign(key, message);
        }
    }

    @Test
    void killedBetweenGuardAndSignature_signsTheSameBytesAndNoOthers() {
        mining.keys = keys -> new HangsAtBlocks(keys, mining);
        mining.start();
        mining.untilEpoch(1);
        assertThat(chain.submitted).isEmpty();
        assertThat(mining.guard().status().highWater()).isEqualTo(new Epoch(1));
        var prepared = mining.journal().find(new Epoch(1)).orElseThrow();
        assertThat(prepared.phase()).isEqualTo(Phase.PREPARED);

        mining.kill();
        mining.keys = keys -> keys;
        mining.start();
        mining.timeline.runFor(Duration.ofSeconds(2));

        assertThat(chain.created).hasSize(1);
        assertThat(chain.submitted)
                .singleElement()
                .satisfies(block -> assertThat(block.header().signingBytes())
                        .isEqualTo(prepared.block()
                                .map(Block::header)
                                .orElseThrow()
                                .signingBytes()));
        assertThat(mining.guard().status().blocks()).isEqualTo(1);
    }

    @Test
    void startedAgainInTheSameEpoch_makesNoSecondBlock() {
        mining.start();
        mining.untilEpoch(1);
        var first = mining.submittedAt(1);
        assertThat(first).hasSize(1);

        mining.kill();
        // The chain forgot the block, so that the round looks new.
        chain.goTo(chain.chainGetTipSet(chain.head().parents()));
        mining.start();
        mining.timeline.runFor(Duration.ofSeconds(5));

        assertThat(mining.submittedAt(1)).isEqualTo(first);
        assertThat(chain.created).hasSize(1);
    }

    @Test
    void preparedBlock_isNotSigned_whenTheChainHasPassedIt() {
        mining.keys = keys -> new HangsAtBlocks(keys, mining);
        mining.start();
        mining.untilEpoch(1);

        mining.kill();
        mining.keys = keys -> keys;
        mining.untilEpoch(3);
        chain.go(chain.others(chain.head(), 2, "somebody else's"));
        mining.start();
        mining.untilEpoch(4);

        assertThat(mining.submittedAt(1)).isEmpty();
        assertThat(mining.journal().find(new Epoch(1)).orElseThrow().phase()).isEqualTo(Phase.FAILED);
        assertThat(mining.submittedAt(4)).hasSize(1);
    }

    @Test
    void preparedBlock_goesOutLate_whenNobodyElseMakesBlocks() {
        mining.keys = keys -> new HangsAtBlocks(keys, mining);
        mining.start();
        mining.untilEpoch(1);

        mining.kill();
        mining.keys = keys -> keys;
        mining.untilEpoch(3);
        mining.start();
        mining.untilEpoch(4);

        assertThat(mining.submittedAt(1)).hasSize(1);
        assertThat(mining.submittedAt(4)).hasSize(1);
        assertThat(chain.chainGetTipSetByHeight(new Epoch(2), chain.head().key())
                        .height())
                .isEqualTo(new Epoch(1));
    }

    @Test
    void blockOfOursThatTheGuardDoesNotKnow_stopsMining() {
        var producer = mining.start();
        mining.untilEpoch(2);
        int before = chain.submitted.size();

        chain.go(chain.ours(chain.head(), 3, "another copy's"));
        mining.untilEpoch(8);

        assertThat(producer.status().guard().orElseThrow().doubt()).contains(Doubt.UNKNOWN_OWN_BLOCK);
        assertThat(producer.status().paused().orElseThrow()).contains("another copy");
        assertThat(chain.submitted).hasSize(before);
    }

    @Test
    void blockOfOursThatNobodySigned_isNotOurs_andMiningGoesOn() {
        var producer = mining.start();
        mining.untilEpoch(2);

        chain.go(chain.ours(chain.head(), 3, "changed by the full node")
                .signed(new Signature(SignatureType.BLS, new byte[96])));
        mining.untilEpoch(5);

        assertThat(producer.status().guard().orElseThrow().doubt()).isEmpty();
        assertThat(mining.submittedAt(5)).hasSize(1);
    }

    @Test
    void blockFromBeforeTheGuardsFloor_isNoReasonToStop_whenTheNodeHasNotTheStateOfItsRound() {
        chain.go(chain.ours(chain.head(), 1, "made before the guard was begun"));
        chain.go(chain.others(chain.head(), 2, "x"));
        chain.statesFrom = 2;
        mining.guard().acceptEpoch(new Epoch(1));
        mining.untilEpoch(3);

        var producer = mining.start();
        mining.untilEpoch(5);

        assertThat(producer.status().paused()).isEmpty();
        assertThat(mining.submittedAt(5)).hasSize(1);
    }

    @Test
    void blockThatTheGuardDoesNotKnow_stopsMining_whenTheNodeHasNotTheStateOfItsRound() {
        var producer = mining.start();
        mining.untilEpoch(2);

        chain.go(chain.ours(chain.head(), 3, "another copy's"));
        chain.statesFrom = 4;
        mining.untilEpoch(6);

        assertThat(producer.status().guard().orElseThrow().doubt()).contains(Doubt.UNKNOWN_OWN_BLOCK);
        assertThat(mining.submittedAt(6)).isEmpty();
    }

    @Test
    void blockThatTheGuardDoesNotKnow_isSeen_whenTheNodeDidNotAnswerOnTheWayToIt() {
        var producer = mining.start();
        mining.untilEpoch(2);

        var ours = chain.go(chain.ours(chain.head(), 3, "another copy's"));
        chain.go(chain.others(ours, 4, "x"));
        chain.losesOnce = Optional.of(ours.parents());
        mining.untilEpoch(8);

        assertThat(chain.losesOnce).isEmpty();
        assertThat(producer.status().guard().orElseThrow().doubt()).contains(Doubt.UNKNOWN_OWN_BLOCK);
    }

    @Test
    void miningGoesOn_whenTheNodeCannotTellWhatBecameOfABlock() {
        var producer = mining.start();
        mining.untilEpoch(1);
        assertThat(mining.submittedAt(1)).hasSize(1);

        chain.cannotLookBack = true;
        mining.untilEpoch(3);

        assertThat(producer.status().paused()).isEmpty();
        assertThat(mining.submittedAt(3)).hasSize(1);
    }

    @Test
    void noRoundIsLost_whenTheSignerIsStartedAgain() {
        mining.start();
        mining.untilEpoch(2);

        mining.startGuardAgain();
        mining.untilEpoch(3);

        assertThat(mining.submittedAt(3)).hasSize(1);
    }

    @Test
    void chainIsNotLookedThrough_whileTheGuardIsAway() {
        mining.guardIsAway = true;
        mining.untilEpoch(3);
        chain.go(chain.others(chain.head(), 2, "x"));
        var producer = mining.start();
        mining.untilEpoch(6);
        assertThat(producer.status().paused().orElse("")).contains("not mounted");
        assertThat(chain.tipSetsAsked).isZero();

        mining.guardIsAway = false;
        mining.untilEpoch(8);

        assertThat(mining.submittedAt(8)).hasSize(1);
    }

    @Test
    void miningGoesOnByItself_whenTheGuardCouldNotBeWrittenForAWhile() {
        mining.reboot();
        mining.untilEpoch(2);
        chain.go(chain.others(chain.head(), 2, "before"));
        var producer = mining.start();
        mining.untilEpoch(6);
        chain.go(chain.others(chain.head(), 6, "x"));
        mining.untilEpoch(7);
        assertThat(mining.submittedAt(7)).hasSize(1);
        chain.tipSetsAsked = 0;

        mining.fillTheDiskOfTheAnchor();
        for (int epoch = 8; epoch <= 12; epoch++) {
            mining.untilEpoch(epoch);
            assertThat(mining.submittedAt(epoch)).isEmpty();
            chain.go(chain.others(chain.head(), epoch, "goes on"));
        }
        assertThat(producer.status().paused().orElse("")).contains("could not be written", "anchor");
        assertThat(producer.status().guard().orElseThrow().doubt()).contains(Doubt.LOG_UNWRITABLE);
        assertThat(chain.tipSetsAsked).isLessThan(100);

        mining.freeTheDiskOfTheAnchor();
        for (int epoch = 13; epoch <= 17; epoch++) {
            mining.untilEpoch(epoch);
            chain.go(chain.others(chain.head(), epoch, "goes on"));
        }
        mining.untilEpoch(18);

        assertThat(producer.status().paused()).isEmpty();
        assertThat(mining.submittedAt(18)).hasSize(1);
        assertThat(mining.submittedAt(8)).isEmpty();
        assertThat(mining.guard().status().conflicts()).isZero();
    }

    @Test
    void chainThatForgetsOurBlock_getsTheSameOneAgain() {
        mining.start();
        mining.untilEpoch(1);
        var first = mining.submittedAt(1);

        chain.goTo(chain.chainGetTipSet(chain.head().parents()));
        mining.untilEpoch(2);

        assertThat(mining.submittedAt(1)).isEqualTo(first).hasSize(1);
        assertThat(mining.submittedAt(2)).hasSize(1);
    }

    @Test
    void secondBlockOnTheSameParents_isRefusedByTheGuard() {
        var producer = mining.start();
        mining.untilEpoch(1);
        assertThat(mining.submittedAt(1)).hasSize(1);

        chain.goTo(chain.chainGetTipSet(chain.head().parents()));
        chain.refusesEpoch = 1;
        mining.untilEpoch(2);

        assertThat(mining.submittedAt(2)).isEmpty();
        assertThat(lastRound(producer).outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(mining.journal().find(new Epoch(2)).orElseThrow().note()).contains("TIME_OFFSET");
        assertThat(producer.status().counts().refused()).isEqualTo(1);
    }

    @Test
    void orphanedBlock_isCounted() {
        var producer = mining.start();
        mining.untilEpoch(1);
        var genesis = chain.chainGetTipSet(chain.head().parents());

        chain.go(chain.others(chain.go(chain.others(genesis, 1, "x")), 2, "y"));
        mining.untilEpoch(3);

        assertThat(producer.status().counts().orphaned()).isGreaterThanOrEqualTo(1);
        assertThat(mining.journal().find(new Epoch(1)).orElseThrow().phase()).isEqualTo(Phase.ORPHANED);
    }
}
