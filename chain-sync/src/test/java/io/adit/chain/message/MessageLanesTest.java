package io.adit.chain.message;

import static io.adit.chain.message.OutboxStage.CONFIDENCE;
import static io.adit.chain.message.OutboxStage.MINER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorCode;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.core.state.MessageState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MessageLanesTest {
    private static final Address WORKER =
            PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom()).address();
    private static final TokenAmount GAS = TokenAmount.ofAtto(500_000_000);

    @TempDir
    Path directory;

    private Optional<OutboxStage> open = Optional.empty();

    @AfterEach
    void close() {
        open.ifPresent(OutboxStage::close);
    }

    private OutboxStage stage(Map<MessagePriority, LanePolicy> lanes, Optional<BaseFeeWait> wait) {
        open = Optional.of(new OutboxStage(directory, new OutboxPolicy(Optional.of(MINER), lanes, wait)));
        return open.get();
    }

    private OutboxStage capped(TokenAmount perDay) {
        return stage(
                Map.of(MessagePriority.DEAL, new LanePolicy(Optional.empty(), Optional.empty(), Optional.of(perDay))),
                Optional.empty());
    }

    private static MessageIntent deal(OutboxStage stage, String key) {
        return stage.intent(key, MessagePriority.DEAL, GAS);
    }

    private static ErrorCode codeOf(Throwable thrown) {
        return ((AditException) thrown).code();
    }

    /** Three messages of 0.3 nanoFIL each under a cap of 0.7. */
    @Test
    void send_whenTheLanesDayIsSpent_waitsUntilMidnightAlsoAfterARestart() {
        var stage = capped(TokenAmount.ofAtto(700_000_000));
        stage.outbox.send(deal(stage, "a"));
        stage.outbox.send(deal(stage, "b"));

        assertThatThrownBy(() -> stage.outbox.send(deal(stage, "c")))
                .hasMessageContaining("waits until midnight UTC")
                .satisfies(e -> assertThat(codeOf(e)).isEqualTo(MessageErrorCode.MESSAGE_LANE_CAP));
        stage.outbox.send(stage.commit("other lane"));
        stage.restart();
        assertThat(codeOf(catchThrowable(() -> stage.outbox.send(deal(stage, "c")))))
                .isEqualTo(MessageErrorCode.MESSAGE_LANE_CAP);
        assertThat(stage.outbox.control().find("c").orElseThrow().why().orElse(""))
                .contains("lane deals has", "midnight UTC");
        stage.passTime(Duration.ofHours(3));
        stage.outbox.send(deal(stage, "c"));

        stage.chain.mine(1);
        assertThat(stage.chain.executed()).hasSize(4);
    }

    @Test
    void send_whenWhatWasSpentIsKnown_countsThatInsteadOfTheMost() {
        var stage = capped(TokenAmount.ofAtto(700_000_000));
        stage.outbox.send(deal(stage, "a"));
        stage.outbox.send(deal(stage, "b"));
        stage.chain.mine(2 + CONFIDENCE);
        assertThat(stage.outbox.found("a", CONFIDENCE)).isPresent();

        // 1234 of 1000000 gas units used: burnt for the most part, at 100, and 50 to the producer.
        var cost = stage.outbox.record("a").orElseThrow().gasCost().orElseThrow();
        assertThat(cost).isEqualTo(TokenAmount.ofAtto(150_000_000));
        assertThat(stage.outbox.found("b", CONFIDENCE)).isPresent();
        stage.outbox.send(deal(stage, "c"));
    }

    @Test
    void settle_whenAMessageIsExecutedAndNotDeep_countsWhatItCost_untilAReorganisationUndoesIt() {
        var stage = capped(TokenAmount.ofAtto(700_000_000));
        stage.outbox.send(deal(stage, "a"));
        stage.outbox.send(deal(stage, "b"));
        var watch = stage.outbox.balances(stage.key.address(), new SimpleMeterRegistry());
        stage.chain.mine(2);
        stage.outbox.settle();

        assertThat(stage.outbox.record("a").orElseThrow().state()).isEqualTo(MessageState.PUSHED);
        assertThat(today(watch)).isEqualTo(TokenAmount.ofAtto(300_000_000));

        stage.chain.reorganise(2);
        stage.outbox.settle();
        assertThat(today(watch)).isEqualTo(TokenAmount.ofAtto(600_000_000));

        stage.chain.mine(2);
        stage.outbox.settle();
        stage.outbox.send(deal(stage, "c"));
    }

    private static TokenAmount today(BalanceWatch watch) {
        return watch.lanes().stream()
                .filter(spend -> spend.lane() == MessagePriority.DEAL)
                .findFirst()
                .orElseThrow()
                .today();
    }

    @Test
    void settle_whenTheDayIsSpent_doesNotReplaceBeyondIt() {
        var stage = capped(TokenAmount.ofAtto(320_000_000));
        stage.outbox.send(deal(stage, "a"));
        stage.chain.baseFee(TokenAmount.ofAtto(400));
        stage.pass(30);
        assertThat(stage.candidates("a")).hasSize(1);
        stage.passTime(Duration.ofHours(3));
        assertThat(stage.outbox.control().find("a").orElseThrow().why().orElse(""))
                .contains("its limit of");
    }

    private OutboxStage proofsCapped(String perDay) {
        return stage(
                Map.of(
                        MessagePriority.WINDOW_POST,
                        new LanePolicy(Optional.empty(), Optional.empty(), Optional.of(TokenAmount.ofFil(perDay)))),
                Optional.empty());
    }

    private static Message proof(OutboxStage stage, String key) {
        stage.outbox.send(stage.intent(key, MessagePriority.WINDOW_POST, TokenAmount.ofFil(5)));
        return SignedWish.message(stage.candidates(key).getFirst());
    }

    @Test
    void send_whenAProofsDayIsLessThanItsLimit_raisesItsFeeCapWithinTheDay() {
        var stage = proofsCapped("4");

        assertThat(proof(stage, "post/1").maxFee()).isEqualTo(TokenAmount.ofFil(4));
    }

    @Test
    void send_whenTheProofsDayIsSpent_sendsThemAllTheSame() {
        var stage = proofsCapped("8");

        assertThat(proof(stage, "post/1").maxFee()).isEqualTo(TokenAmount.ofFil(5));
        assertThat(proof(stage, "post/2").maxFee()).isEqualTo(TokenAmount.ofFil(3));
        assertThat(proof(stage, "post/3").gasFeeCap()).as("as estimated").isEqualTo(TokenAmount.ofAtto(300));
        stage.chain.mine(1);
        assertThat(stage.chain.executed()).hasSize(3);
    }

    @Test
    void spentToday_whenAMessageWasCancelled_countsWhatTheEmptyOneCost() {
        var stage = capped(TokenAmount.ofAtto(900_000_000));
        stage.outbox.send(deal(stage, "a"));
        stage.chain.premium(TokenAmount.ofAtto(60));
        stage.outbox.control().cancel("a", false);
        stage.outbox.send(deal(stage, "b"));
        stage.chain.mine(35);
        stage.outbox.settle();

        assertThat(stage.outbox.record("a").orElseThrow().state()).isEqualTo(MessageState.CANCELLED);
        var empty = SignedWish.message(stage.candidates("a").getLast());
        assertThat(stage.outbox.record("a").orElseThrow().gasCost().orElseThrow())
                .isEqualTo(GasCost.of(empty, 1234, FakeChain.BASE_FEE))
                .isLessThan(empty.maxFee());
        stage.outbox.send(deal(stage, "c"));
    }

    @Test
    void nearCaps_whenFourFifthsOfALanesDayAreSpent_saySo() {
        var stage = capped(TokenAmount.ofAtto(700_000_000));
        var watch = stage.outbox.balances(stage.key.address(), new SimpleMeterRegistry());
        stage.outbox.send(deal(stage, "a"));
        watch.onHead();
        assertThat(watch.nearCaps()).isEmpty();

        stage.outbox.send(deal(stage, "b"));
        stage.passTime(Duration.ofMinutes(11));
        watch.onHead();

        assertThat(watch.nearCaps())
                .singleElement()
                .asString()
                .contains("lane deals", "waits until midnight", "messages.max-fee-per-day");
        stage.passTime(Duration.ofDays(1));
        watch.onHead();
        assertThat(watch.nearCaps()).isEmpty();
    }

    @Test
    void spentToday_whenAnotherMessageTookTheNonce_countsNothing() {
        var stage = capped(TokenAmount.ofAtto(700_000_000));
        stage.outbox.send(deal(stage, "a"));
        var foreign = Message.unpriced(stage.key.address(), MINER, TokenAmount.ZERO, 0, new byte[0]);
        stage.chain.executeForeign(new SignedMessage(foreign, stage.key.sign(foreign.signingBytes())));
        stage.chain.mine(35);
        stage.outbox.settle();
        assertThat(stage.outbox.record("a").orElseThrow().state()).isEqualTo(MessageState.FAILED);
        var watch = stage.outbox.balances(stage.key.address(), new SimpleMeterRegistry());

        assertThat(watch.lanes())
                .filteredOn(spend -> spend.lane() == MessagePriority.DEAL)
                .extracting(LaneSpend::today)
                .containsExactly(TokenAmount.ZERO);
        assertThat(watch.senders().getFirst().perDay()).isEqualTo(TokenAmount.ZERO);
    }

    /** A proof's fee cap is 5 FIL; while it is under way so much is spoken for, and as soon as it is executed no more. */
    @Test
    void senders_whenARaisedProofIsExecutedAndNotDeepYet_doNotCountItsCapAsLocked() {
        var stage = proofsCapped("100");
        var cap = proof(stage, "post/1").requiredFunds();
        var watch = stage.outbox.balances(stage.key.address(), new SimpleMeterRegistry());
        assertThat(watch.senders().getFirst().locked()).isEqualTo(cap);

        stage.chain.mine(2);

        assertThat(stage.outbox.record("post/1").orElseThrow().state()).isEqualTo(MessageState.PUSHED);
        assertThat(watch.senders().getFirst().locked()).isEqualTo(TokenAmount.ZERO);
    }

    /** 5 FIL are counted while it is under way, and what it cost from the moment that its outcome is known. */
    @Test
    void spentToday_whenARaisedProofIsDone_countsWhatItCostInsteadOfItsCap() {
        var stage = proofsCapped("100");
        var cap = proof(stage, "post/1").maxFee();
        var watch = stage.outbox.balances(stage.key.address(), new SimpleMeterRegistry());
        assertThat(watch.lanes().getFirst().today()).isEqualTo(cap);
        stage.chain.mine(2 + CONFIDENCE);
        assertThat(stage.outbox.found("post/1", CONFIDENCE)).isPresent();

        assertThat(watch.lanes().getFirst().today()).isEqualTo(TokenAmount.ofAtto(150_000_000));
    }

    @Test
    void settle_whenAProofWaitsBehindAMessageOfASpentLane_replacesThatAllTheSame() {
        var stage = capped(TokenAmount.ofAtto(320_000_000));
        stage.outbox.send(deal(stage, "a"));
        stage.chain.baseFee(TokenAmount.ofAtto(2_000));
        stage.pass(30);
        assertThat(stage.candidates("a")).as("its day is spent").hasSize(1);
        stage.outbox.send(stage.intent("post/1", MessagePriority.WINDOW_POST, TokenAmount.ofFil(1)));

        stage.pass(4);

        assertThat(stage.chain.executed()).hasSize(2);
    }

    @Test
    void send_whenTheLaneHasALimit_keepsToTheLowerOne() {
        var stage = stage(
                Map.of(
                        MessagePriority.DEAL,
                        new LanePolicy(
                                Optional.empty(), Optional.of(TokenAmount.ofAtto(200_000_000)), Optional.empty())),
                Optional.empty());
        stage.outbox.send(deal(stage, "a"));

        Message sent = SignedWish.message(stage.candidates("a").getFirst());
        assertThat(sent.gasFeeCap()).isEqualTo(TokenAmount.ofAtto(200));
    }

    private OutboxStage waiting() {
        var stage = stage(Map.of(), Optional.of(new BaseFeeWait(50, 20, Duration.ofHours(2))));
        stage.chain.mine(30);
        stage.chain.baseFee(TokenAmount.ofAtto(150));
        stage.chain.mine(3);
        return stage;
    }

    @Test
    void send_whenTheBaseFeeIsHigherThanUsual_waitsUntilItFalls() {
        var stage = waiting();

        assertThatThrownBy(() -> stage.outbox.send(deal(stage, "a")))
                .hasMessageContaining("until epoch 274: it is 150 attoFIL, and was at most 100 in 50%")
                .satisfies(e -> assertThat(codeOf(e)).isEqualTo(MessageErrorCode.MESSAGE_WAITS));
        stage.outbox.send(stage.intent("post", MessagePriority.WINDOW_POST, GAS));
        assertThat(stage.outbox.control().find("a").orElseThrow().why().orElse(""))
                .contains("waits for a lower base fee");
        stage.chain.baseFee(TokenAmount.ofAtto(90));
        stage.chain.mine(1);
        stage.outbox.send(deal(stage, "a"));

        assertThat(stage.candidates("a")).hasSize(1);
    }

    @Test
    void send_whenItHasWaitedForLong_goesOutAtAnyBaseFee() {
        var stage = waiting();
        assertThat(catchThrowable(() -> stage.outbox.send(deal(stage, "a")))).isInstanceOf(AditException.class);
        stage.passTime(Duration.ofMinutes(119));
        assertThat(catchThrowable(() -> stage.outbox.send(deal(stage, "a")))).isInstanceOf(AditException.class);
        stage.passTime(Duration.ofMinutes(2));

        stage.outbox.send(deal(stage, "a"));

        assertThat(stage.candidates("a")).hasSize(1);
    }

    @Test
    void send_whenItsEndIsNear_doesNotWait() {
        var stage = waiting();

        stage.outbox.send(deal(stage, "a").dueBy(new Epoch(100)));

        assertThat(stage.candidates("a")).hasSize(1);
    }

    @Test
    void send_whenTheHighBaseFeeIsTheUsualOneByNow_doesNotWait() {
        var stage = waiting();
        stage.chain.mine(20);

        stage.outbox.send(deal(stage, "a"));

        assertThat(stage.candidates("a")).hasSize(1);
    }

    @Test
    void balances_whenTheWorkerSpendsFast_sayHowManyDaysAreLeftAndRaiseAnAlarm() {
        var stage = stage(Map.of(), Optional.empty());
        var registry = new SimpleMeterRegistry();
        for (int i = 0; i < 3; i++) {
            stage.outbox.send(deal(stage, "deal/" + i));
            stage.chain.mine(2 + CONFIDENCE);
            assertThat(stage.outbox.found("deal/" + i, CONFIDENCE)).isPresent();
            stage.passTime(Duration.ofHours(23));
        }
        stage.chain.balance(TokenAmount.ofFil(100));
        var watch = stage.outbox.balances(stage.key.address(), registry);
        watch.onHead();

        var sender = watch.senders().getFirst();
        assertThat(sender.perDay()).isBetween(TokenAmount.ofFil(1), TokenAmount.ofFil("1.01"));
        assertThat(sender.daysLeft().orElseThrow()).isBetween(99.0, 100.0);
        assertThat(watch.problem()).isEmpty();
        assertThat(registry.get("adit_sender_days_left").gauge().value()).isBetween(99.0, 100.0);

        stage.chain.balance(TokenAmount.ofFil("2.5"));
        watch.onHead();
        assertThat(watch.problem()).as("looks every ten minutes only").isEmpty();
        stage.passTime(Duration.ofMinutes(11));
        watch.onHead();

        assertThat(watch.problem().orElse(""))
                .contains(stage.key.address().toString(), "holds 2.5 FIL", "it lasts 2.5 days");
    }

    /** Lotus's own table, chain/vm/burn_test.go: what is burnt of a limit set too high. */
    @ParameterizedTest
    @CsvSource({
        "100,200,90",
        "100,150,20",
        "1000,1300,60",
        "500,700,60",
        "200,200,0",
        "20000,21000,0",
        "0,2000,2000",
        "500,651,30",
        "500,5000,4500"
    })
    void gasCost_burnsAsLotusDoes(long used, long limit, long burnt) {
        var message = Message.unpriced(WORKER, MINER, TokenAmount.ZERO, 0, new byte[0])
                .withGas(limit, TokenAmount.ofAtto(10), TokenAmount.ofAtto(2));

        assertThat(GasCost.of(message, used, TokenAmount.ofAtto(1)))
                .isEqualTo(TokenAmount.ofAtto(used + burnt + 2 * limit));
        assertThat(GasCost.of(message, used, TokenAmount.ofAtto(9)))
                .as("the cap leaves less for the producer")
                .isEqualTo(TokenAmount.ofAtto(9 * (used + burnt) + limit));
    }
}
