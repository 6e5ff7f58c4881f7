package io.adit.chain.message;

import static io.adit.chain.message.OutboxStage.COMMIT_PATIENCE;
import static io.adit.chain.message.OutboxStage.CONFIDENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.adit.chain.node.RpcException;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorCode;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.MessageCandidate.Purpose;
import io.adit.core.state.MessageState;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageControlTest {
    @TempDir
    Path directory;

    private OutboxStage stage;

    @BeforeEach
    void open() {
        stage = new OutboxStage(directory, OutboxPolicy.open());
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private MessageControl control() {
        return stage.outbox.control();
    }

    private static ErrorCode codeOf(Throwable thrown) {
        return ((AditException) thrown).code();
    }

    private String why(String key) {
        return control().find(key).orElseThrow().why().orElse("");
    }

    private static MessageControl.Fees fees(String premium, String feeCap, String maxFee) {
        return new MessageControl.Fees(
                Optional.of(premium).filter(text -> !text.isEmpty()).map(TokenAmount::ofAtto),
                Optional.of(feeCap).filter(text -> !text.isEmpty()).map(TokenAmount::ofAtto),
                Optional.of(maxFee).filter(text -> !text.isEmpty()).map(TokenAmount::ofFil));
    }

    @Test
    void why_whenFundsAreShort_saysByHowMuch() {
        stage.chain.balance(TokenAmount.ofFil("0.4"));
        assertThatThrownBy(() -> stage.outbox.send(stage.commit("a"))).isInstanceOf(InsufficientFundsException.class);

        assertThat(why("a")).contains("send at least 0.6 FIL");
    }

    @Test
    void why_whenMessagesWaitInThePool_saysSinceWhenBehindWhatAndForWhichBaseFee() {
        stage.chain.mine(3);
        stage.outbox.send(stage.commit("a"));
        stage.outbox.send(stage.commit("b"));
        assertThat(why("a"))
                .isEqualTo("in the pool since epoch 3, candidate 1 of 1: waits for a block, with a premium of"
                        + " 50 attoFIL");
        assertThat(why("b")).contains("behind nonce 0, a");
        stage.chain.baseFee(TokenAmount.ofAtto(10_000));
        stage.chain.mine(1);

        assertThat(why("a")).contains("the base fee, 10000 attoFIL, is above its fee cap, 300");
        stage.pass(COMMIT_PATIENCE);
        assertThat(stage.outbox.control().find("a").orElseThrow().candidates()).hasSize(2);
    }

    @Test
    void why_whenTheLimitForbidsAReplacement_saysWhatItBuys() {
        stage.outbox.send(stage.intent("a", MessagePriority.COMMIT, TokenAmount.ofAtto(1_000_000_000)));
        stage.chain.baseFee(TokenAmount.ofAtto(5_000));
        stage.pass(COMMIT_PATIENCE + 1);

        assertThat(why("a")).contains("candidate 1 of 1").contains("buys 1000 attoFIL per gas unit");
    }

    @Test
    void why_whenItIsExecuted_isNothing() {
        stage.outbox.send(stage.commit("a"));
        stage.chain.mine(2);
        assertThat(why("a")).contains("nonce 0 is used on the chain");
        stage.chain.mine(CONFIDENCE);
        assertThat(stage.outbox.found("a", CONFIDENCE)).isPresent();

        assertThat(control().find("a").orElseThrow().why()).isEmpty();
        assertThat(control().recent(10)).hasSize(1);
    }

    /** One message in each state, at a node that answers and at one that does not. */
    @Test
    void why_inEveryState_saysWhatIsWaitedFor_alsoWhileTheNodeIsAway() {
        stage.outbox.send(stage.commit("done"));
        stage.outbox.send(stage.commit("failed"));
        stage.chain.mine(40);
        assertThat(stage.outbox.found("done", CONFIDENCE)).isPresent();
        stage.chain.exitCode(16);
        assertThat(stage.outbox.found("failed", CONFIDENCE)).isPresent();
        stage.chain.exitCode(0);
        stage.outbox.send(stage.commit("pushed"));
        stage.chain.onCall(call -> {
            if (call.equals("push")) {
                throw FakeChain.unreachable();
            }
        });
        assertThatThrownBy(() -> stage.outbox.send(stage.commit("signed"))).isInstanceOf(RpcException.class);
        stage.chain.heal();
        stage.chain.balance(TokenAmount.ofFil("0.4"));
        assertThatThrownBy(() -> stage.outbox.send(stage.commit("intent")))
                .isInstanceOf(InsufficientFundsException.class);
        assertThatThrownBy(() -> stage.outbox.send(stage.commit("cancelled")))
                .isInstanceOf(InsufficientFundsException.class);
        control().cancel("cancelled", true);

        assertThat(states()).isEqualTo(EnumSet.allOf(MessageState.class));
        assertThat(why("intent")).contains("send at least");
        assertThat(why("signed")).isEqualTo("signed, and not taken by the node yet");
        assertThat(why("pushed")).contains("in the pool since epoch 40");
        assertThat(why("done") + why("failed")).as("executed").isEmpty();
        assertThat(why("cancelled")).contains("given up");

        stage.chain.away(true);
        assertThat(why("intent")).contains("send at least");
        assertThat(why("signed"))
                .contains("not taken by the full node yet", "cannot be asked now", "connection refused");
        assertThat(why("pushed")).contains("and the full node had it", "cannot be asked now", "connection refused");
        assertThat(why("done") + why("failed")).as("executed").isEmpty();
        assertThat(why("cancelled")).contains("given up");
        assertThat(control().recent(10)).hasSize(6);
    }

    private Set<MessageState> states() {
        return control().recent(10).stream().map(view -> view.record().state()).collect(Collectors.toSet());
    }

    @Test
    void why_whenItCanNeverBeExecuted_namesWhatTookItsNonce() {
        stage.outbox.send(stage.commit("a"));
        var foreign = Message.unpriced(stage.key.address(), OutboxStage.MINER, TokenAmount.ZERO, 0, new byte[0]);
        stage.chain.executeForeign(new SignedMessage(foreign, stage.key.sign(foreign.signingBytes())));
        stage.chain.mine(35);
        stage.outbox.settle();

        assertThat(stage.outbox.record("a").orElseThrow().state()).isEqualTo(MessageState.FAILED);
        assertThat(why("a")).contains("another message of its sender", "had nonce 0");
    }

    @Test
    void find_whenGivenTheCidOfAReplacedCandidate_findsTheMessage() {
        stage.outbox.send(stage.commit("a"));
        var first = stage.candidates("a").getFirst().cid().toString();
        control().replace("a", MessageControl.Fees.CHOSEN);

        assertThat(control().find(first).orElseThrow().record().intentKey()).isEqualTo("a");
        assertThat(control().find("nothing")).isEmpty();
    }

    @Test
    void replace_whenFeesAreGiven_usesThemAndTheNewLimitFromThenOn() {
        stage.outbox.send(stage.commit("a"));

        var view = control().replace("a", fees("90", "250000", "0.3"));

        var message = SignedWish.message(view.candidates().getLast());
        assertThat(message.gasPremium()).isEqualTo(TokenAmount.ofAtto(90));
        assertThat(message.gasFeeCap()).isEqualTo(TokenAmount.ofAtto(250_000));
        assertThat(view.record().maxFee()).isEqualTo(TokenAmount.ofFil("0.3"));
        stage.pass(2 + CONFIDENCE);
        assertThat(stage.outbox.found("a", CONFIDENCE).orElseThrow().message())
                .isEqualTo(view.candidates().getLast().cid());
    }

    @Test
    void replace_whenThePoolWouldRefuse_saysTheLeast() {
        stage.outbox.send(stage.commit("a"));

        assertThatThrownBy(() -> control().replace("a", fees("55", "", "")))
                .hasMessageContaining("56 attoFIL or more")
                .satisfies(e -> assertThat(codeOf(e)).isEqualTo(MessageErrorCode.MESSAGE_BAD_FEES));
        assertThatThrownBy(() -> control().replace("a", fees("90", "80", "")))
                .hasMessageContaining("below the premium");
        assertThatThrownBy(() -> control().replace("a", fees("90", "200000000000", "")))
                .hasMessageContaining("--max-fee");
        assertThat(stage.candidates("a")).hasSize(1);
    }

    @Test
    void replace_whenItIsNotUnderWay_says() {
        assertThat(codeOf(catchThrowable(() -> control().replace("a", MessageControl.Fees.CHOSEN))))
                .isEqualTo(MessageErrorCode.MESSAGE_UNKNOWN);
        stage.outbox.send(stage.commit("a"));
        stage.chain.mine(2 + CONFIDENCE);
        assertThat(stage.outbox.found("a", CONFIDENCE)).isPresent();

        assertThat(codeOf(catchThrowable(() -> control().replace("a", MessageControl.Fees.CHOSEN))))
                .isEqualTo(MessageErrorCode.MESSAGE_NOT_UNDER_WAY);
    }

    @Test
    void cancel_whenNothingIsSigned_dropsTheWish() {
        stage.chain.balance(TokenAmount.ZERO);
        assertThat(catchThrowable(() ->
                        stage.outbox.send(stage.intent("deal/1", MessagePriority.DEAL, TokenAmount.ofFil("0.1")))))
                .isInstanceOf(InsufficientFundsException.class);
        stage.chain.balance(TokenAmount.ofFil(10));

        assertThat(control().cancel("deal/1", false).record().state()).isEqualTo(MessageState.CANCELLED);

        assertThat(codeOf(catchThrowable(() ->
                        stage.outbox.send(stage.intent("deal/1", MessagePriority.DEAL, TokenAmount.ofFil("0.1"))))))
                .isEqualTo(MessageErrorCode.MESSAGE_CANCELLED);
        assertThat(codeOf(catchThrowable(() -> stage.outbox.found("deal/1", 0))))
                .isEqualTo(MessageErrorCode.MESSAGE_CANCELLED);
        assertThat(stage.chain.pushes()).isEmpty();
    }

    @Test
    void cancel_whenItIsSigned_usesTheNonceForNothingAndTellsWhoAsked() {
        sendDeal();

        var view = control().cancel("deal/1", false);
        stage.chain.mine(2 + CONFIDENCE);
        assertThat(stage.outbox.found("deal/1", CONFIDENCE))
                .as("not certain yet")
                .isEmpty();
        stage.pass(32);

        Message executed = stage.chain.executed().getFirst().message();
        assertThat(executed.to()).isEqualTo(stage.key.address());
        assertThat(executed.value()).isEqualTo(TokenAmount.ZERO);
        assertThat(executed.cid()).isNotEqualTo(view.candidates().getFirst().cid());
        assertThat(stage.outbox.record("deal/1").orElseThrow().state()).isEqualTo(MessageState.CANCELLED);
        assertThat(codeOf(catchThrowable(() -> stage.outbox.found("deal/1", 0))))
                .isEqualTo(MessageErrorCode.MESSAGE_CANCELLED);
        assertThat(codeOf(catchThrowable(() -> stage.outbox.resume("deal/1"))))
                .isEqualTo(MessageErrorCode.MESSAGE_CANCELLED);
        stage.outbox.send(stage.commit("next"));
        assertThat(stage.candidates("next").getFirst().number()).isEqualTo(1);
        stage.chain.mine(1);
        assertThat(stage.chain.executed()).hasSize(2);
    }

    private void sendDeal() {
        stage.outbox.send(stage.intent("deal/1", MessagePriority.DEAL, TokenAmount.ofFil("0.1")));
    }

    @Test
    void cancel_whenTheMessageIsExecutedFirst_endsAsItWasMeant() {
        sendDeal();
        control().cancel("deal/1", false);
        stage.chain.executeForeign(SignedWish.signed(stage.candidates("deal/1").getFirst()));
        stage.pass(40);

        assertThat(stage.outbox.found("deal/1", CONFIDENCE).orElseThrow().message())
                .isEqualTo(stage.candidates("deal/1").getFirst().cid());
        assertThat(stage.outbox.record("deal/1").orElseThrow().state()).isEqualTo(MessageState.DONE);
    }

    /** A transfer of nothing that was signed elsewhere: by a restored copy of the database, or by hand. */
    @Test
    void cancel_whenAnUnknownMessageThatDoesNothingIsExecuted_endsAsCancelled() {
        sendDeal();
        control().cancel("deal/1", false);
        var cancel = SignedWish.message(stage.candidates("deal/1").getLast());
        var unknown = cancel.withGas(cancel.gasLimit() + 1, cancel.gasFeeCap(), cancel.gasPremium());
        stage.chain.executeForeign(new SignedMessage(unknown, stage.key.sign(unknown.signingBytes())));
        stage.pass(40);

        assertThat(stage.outbox.record("deal/1").orElseThrow().state()).isEqualTo(MessageState.CANCELLED);
        assertThat(codeOf(catchThrowable(() -> stage.outbox.found("deal/1", CONFIDENCE))))
                .isEqualTo(MessageErrorCode.MESSAGE_CANCELLED);
    }

    @Test
    void cancel_whenItIsStuckItself_isReplacedByADearerCancel() {
        sendDeal();
        control().cancel("deal/1", false);
        stage.chain.baseFee(TokenAmount.ofAtto(100_000));
        stage.pass(COMMIT_PATIENCE + 40);

        assertThat(stage.candidates("deal/1").getLast().purpose()).isEqualTo(Purpose.CANCEL);
        assertThat(stage.candidates("deal/1")).hasSizeGreaterThan(2);
        assertThat(stage.outbox.record("deal/1").orElseThrow().state()).isEqualTo(MessageState.CANCELLED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"push", "push!"})
    void cancel_whenTheProcessDies_goesOnAfterTheRestart(String death) {
        sendDeal();
        stage.chain.onCall(call -> {
            if (call.equals(death)) {
                throw new FakeChain.Crash();
            }
        });
        assertThat(catchThrowable(() -> control().cancel("deal/1", false))).isInstanceOf(FakeChain.Crash.class);

        stage.restart();
        stage.pass(35);

        assertThat(stage.outbox.record("deal/1").orElseThrow().state()).isEqualTo(MessageState.CANCELLED);
    }

    @ParameterizedTest
    @EnumSource(names = {"WINDOW_POST", "RECOVERY", "FAULT", "COMMIT"})
    void cancel_whenItWouldCostPowerOrADeposit_asksForMore(MessagePriority priority) {
        stage.outbox.send(stage.intent("a", priority, TokenAmount.ofAtto(500_000_000)));

        assertThat(codeOf(catchThrowable(() -> control().cancel("a", false)))).isEqualTo(MessageErrorCode.MESSAGE_KEEP);
        assertThat(stage.candidates("a")).hasSize(1);

        control().cancel("a", true);

        assertThat(stage.candidates("a").getLast().purpose()).isEqualTo(Purpose.CANCEL);
    }
}
