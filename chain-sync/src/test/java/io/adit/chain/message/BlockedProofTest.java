package io.adit.chain.message;

import static io.adit.chain.message.OutboxStage.CONFIDENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.error.AditException;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.MessageCandidate.Purpose;
import io.adit.core.state.MessageState;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A message that cannot be paid for, and a window proof of the same address behind it. */
final class BlockedProofTest {
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

    private static SignedMessage signed(OutboxStage stage, String key, int number) {
        return SignedWish.signed(stage.candidates(key).get(number - 1));
    }

    /** The pre-commit's deposit is gone from the balance, so a dearer one could not be executed. */
    private void blockedByLackOfFunds() {
        stage.outbox.send(stage.commit("precommit/1"));
        stage.outbox.send(stage.proof("post/1"));
        stage.chain.premium(TokenAmount.ofAtto(700));
        stage.chain.balance(TokenAmount.ofFil("0.5"));
    }

    private void madeWay() {
        blockedByLackOfFunds();
        stage.pass(3);
        assertThat(stage.candidates("precommit/1"))
                .extracting(candidate -> candidate.purpose())
                .containsExactly(Purpose.SEND, Purpose.MAKE_WAY);
    }

    @Test
    void settle_whenNoFeeWithinTheFundsGetsTheBlockerThrough_usesItsNonceForNothing() {
        blockedByLackOfFunds();

        stage.pass(7);

        assertThat(stage.chain.executed())
                .extracting(signed -> signed.message().method())
                .containsExactly(0L, 5L);
        assertThat(stage.outbox.found("precommit/1", CONFIDENCE)).isEmpty();
        stage.pass(32);
        assertThatThrownBy(() -> stage.outbox.found("precommit/1", CONFIDENCE))
                .hasMessageContaining("to be sent anew")
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(MessageErrorCode.MESSAGE_NONCE_TAKEN));
        var record = stage.outbox.record("precommit/1").orElseThrow();
        assertThat(record.state()).isEqualTo(MessageState.FAILED);
        assertThat(record.gasCost()).isPresent();
    }

    @Test
    void settle_whenTheOriginalIsMinedAfterAll_settlesWithItAndTheProofFollows() {
        madeWay();
        assertThat(stage.outbox
                        .control()
                        .find("precommit/1")
                        .orElseThrow()
                        .why()
                        .orElse(""))
                .contains("candidate 2 of 2, makes way for what waits behind it");
        stage.chain.executeForeign(signed(stage, "precommit/1", 1));
        stage.pass(2 + CONFIDENCE);

        assertThat(stage.outbox.found("precommit/1", CONFIDENCE).orElseThrow().message())
                .isEqualTo(stage.candidates("precommit/1").getFirst().cid());
        assertThat(stage.outbox.record("precommit/1").orElseThrow().state()).isEqualTo(MessageState.DONE);
        assertThat(stage.chain.executed())
                .extracting(signed -> signed.message().method())
                .containsExactly(28L, 5L);
    }

    @Test
    void settle_whenItDiesAndIsRestartedWhileMakingWay_goesOnWithTheStoredBytes() {
        blockedByLackOfFunds();
        stage.pass(2);
        stage.chain.mine(1);
        stage.chain.onCall(call -> {
            if (call.equals("push!")) {
                throw new FakeChain.Crash();
            }
        });
        assertThat(catchThrowable(() -> stage.outbox.settle())).isInstanceOf(FakeChain.Crash.class);

        stage.restart();
        stage.pass(5);

        assertThat(stage.chain.executed())
                .extracting(signed -> signed.message().method())
                .containsExactly(0L, 5L);
        assertThat(stage.candidates("precommit/1")).hasSize(2);
    }

    /** What the empty message may cost is cheaper than the blocker, and still too little at this base fee. */
    @Test
    void settle_whenNotEvenTheEmptyMessageCanBePaid_waitsWithoutSigningAndGoesOnWhenTheBaseFeeFalls() {
        blockedByLackOfFunds();
        stage.chain.baseFee(TokenAmount.ofFil("0.000001"));
        stage.pass(30);
        assertThat(stage.candidates("precommit/1")).hasSize(1);
        assertThat(stage.chain.pushes()).hasSize(2);
        assertThat(stage.outbox.record("precommit/1").orElseThrow().error().orElse(""))
                .contains("the base fee is");

        stage.chain.baseFee(FakeChain.BASE_FEE);
        stage.pass(6);

        assertThat(stage.chain.executed())
                .extracting(signed -> signed.message().method())
                .containsExactly(0L, 5L);
    }

    private SignedMessage dearerByAnother(Message message, long premium) {
        var other =
                message.withGas(message.gasLimit(), TokenAmount.ofAtto(premium + 1_000), TokenAmount.ofAtto(premium));
        return new SignedMessage(other, stage.key.sign(other.signingBytes()));
    }

    /** The node had a dearer one once, as after a backup of this node's database was restored. */
    @Test
    void settle_whenThePoolHasADearerOneThatNobodyHereKnows_paysMoreThanThat() {
        stage.outbox.send(stage.commit("precommit/1"));
        stage.outbox.send(stage.proof("post/1"));
        stage.chain.premium(TokenAmount.ofAtto(6_000));
        stage.chain.poolHolds(dearerByAnother(signed(stage, "precommit/1", 1).message(), 5_000));

        stage.pass(5);

        assertThat(stage.chain.executed())
                .extracting(signed -> signed.message().method())
                .containsExactly(28L, 5L);
        assertThat(signed(stage, "precommit/1", 2).message().gasPremium())
                .isEqualTo(BaseFees.replacing(TokenAmount.ofAtto(5_000)));
    }

    /** The pool refuses the empty message as too cheap: it has a dearer candidate, and says so only then. */
    @Test
    void settle_whenTheEmptyMessageIsRefusedAsTooCheap_outbidsWhatThePoolHasWithinAFewEpochs() {
        blockedByLackOfFunds();
        var known = new boolean[1];
        stage.chain.onCall(call -> {
            if (call.equals("push") && !known[0]) {
                known[0] = true;
                stage.chain.poolHolds(
                        dearerByAnother(signed(stage, "precommit/1", 1).message(), 650));
            }
        });
        int before = stage.chain.pushes().size();

        stage.pass(8);

        assertThat(known[0]).isTrue();
        assertThat(stage.chain.executed())
                .extracting(signed -> signed.message().method())
                .containsExactly(0L, 5L);
        assertThat(stage.chain.pushes().size() - before).isLessThan(8);
    }

    @Test
    void settle_whenAForeignMessageTookThePlaceInThePool_outbidsIt() {
        stage.outbox.send(stage.proof("post/1"));
        stage.chain.premium(TokenAmount.ofAtto(6_000));
        var foreign = Message.unpriced(stage.key.address(), OutboxStage.MINER, TokenAmount.ofFil(9), 0, new byte[0])
                .withGas(500_000, TokenAmount.ofAtto(2_000), TokenAmount.ofAtto(1_000));
        stage.chain.poolHolds(new SignedMessage(foreign, stage.key.sign(foreign.signingBytes())));

        stage.pass(5);

        assertThat(stage.chain.executed())
                .extracting(signed -> signed.message().method())
                .containsExactly(5L);
    }

    /** The node forgot the pre-commit and does not take it again: its sender lacks the deposit. */
    @Test
    void send_whenTheNodeRefusesWhatIsInFrontForLackOfFunds_usesItsNonceForNothing() {
        stage.outbox.send(stage.commit("precommit/1"));
        stage.chain.forgetPool();
        stage.chain.balance(TokenAmount.ofFil("0.5"));
        stage.chain.refuse(message -> !message.value().isZero());

        assertThat(catchThrowable(() -> stage.outbox.send(stage.proof("post/1"))))
                .as("the funds are free once the empty message is executed")
                .isInstanceOf(InsufficientFundsException.class);
        stage.pass(2);
        stage.outbox.send(stage.proof("post/1"));
        stage.pass(2);

        assertThat(stage.chain.executed())
                .extracting(signed -> signed.message().method())
                .containsExactly(0L, 5L);
    }

    @Test
    void send_whenTheNodeRefusesWhatIsInFrontForWhatItIs_usesItsNonceForNothing() {
        stage.outbox.send(stage.commit("precommit/1"));
        stage.chain.forgetPool();
        stage.chain.refuse(message -> !message.value().isZero());

        stage.outbox.send(stage.proof("post/1"));
        stage.pass(2);

        assertThat(stage.chain.executed())
                .extracting(signed -> signed.message().method())
                .containsExactly(0L, 5L);
    }

    @Test
    void settle_whenTheNodeForgotBothAndRefusesTheOneInFront_usesItsNonceForNothing() {
        stage.outbox.send(stage.commit("precommit/1"));
        stage.outbox.send(stage.proof("post/1"));
        stage.chain.forgetPool();
        stage.chain.balance(TokenAmount.ofFil("0.5"));
        stage.chain.refuse(message -> !message.value().isZero());

        stage.outbox.settle();
        stage.pass(2);

        assertThat(stage.chain.executed())
                .extracting(signed -> signed.message().method())
                .containsExactly(0L, 5L);
    }

    @Test
    void send_whenTheNodeRefusesTheEmptyMessageToo_keepsEverythingAsItWas() {
        stage.outbox.send(stage.commit("precommit/1"));
        stage.chain.forgetPool();
        stage.chain.refuse(message -> true);

        assertThatThrownBy(() -> stage.outbox.send(stage.proof("post/1")))
                .hasMessageContaining("behind precommit/1, nonce 0");

        assertThat(stage.candidates("precommit/1")).hasSize(1);
        assertThat(stage.outbox.record("precommit/1").orElseThrow().cid())
                .contains(stage.candidates("precommit/1").getFirst().cid());
        stage.chain.refuse(message -> false);
        stage.outbox.send(stage.proof("post/1"));
        stage.pass(2);
        assertThat(stage.chain.executed())
                .extracting(signed -> signed.message().method())
                .containsExactly(28L, 5L);
    }

    /** A proof in front of a proof is as urgent as that, and is never given up for it while its window is open. */
    @Test
    void settle_whenWhatIsInFrontKeepsPowerItself_keepsIt() {
        stage.outbox.send(stage.intent("faults/1", MessagePriority.FAULT, TokenAmount.ofFil("0.1")));
        stage.outbox.send(stage.proof("post/1"));
        stage.chain.premium(TokenAmount.ofAtto(700));
        stage.chain.balance(TokenAmount.ofFil("0.5"));

        stage.pass(20);

        assertThat(stage.candidates("faults/1"))
                .extracting(candidate -> candidate.purpose())
                .containsOnly(Purpose.SEND);
    }
}
