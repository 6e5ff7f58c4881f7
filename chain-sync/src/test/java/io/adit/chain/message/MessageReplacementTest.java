package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageCandidate;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageReplacementTest {
    private static final int CONFIDENCE = OutboxStage.CONFIDENCE;
    private static final int COMMIT_PATIENCE = OutboxStage.COMMIT_PATIENCE;

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

    private List<Message> messages(String key) {
        return stage.candidates(key).stream().map(SignedWish::message).toList();
    }

    private static SignedMessage signed(MessageCandidate candidate) {
        return SignedMessage.fromCbor(candidate.signedMessage().array());
    }

    /** A commit whose second candidate is in the pool. */
    private void sendAndReplace(String key) {
        stage.outbox.send(stage.commit(key));
        stage.chain.baseFee(TokenAmount.ofAtto(100_000));
        stage.pass(COMMIT_PATIENCE);
        assertThat(stage.candidates(key)).hasSize(2);
    }

    @Test
    void settle_whenTheBaseFeeRoseAboveTheCap_replacesAndExecutes() {
        stage.outbox.send(stage.commit("commit/1"));
        stage.chain.baseFee(TokenAmount.ofAtto(10_000));

        stage.pass(COMMIT_PATIENCE - 1);
        assertThat(stage.candidates("commit/1")).as("it has patience").hasSize(1);
        stage.pass(1);
        var second = messages("commit/1").get(1);
        stage.pass(2 + CONFIDENCE);

        assertThat(second.gasPremium()).isEqualTo(TokenAmount.ofAtto(50 * 125 / 100 + 1));
        assertThat(second.gasFeeCap().compareTo(TokenAmount.ofAtto(30_000)))
                .as("room for the base fee to rise for ten epochs")
                .isPositive();
        assertThat(second.nonce()).isZero();
        assertThat(stage.outbox.found("commit/1", CONFIDENCE).orElseThrow().message())
                .isEqualTo(stage.candidates("commit/1").get(1).cid());
        var record = stage.outbox.record("commit/1").orElseThrow();
        assertThat(record.state()).isEqualTo(MessageState.DONE);
        assertThat(record.cid()).contains(stage.candidates("commit/1").get(1).cid());
        assertThat(stage.chain.executed()).hasSize(1);
    }

    @Test
    void settle_whenThePremiumIsTooLowForTheProducers_paysWhatTheNodeAsksFor() {
        stage.outbox.send(stage.commit("commit/1"));
        stage.chain.premium(TokenAmount.ofAtto(700));

        stage.pass(COMMIT_PATIENCE + 2 + CONFIDENCE);

        assertThat(messages("commit/1").get(1).gasPremium()).isEqualTo(TokenAmount.ofAtto(700));
        assertThat(stage.outbox.found("commit/1", CONFIDENCE)).isPresent();
    }

    @Test
    void settle_whenTheMessagePaysEnough_leavesItForAWhile() {
        stage.outbox.send(stage.commit("commit/1"));
        var waiting = stage.chain.mpoolPending(TipSetKey.EMPTY).getFirst();
        // Producers that leave a message out although it pays what the node estimates.
        stage.chain.premium(TokenAmount.ofAtto(60));
        for (int epoch = 0; epoch < 4 * COMMIT_PATIENCE - 1; epoch++) {
            stage.pass(1);
        }
        assertThat(stage.chain.mpoolPending(TipSetKey.EMPTY)).containsExactly(waiting);
        assertThat(stage.candidates("commit/1")).hasSize(1);

        stage.pass(1);

        assertThat(stage.candidates("commit/1")).as("four times the patience").hasSize(2);
    }

    @Test
    void settle_whenTheFirstIsMinedAfterTheSecondWasPushed_settlesWithTheFirst() {
        sendAndReplace("commit/1");
        stage.chain.executeForeign(signed(stage.candidates("commit/1").getFirst()));
        stage.pass(2 + CONFIDENCE);

        var lookup = stage.outbox.found("commit/1", CONFIDENCE).orElseThrow();

        assertThat(lookup.message())
                .isEqualTo(stage.candidates("commit/1").getFirst().cid());
        assertThat(stage.outbox.record("commit/1").orElseThrow().cid()).contains(lookup.message());
    }

    @Test
    void found_whenAReorganisationSwapsWhichOneIsExecuted_followsAndKeepsOneOutcome() {
        sendAndReplace("commit/1");
        var both = stage.candidates("commit/1");
        stage.pass(2 + CONFIDENCE);
        assertThat(stage.outbox.found("commit/1", CONFIDENCE).orElseThrow().message())
                .isEqualTo(both.get(1).cid());

        stage.chain.reorganise(2 + CONFIDENCE);
        stage.chain.executeForeign(signed(both.getFirst()));
        stage.pass(2 + CONFIDENCE);

        assertThat(stage.outbox.found("commit/1", CONFIDENCE).orElseThrow().message())
                .isEqualTo(both.getFirst().cid());
        assertThat(stage.outbox.record("commit/1").orElseThrow().cid())
                .contains(both.getFirst().cid());
        assertThat(stage.chain.executed()).hasSize(1);
    }

    /** Nobody asks again after the first answer, and the process is started anew meanwhile. */
    @Test
    void settle_whenAReorganisationSwapsWhichOneIsExecuted_followsUnasked() {
        sendAndReplace("commit/1");
        var both = stage.candidates("commit/1");
        stage.pass(2 + CONFIDENCE);
        assertThat(stage.outbox.found("commit/1", CONFIDENCE)).isPresent();
        stage.restart();

        stage.chain.reorganise(2 + CONFIDENCE);
        stage.chain.executeForeign(signed(both.getFirst()));
        stage.pass(35);

        assertThat(stage.outbox.record("commit/1").orElseThrow().cid())
                .contains(both.getFirst().cid());
    }

    @Test
    void found_whenAReorganisationTakesTheExecutedOneAway_pushesTheNewest() {
        sendAndReplace("commit/1");
        stage.pass(2 + CONFIDENCE);
        assertThat(stage.outbox.found("commit/1", CONFIDENCE)).isPresent();

        stage.chain.reorganise(4 + CONFIDENCE);
        assertThat(stage.outbox.found("commit/1", CONFIDENCE)).isEmpty();

        assertThat(stage.outbox.record("commit/1").orElseThrow().state()).isEqualTo(MessageState.PUSHED);
        stage.pass(2 + CONFIDENCE);
        assertThat(stage.outbox.found("commit/1", CONFIDENCE).orElseThrow().message())
                .isEqualTo(stage.candidates("commit/1").get(1).cid());
    }

    /** The pool of a real node takes back what the abandoned blocks carried. */
    @Test
    void settle_whenADeepReorganisationTakesASettledMessageBackAndItIsTooCheapNow_replacesIt() {
        stage.outbox.send(stage.commit("commit/1"));
        var first = stage.chain.mpoolPending(TipSetKey.EMPTY).getFirst();
        stage.pass(60);
        assertThat(stage.outbox.record("commit/1").orElseThrow().state()).isEqualTo(MessageState.DONE);

        stage.chain.premium(TokenAmount.ofAtto(700));
        stage.chain.reorganise(61);
        stage.chain.poolHolds(first);
        stage.outbox.send(stage.commit("commit/2"));
        stage.pass(COMMIT_PATIENCE + 2 + CONFIDENCE);

        assertThat(stage.candidates("commit/1")).hasSize(2);
        assertThat(stage.outbox.found("commit/2", CONFIDENCE)).isPresent();
        assertThat(stage.outbox.found("commit/1", CONFIDENCE)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"push", "push!"})
    void settle_whenTheProcessDiesWhileReplacing_hasTheBytesAndPushesThemAfterTheRestart(String death) {
        stage.outbox.send(stage.commit("commit/1"));
        stage.chain.baseFee(TokenAmount.ofAtto(10_000));
        stage.pass(COMMIT_PATIENCE - 1);
        stage.chain.mine(1);
        stage.chain.onCall(call -> {
            if (call.equals(death)) {
                throw new FakeChain.Crash();
            }
        });
        assertThatThrownBy(() -> stage.outbox.settle()).isInstanceOf(FakeChain.Crash.class);

        stage.restart();
        assertThat(stage.candidates("commit/1")).hasSize(2);
        assertThat(stage.chain.mpoolPending(TipSetKey.EMPTY))
                .extracting(SignedMessage::cid)
                .containsExactly(stage.candidates("commit/1").get(1).cid());
        stage.pass(2 + CONFIDENCE);

        assertThat(stage.outbox.found("commit/1", CONFIDENCE)).isPresent();
        assertThat(stage.candidates("commit/1")).as("not replaced twice").hasSize(2);
        assertThat(stage.chain.executed()).hasSize(1);
    }

    @Test
    void settle_whenTheSignerFails_keepsWhatThereIs() {
        stage.outbox.send(stage.commit("commit/1"));
        stage.chain.baseFee(TokenAmount.ofAtto(10_000));
        var dying = new MessageOutbox(
                stage.store,
                stage.chain,
                new Signer() {
                    @Override
                    public Set<Address> addresses() {
                        return Set.of(stage.key.address());
                    }

                    @Override
                    public Signature sign(Address key, byte[] message) {
                        throw new FakeChain.Crash();
                    }
                },
                InstantSource.system());
        stage.chain.mine(COMMIT_PATIENCE);

        assertThatThrownBy(dying::settle).isInstanceOf(FakeChain.Crash.class);
        assertThat(stage.candidates("commit/1")).hasSize(1);
        stage.restart();
        stage.pass(1 + CONFIDENCE);
        stage.pass(2);

        assertThat(stage.outbox.found("commit/1", CONFIDENCE)).isPresent();
    }

    @Test
    void settle_whenTheNodeHasOnlyAnOlderOne_pushesTheNewestAgain() {
        sendAndReplace("commit/1");
        stage.chain.baseFee(TokenAmount.ofAtto(1_000_000));
        stage.chain.forgetPool();
        stage.chain.poolHolds(signed(stage.candidates("commit/1").getFirst()));

        stage.pass(COMMIT_PATIENCE);

        assertThat(stage.chain.mpoolPending(TipSetKey.EMPTY))
                .extracting(SignedMessage::cid)
                .containsExactly(stage.candidates("commit/1").getLast().cid());
    }

    @Test
    void settle_whenThePoolLostEverything_pushesTheNewest() {
        sendAndReplace("commit/1");
        stage.chain.forgetPool();

        stage.outbox.settle();

        assertThat(stage.chain.mpoolPending(TipSetKey.EMPTY))
                .extracting(SignedMessage::cid)
                .containsExactly(stage.candidates("commit/1").get(1).cid());
    }

    @Test
    void settle_whenAWindowProofWaitsBehindAStuckMessage_replacesThatAtOnceAndBeyondItsLimit() {
        stage.outbox.send(stage.intent("withdraw/1", MessagePriority.BACKGROUND, TokenAmount.ofAtto(1_000_000_000)));
        stage.chain.baseFee(TokenAmount.ofAtto(2_000));
        stage.pass(10);
        assertThat(stage.candidates("withdraw/1")).hasSize(1);
        stage.outbox.send(stage.intent("post/1", MessagePriority.WINDOW_POST, TokenAmount.ofAtto(100_000_000_000L)));

        stage.pass(2);

        assertThat(messages("withdraw/1").getLast().maxFee()).isGreaterThan(TokenAmount.ofAtto(1_000_000_000));
        assertThat(stage.chain.executed()).hasSize(2);
    }

    @Test
    void settle_whenTheLimitBuysTooLittle_waitsAndGoesOnWhenTheBaseFeeFalls() {
        stage.outbox.send(stage.intent("commit/1", MessagePriority.COMMIT, TokenAmount.ofAtto(1_000_000_000)));
        stage.chain.baseFee(TokenAmount.ofAtto(1_001));
        stage.pass(3 * COMMIT_PATIENCE);
        assertThat(stage.candidates("commit/1")).hasSize(1);

        stage.chain.baseFee(TokenAmount.ofAtto(800));
        stage.pass(3 + CONFIDENCE);

        var last = messages("commit/1").getLast();
        assertThat(last.maxFee()).isLessThanOrEqualTo(TokenAmount.ofAtto(1_000_000_000));
        assertThat(stage.outbox.found("commit/1", CONFIDENCE)).isPresent();
    }

    @Test
    void settle_whenFundsAreShort_replacesWithinThem() {
        stage.outbox.send(stage.commit("commit/1"));
        stage.chain.balance(TokenAmount.ofFil(1).plus(TokenAmount.ofAtto(400_000_000)));
        stage.chain.baseFee(TokenAmount.ofAtto(320));

        stage.pass(COMMIT_PATIENCE);

        assertThat(messages("commit/1").getLast().gasFeeCap()).isEqualTo(TokenAmount.ofAtto(400));
    }

    @ParameterizedTest
    @CsvSource({"WINDOW_POST,60,3", "WINDOW_POST,9,1", "COMMIT,1000,20", "COMMIT,40,4", "BACKGROUND,100000,60"})
    void settle_whenTheEndIsNear_isLessPatient(MessagePriority priority, long left, int expected) {
        stage.chain.mine(1);
        var intent = stage.intent("a/1", priority, TokenAmount.ofAtto(300_000_000));
        stage.outbox.send(intent.dueBy(stage.chain.chainHead().height().plus(left)));
        stage.chain.premium(TokenAmount.ofAtto(70));
        int epochs = 0;
        while (stage.candidates("a/1").size() == 1 && epochs < 200) {
            stage.pass(1);
            epochs++;
        }

        assertThat(epochs).isEqualTo(expected);
    }

    private void sendProofDueSoon(TokenAmount maxFee) {
        stage.chain.mine(1);
        var proof = stage.intent("post/1", MessagePriority.WINDOW_POST, maxFee);
        stage.outbox.send(proof.dueBy(stage.chain.chainHead().height().plus(10)));
    }

    @Test
    void settle_whenTheProofsEndHasPassed_paysNoMoreForIt() {
        sendProofDueSoon(TokenAmount.ofFil(5));
        for (int epoch = 0; epoch < 11; epoch++) {
            stage.chain.premium(TokenAmount.ofAtto(1_000L << epoch));
            stage.pass(1);
        }
        int tries = stage.candidates("post/1").size();
        assertThat(tries).isGreaterThan(2);

        stage.chain.premium(TokenAmount.ofAtto(1_000_000_000L));
        stage.pass(30);

        assertThat(stage.candidates("post/1")).hasSize(tries);
    }

    @Test
    void settle_whenAMessageWaitsBehindAProofWhoseEndHasPassed_usesTheNonceForNothing() {
        sendProofDueSoon(TokenAmount.ofFil("0.001"));
        // More than the proof's limit buys, and less than the other's.
        stage.chain.premium(TokenAmount.ofAtto(10_000_000_000L));
        stage.pass(12);
        assertThat(stage.chain.executed()).isEmpty();
        stage.outbox.send(stage.commit("commit/1"));
        stage.pass(60);

        assertThat(stage.chain.executed()).hasSize(2);
        assertThat(stage.chain.executed().getFirst().message().method()).isZero();
        assertThat(stage.outbox.found("commit/1", CONFIDENCE)).isPresent();
    }

    /** The same thread signs both replacements; the proof is ready to be signed when it signs the first. */
    @Test
    void settle_whenAProofIsReadyMeanwhile_signsItBetweenTwoReplacements() throws Exception {
        stage.outbox.send(stage.commit("commit/1"));
        stage.outbox.send(stage.commit("commit/2"));
        stage.chain.baseFee(TokenAmount.ofAtto(10_000));
        stage.chain.mine(COMMIT_PATIENCE);
        var signers = Collections.synchronizedList(new ArrayList<String>());
        var proof = new AtomicReference<Thread>();
        var shared = new AtomicReference<MessageOutbox>();
        shared.set(new MessageOutbox(
                stage.store,
                stage.chain,
                new Signer() {
                    @Override
                    public Set<Address> addresses() {
                        return Set.of(stage.key.address());
                    }

                    @Override
                    public Signature sign(Address key, byte[] message) {
                        signers.add(Thread.currentThread().getName());
                        if (proof.get() == null) {
                            proof.set(Thread.ofPlatform()
                                    .name("proof")
                                    .start(() -> shared.get()
                                            .send(stage.intent(
                                                    "post/1", MessagePriority.WINDOW_POST, TokenAmount.ofFil(5)))));
                            await().until(() -> proof.get().getState() == Thread.State.WAITING);
                        }
                        return stage.key.sign(message);
                    }
                },
                InstantSource.system()));

        shared.get().settle();
        proof.get().join();

        assertThat(signers).hasSize(3);
        assertThat(signers.get(1)).isEqualTo("proof");
        assertThat(signers.get(2)).isEqualTo(signers.getFirst()).isNotEqualTo("proof");
    }

    @Test
    void found_whenAnotherProgramTookTheNonceOfTwoCandidates_saysSo() {
        sendAndReplace("commit/1");
        var foreign = Message.unpriced(stage.key.address(), Address.ofId(99), TokenAmount.ZERO, 0, new byte[0]);
        stage.chain.executeForeign(new SignedMessage(foreign, stage.key.sign(foreign.signingBytes())));
        stage.chain.mine(35);

        assertThatThrownBy(() -> stage.outbox.found("commit/1", CONFIDENCE))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(MessageErrorCode.MESSAGE_NONCE_TAKEN));
    }

    @Test
    void found_whenTheNodeLacksTheMessages_countsEveryCandidateAsOurs() {
        sendAndReplace("commit/1");
        stage.chain.executeForeign(signed(stage.candidates("commit/1").getFirst()));
        stage.chain.mine(40);
        stage.chain.importSnapshot(0);

        assertThat(stage.outbox.found("commit/1", CONFIDENCE).orElseThrow().message())
                .isEqualTo(stage.candidates("commit/1").getFirst().cid());
    }

    @Test
    void settle_whenEveryEpochIsDearer_paysAQuarterMoreEachTimeAndNeverTooLittleForThePool() {
        stage.outbox.send(stage.intent("post/1", MessagePriority.WINDOW_POST, TokenAmount.ofFil(5)));
        var premiums = new ArrayList<TokenAmount>();
        for (int round = 1; round < 8; round++) {
            stage.chain.premium(TokenAmount.ofAtto(1_000L * round * round));
            stage.pass(3);
        }
        messages("post/1").forEach(message -> premiums.add(message.gasPremium()));

        assertThat(premiums).hasSizeGreaterThan(3);
        for (int i = 1; i < premiums.size(); i++) {
            assertThat(premiums.get(i)).isGreaterThanOrEqualTo(BaseFees.replacing(premiums.get(i - 1)));
        }
        var first = stage.candidates("post/1").getFirst().cid();
        Optional<MessageRecord> byFirst = stage.store.read(tx -> tx.messages().findByCid(first));
        assertThat(byFirst).isEqualTo(stage.outbox.record("post/1"));
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,2", "3,4", "4,6", "100,126", "100000,125001", "100001,125002"})
    void replacing_isLotusComputeRbf(long premium, long least) {
        assertThat(BaseFees.replacing(TokenAmount.ofAtto(premium))).isEqualTo(TokenAmount.ofAtto(least));
    }
}
