package io.adit.sealing.mining;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.Signatures;
import io.adit.sealing.mining.MinedBlock.Phase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Full nodes that refuse, hang or lag, and clocks that do not agree with them. */
class FullNodeTroubleTest {
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
    void nodeThatTellsABeaconLate_costsARound_andDoesNotKeepTheMinerSilent() {
        mining.start();
        for (long epoch = 1; epoch <= 30; epoch++) {
            mining.untilEpoch(epoch);
            if (chain.head().height().value() < epoch) {
                chain.go(chain.others(chain.head(), epoch, "other"));
            }
            if (epoch == 5) {
                chain.beaconsLost = 4;
            }
        }
        assertThat(chain.beaconsLost).isZero();
        assertThat(chain.submitted)
                .filteredOn(block -> block.header().height().value() > 20)
                .hasSizeGreaterThan(7);
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
