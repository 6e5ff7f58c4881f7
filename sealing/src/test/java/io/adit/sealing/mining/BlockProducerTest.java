package io.adit.sealing.mining;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.node.Block;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signatures;
import io.adit.core.keys.Signer;
import io.adit.core.slash.Doubt;
import io.adit.sealing.mining.MinedBlock.Phase;
import io.adit.sealing.mining.RoundResult.Outcome;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    void nodeThatDoesNotAnswer_getsTheSameBlockAgain() {
        chain.unreachable = 5;
        mining.start();

        mining.untilEpoch(1);
        mining.timeline.runFor(Duration.ofSeconds(3));

        assertThat(chain.submitted).hasSize(6);
        assertThat(mining.submittedAt(1)).hasSize(1);
        assertThat(mining.journal().recent(1)).extracting(MinedBlock::phase).containsExactly(Phase.SUBMITTED);
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

    @Test
    void headTooFarBehindTheClock_isNotMinedOn() {
        mining.untilEpoch(50);
        var producer = mining.start();
        mining.untilEpoch(52);

        assertThat(producer.status().paused().orElseThrow()).contains("epochs old");
        assertThat(chain.submitted).isEmpty();

        chain.go(chain.others(chain.head(), 52, "synced"));
        mining.untilEpoch(54);

        assertThat(producer.status().paused()).isEmpty();
        assertThat(chain.submitted).isNotEmpty();
    }

    @Test
    void clockThatIsSet_pausesUntilItAgreesWithTheChain() {
        var producer = mining.start();
        mining.untilEpoch(2);
        int before = chain.submitted.size();

        mining.timeline.stepWallClock(Duration.ofHours(1));
        mining.timeline.runFor(Duration.ofMinutes(2));

        assertThat(producer.status().paused().orElseThrow()).contains("epochs old");
        assertThat(chain.submitted).hasSize(before);
        assertThat(mining.guard().status().highWater().value()).isLessThanOrEqualTo(2);

        mining.timeline.stepWallClock(Duration.ofHours(-1));
        mining.timeline.runFor(Duration.ofMinutes(2));

        assertThat(producer.status().paused()).isEmpty();
        assertThat(chain.submitted.size()).isGreaterThan(before);
    }

    @Test
    void clockBehindTheHead_pauses() {
        var producer = mining.start();
        mining.untilEpoch(2);
        int before = chain.submitted.size();

        chain.go(chain.others(chain.head(), 3, "from the future"));
        mining.timeline.stepWallClock(Duration.ofMinutes(-5));
        mining.timeline.runFor(Duration.ofMinutes(3));

        assertThat(producer.status().paused().orElseThrow()).contains("clock is behind");
        assertThat(chain.submitted).hasSizeLessThanOrEqualTo(before + 1);

        mining.timeline.stepWallClock(Duration.ofMinutes(5));
        mining.timeline.runFor(Duration.ofMinutes(2));

        assertThat(producer.status().paused()).isEmpty();
        assertThat(chain.submitted).hasSizeGreaterThan(before + 1);
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

    @Test
    void nodeThatMakesNoBlocks_isLeftAloneAfterTwoRefusals() {
        mining.settings = own -> own.withMostNullRounds(1000);
        chain.refusesToCreate = Optional.of("failed to sign new block: key not found");
        var producer = mining.start();

        mining.untilEpoch(8);

        assertThat(producer.status().paused().orElseThrow()).contains("key not found");
        assertThat(mining.journal().recent(10))
                .hasSize(2)
                .allSatisfy(block -> assertThat(block.phase()).isEqualTo(Phase.FAILED));

        chain.refusesToCreate = Optional.empty();
        mining.timeline.runFor(Duration.ofMinutes(11));

        assertThat(producer.status().paused()).isEmpty();
        assertThat(chain.submitted).isNotEmpty();
    }

    @Test
    void refusalsFarApart_doNotPause() {
        mining.settings = own -> own.withMostNullRounds(1000);
        chain.refusesToCreate = Optional.of("no");
        var producer = mining.start();
        mining.untilEpoch(1);
        chain.eligible = false;
        mining.untilEpoch(30);
        chain.eligible = true;

        mining.untilEpoch(31);

        assertThat(mining.journal().recent(10))
                .as("refused before and after a quarter of an hour")
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(block -> assertThat(block.phase()).isEqualTo(Phase.FAILED));
        assertThat(producer.status().paused()).isEmpty();
    }

    @Test
    void blockWithoutMessagesIsMade_whenTheNodeCannotMakeItWithThem() {
        var message =
                Message.unpriced(chain.worker.address(), chain.worker.address(), TokenAmount.ZERO, 0, new byte[0]);
        chain.chosen = List.of(new SignedMessage(message, chain.worker.sign(new byte[] {1})));
        chain.failsWithMessages = true;
        mining.start();

        mining.untilEpoch(1);

        assertThat(chain.submitted).hasSize(1);
        assertThat(chain.created.getFirst().messages()).isEmpty();
    }

    @Test
    void blockOtherThanAsked_isNotSigned() {
        chain.making = header -> new io.adit.chain.type.BlockHeader(
                header.miner(),
                header.ticket(),
                header.electionProof(),
                header.beaconEntries(),
                header.winPoStProof(),
                header.parents(),
                header.parentWeight(),
                header.height(),
                header.parentStateRoot(),
                header.parentMessageReceipts(),
                header.messages(),
                header.blsAggregate(),
                header.timestamp() + 30,
                header.blockSignature(),
                header.forkSignaling(),
                header.parentBaseFee());
        var producer = mining.start();

        mining.untilEpoch(1);

        assertThat(lastRound(producer).code()).contains(MiningError.MINING_BLOCK_DIFFERS);
        assertThat(mining.guard().status().blocks()).isZero();
    }

    @Test
    void standIn_isAskedFor_andTheBlockIsOurs() {
        mining.settings = own -> own.withStandIn(Optional.of(ScriptedChain.STAND_IN));
        var other = ScriptedChain.key("node's wallet");
        chain.making = header -> header.signed(other.sign(header.signingBytes()));
        mining.start();

        mining.untilEpoch(1);

        assertThat(chain.created)
                .singleElement()
                .satisfies(template -> assertThat(template.miner()).isEqualTo(ScriptedChain.STAND_IN));
        assertThat(chain.submitted).singleElement().satisfies(block -> {
            var header = block.header();
            assertThat(header.miner()).isEqualTo(ScriptedChain.MINER);
            assertThat(Signatures.verify(
                            chain.worker.address(),
                            header.signingBytes(),
                            header.blockSignature().orElseThrow()))
                    .isTrue();
        });
    }

    @Test
    void poolThatFails_costsTheMessagesAndNotTheBlock() {
        chain.selectFails = true;
        mining.start();

        mining.untilEpoch(1);

        assertThat(mining.submittedAt(1)).hasSize(1);
    }

    @Test
    void poolThatHangs_costsTheMessagesAndNotTheBlock() {
        chain.selectHangs = Duration.ofMinutes(2);
        mining.start();

        mining.untilEpoch(1);

        assertThat(mining.submittedAt(1)).hasSize(1);
    }
}
