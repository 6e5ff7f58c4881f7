package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

import io.adit.core.fil.TokenAmount;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Another program sends with the same key. */
final class OutboxForeignNonceTest extends OutboxCase {
    private static MessageIntent proof(String name) {
        return intent(name, MessagePriority.WINDOW_POST, TokenAmount.ofFil(5));
    }

    private void pass(int epochs) {
        for (int i = 0; i < epochs; i++) {
            chain.mine(1);
            outbox.settle();
        }
    }

    private Optional<MessageRecord> fill() {
        return outbox.record("gap/" + KEY.address() + "/0");
    }

    /** A proof with nonce 1, behind a message of another program that is in the pool. */
    private void proofBehindForeign() {
        chain.premium(TokenAmount.ofAtto(50));
        chain.poolHolds(foreign(0));
        outbox.send(proof("post/1"));
        assertThat(outbox.record("post/1").orElseThrow().nonce()).hasValue(1);
    }

    private void assertEmptyThenProof() {
        assertThat(chain.executed())
                .extracting(
                        signed -> signed.message().nonce(),
                        signed -> signed.message().method())
                .containsExactly(tuple(0L, 0L), tuple(1L, 28L));
        assertThat(chain.executed().getFirst().message().to()).isEqualTo(KEY.address());
    }

    @Test
    void settle_whenAForeignMessageVanishesFromThePool_fillsItsNonceAndTheProofGoesThroughInAFewEpochs() {
        proofBehindForeign();
        chain.poolForgets(0);

        pass(5);

        assertEmptyThenProof();
        assertThat(outbox.found("post/1", 0)).isPresent();
        pass(32);
        assertThat(fill().orElseThrow().state()).isEqualTo(MessageState.DONE);
    }

    @Test
    void settle_whenTwoForeignMessagesVanish_fillsBoth() {
        chain.premium(TokenAmount.ofAtto(50));
        chain.poolHolds(foreign(0));
        chain.poolHolds(foreign(1));
        outbox.send(proof("post/1"));
        chain.forgetPool();

        pass(5);

        assertThat(chain.executed()).hasSize(3);
        assertThat(outbox.found("post/1", 0)).isPresent();
    }

    @Test
    void settle_whenTheForeignMessageIsBackAtTheNextHead_leavesTheNonceToIt() {
        proofBehindForeign();
        chain.poolForgets(0);
        pass(2);
        chain.poolHolds(foreign(0));
        pass(1);
        chain.poolForgets(0);
        pass(2);

        assertThat(fill()).isEmpty();
    }

    @Test
    void settle_whenTheForeignMessageIsMinedAfterTheGapWasFilled_countsTheFillAsTaken() {
        proofBehindForeign();
        chain.poolForgets(0);
        chain.premium(TokenAmount.ofAtto(5_000));
        pass(3);
        assertThat(fill().orElseThrow().state()).isEqualTo(MessageState.PUSHED);
        chain.executeForeign(foreign(0));
        pass(40);

        assertThat(fill().orElseThrow().state()).isEqualTo(MessageState.FAILED);
        assertThat(outbox.found("post/1", CONFIDENCE)).isPresent();
        assertThat(chain.executed()).hasSize(2);
    }

    @Test
    void settle_whenItDiesWhileFillingAGap_pushesTheStoredBytesAfterTheRestart() {
        proofBehindForeign();
        chain.poolForgets(0);
        pass(2);
        chain.mine(1);
        // The first push of a head is the proof's own, which the node is told of again.
        var pushes = new AtomicInteger();
        chain.onCall(call -> {
            if (call.equals("push") && pushes.incrementAndGet() == 2) {
                throw new FakeChain.Crash();
            }
        });
        assertThat(catchThrowable(() -> outbox.settle())).isInstanceOf(FakeChain.Crash.class);

        restart();
        pass(1);

        assertSameBytesPerNonce();
        assertEmptyThenProof();
    }

    /** A proof that is executed twice costs gas, one that is executed never costs power. */
    @ParameterizedTest
    @CsvSource({"WINDOW_POST,6", "FAULT,6", "COMMIT,31"})
    void found_whenAnotherProgramTookTheNonceOnTheChain_saysSoTheSoonerTheMoreItMatters(
            MessagePriority priority, int expected) {
        outbox.send(intent("a", priority, TokenAmount.ofFil(1)));
        chain.executeForeign(foreign(0));
        int epochs = 0;
        while (catchThrowable(() -> outbox.found("a", 2)) == null && epochs < 100) {
            pass(1);
            epochs++;
        }

        assertThat(epochs).isEqualTo(expected);
    }

    /** The proof was told to be lost, and another was sent; then the chain takes the foreign message back. */
    @Test
    void settle_whenAReorganisationOpensAGapWhereAMessageWasGivenUp_fillsItAndNeverSendsThatOneAgain() {
        outbox.send(proof("post/1"));
        chain.executeForeign(foreign(0));
        chain.mine(7);
        assertThat(codeOf(catchThrowable(() -> outbox.found("post/1", 2))))
                .isEqualTo(MessageErrorCode.MESSAGE_NONCE_TAKEN);
        outbox.send(proof("post/2"));

        chain.reorganise(8);
        pass(6);

        assertEmptyThenProof();
        assertThat(outbox.found("post/2", 0)).isPresent();
        pass(32);
        assertThat(codeOf(catchThrowable(() -> outbox.found("post/1", 2))))
                .isEqualTo(MessageErrorCode.MESSAGE_NONCE_TAKEN);
    }

    @Test
    void send_whenAnotherProgramTakesTheNonceBeforeThePush_signsAnew() {
        var taken = new ArrayList<Boolean>();
        chain.onCall(call -> {
            if (call.equals("push") && taken.isEmpty()) {
                taken.add(true);
                chain.executeForeign(foreign(0));
            }
        });

        var cid = outbox.send(intent("a"));
        chain.mine(2);

        assertThat(outbox.found("a", 0).orElseThrow().message()).isEqualTo(cid);
        assertThat(chain.executed().getLast().message().nonce()).isEqualTo(1);
    }

    @Test
    void found_whenAnotherProgramTookTheNonceForGood_saysSo() {
        outbox.send(intent("a"));
        chain.executeForeign(foreign(0));
        chain.mine(CONFIDENCE + 2);
        assertThat(outbox.found("a", CONFIDENCE))
                .as("not deep enough to give up")
                .isEmpty();
        chain.mine(30);

        assertThat(codeOf(catchThrowable(() -> outbox.found("a", CONFIDENCE))))
                .isEqualTo(MessageErrorCode.MESSAGE_NONCE_TAKEN);
        assertThat(codeOf(catchThrowable(() -> outbox.send(intent("a")))))
                .isEqualTo(MessageErrorCode.MESSAGE_NONCE_TAKEN);
        assertThat(codeOf(catchThrowable(() -> outbox.found("a", CONFIDENCE))))
                .as("at every call, not only at the first")
                .isEqualTo(MessageErrorCode.MESSAGE_NONCE_TAKEN);
        outbox.send(intent("b"));
        chain.mine(2);

        assertThat(outbox.found("b", 0)).isPresent();
    }
}
