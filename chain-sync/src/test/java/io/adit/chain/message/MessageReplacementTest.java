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
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageCandidate;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.MessageState;
import io.adit.core.state.SqlStateStore;
import java.nio.file.Path;
import java.security.SecureRandom;
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
    private static final int CONFIDENCE = 5;
    private static final int COMMIT_PATIENCE = 20;
    private static final PrivateKey KEY = PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom());

    @TempDir
    Path directory;

    private final FakeChain chain = new FakeChain(KEY.address());
    private SqlStateStore store;
    private MessageOutbox outbox;

    @BeforeEach
    void open() {
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        outbox = new MessageOutbox(store, chain, new OneKey(), InstantSource.system());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void restart() {
        chain.heal();
        store.close();
        open();
        outbox.resumeAll();
    }

    private record OneKey() implements Signer {
        @Override
        public Set<Address> addresses() {
            return Set.of(KEY.address());
        }

        @Override
        public Signature sign(Address address, byte[] message) {
            return KEY.sign(message);
        }
    }

    private static MessageIntent intent(String key, MessagePriority priority, TokenAmount maxFee) {
        return new MessageIntent(
                key,
                KEY.address(),
                Address.ofId(1000),
                TokenAmount.ofFil(1),
                28,
                new byte[] {(byte) 0x80},
                maxFee,
                priority);
    }

    private static MessageIntent commit(String key) {
        return intent(key, MessagePriority.COMMIT, TokenAmount.ofFil("0.1"));
    }

    /** Epochs go by, and the node looks at each head. */
    private void pass(int epochs) {
        for (int i = 0; i < epochs; i++) {
            chain.mine(1);
            outbox.settle();
        }
    }

    private List<MessageCandidate> candidates(String key) {
        return store.read(tx -> tx.messages().candidates(key));
    }

    private List<Message> messages(String key) {
        return candidates(key).stream().map(SignedWish::message).toList();
    }

    private static SignedMessage signed(MessageCandidate candidate) {
        return SignedMessage.fromCbor(candidate.signedMessage().array());
    }

    /** A commit whose second candidate is in the pool. */
    private void sendAndReplace(String key) {
        outbox.send(commit(key));
        chain.baseFee(TokenAmount.ofAtto(100_000));
        pass(COMMIT_PATIENCE);
        assertThat(candidates(key)).hasSize(2);
    }

    @Test
    void settle_whenTheBaseFeeRoseAboveTheCap_replacesAndExecutes() {
        outbox.send(commit("commit/1"));
        chain.baseFee(TokenAmount.ofAtto(10_000));

        pass(COMMIT_PATIENCE - 1);
        assertThat(candidates("commit/1")).as("it has patience").hasSize(1);
        pass(1);
        var second = messages("commit/1").get(1);
        pass(2 + CONFIDENCE);

        assertThat(second.gasPremium()).isEqualTo(TokenAmount.ofAtto(50 * 125 / 100 + 1));
        assertThat(second.gasFeeCap().compareTo(TokenAmount.ofAtto(30_000)))
                .as("room for the base fee to rise for ten epochs")
                .isPositive();
        assertThat(second.nonce()).isZero();
        assertThat(outbox.found("commit/1", CONFIDENCE).orElseThrow().message())
                .isEqualTo(candidates("commit/1").get(1).cid());
        var record = outbox.record("commit/1").orElseThrow();
        assertThat(record.state()).isEqualTo(MessageState.DONE);
        assertThat(record.cid()).contains(candidates("commit/1").get(1).cid());
        assertThat(chain.executed()).hasSize(1);
    }

    @Test
    void settle_whenThePremiumIsTooLowForTheProducers_paysWhatTheNodeAsksFor() {
        outbox.send(commit("commit/1"));
        chain.premium(TokenAmount.ofAtto(700));

        pass(COMMIT_PATIENCE + 2 + CONFIDENCE);

        assertThat(messages("commit/1").get(1).gasPremium()).isEqualTo(TokenAmount.ofAtto(700));
        assertThat(outbox.found("commit/1", CONFIDENCE)).isPresent();
    }

    @Test
    void settle_whenTheMessagePaysEnough_leavesItForAWhile() {
        outbox.send(commit("commit/1"));
        var waiting = chain.mpoolPending(TipSetKey.EMPTY).getFirst();
        // Producers that leave a message out although it pays what the node estimates.
        chain.premium(TokenAmount.ofAtto(60));
        for (int epoch = 0; epoch < 4 * COMMIT_PATIENCE - 1; epoch++) {
            pass(1);
        }
        assertThat(chain.mpoolPending(TipSetKey.EMPTY)).containsExactly(waiting);
        assertThat(candidates("commit/1")).hasSize(1);

        pass(1);

        assertThat(candidates("commit/1")).as("four times the patience").hasSize(2);
    }

    @Test
    void settle_whenTheFirstIsMinedAfterTheSecondWasPushed_settlesWithTheFirst() {
        sendAndReplace("commit/1");
        chain.executeForeign(signed(candidates("commit/1").getFirst()));
        pass(2 + CONFIDENCE);

        var lookup = outbox.found("commit/1", CONFIDENCE).orElseThrow();

        assertThat(lookup.message()).isEqualTo(candidates("commit/1").getFirst().cid());
        assertThat(outbox.record("commit/1").orElseThrow().cid()).contains(lookup.message());
    }

    @Test
    void found_whenAReorganisationSwapsWhichOneIsExecuted_followsAndKeepsOneOutcome() {
        sendAndReplace("commit/1");
        var both = candidates("commit/1");
        pass(2 + CONFIDENCE);
        assertThat(outbox.found("commit/1", CONFIDENCE).orElseThrow().message())
                .isEqualTo(both.get(1).cid());

        chain.reorganise(2 + CONFIDENCE);
        chain.executeForeign(signed(both.getFirst()));
        pass(2 + CONFIDENCE);

        assertThat(outbox.found("commit/1", CONFIDENCE).orElseThrow().message())
                .isEqualTo(both.getFirst().cid());
        assertThat(outbox.record("commit/1").orElseThrow().cid())
                .contains(both.getFirst().cid());
        assertThat(chain.executed()).hasSize(1);
    }

    /** Nobody asks again after the first answer, and the process is started anew meanwhile. */
    @Test
    void settle_whenAReorganisationSwapsWhichOneIsExecuted_followsUnasked() {
        sendAndReplace("commit/1");
        var both = candidates("commit/1");
        pass(2 + CONFIDENCE);
        assertThat(outbox.found("commit/1", CONFIDENCE)).isPresent();
        restart();

        chain.reorganise(2 + CONFIDENCE);
        chain.executeForeign(signed(both.getFirst()));
        pass(35);

        assertThat(outbox.record("commit/1").orElseThrow().cid())
                .contains(both.getFirst().cid());
    }

    @Test
    void found_whenAReorganisationTakesTheExecutedOneAway_pushesTheNewest() {
        sendAndReplace("commit/1");
        pass(2 + CONFIDENCE);
        assertThat(outbox.found("commit/1", CONFIDENCE)).isPresent();

        chain.reorganise(4 + CONFIDENCE);
        assertThat(outbox.found("commit/1", CONFIDENCE)).isEmpty();

        assertThat(outbox.record("commit/1").orElseThrow().state()).isEqualTo(MessageState.PUSHED);
        pass(2 + CONFIDENCE);
        assertThat(outbox.found("commit/1", CONFIDENCE).orElseThrow().message())
                .isEqualTo(candidates("commit/1").get(1).cid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"push", "push!"})
    void settle_whenTheProcessDiesWhileReplacing_hasTheBytesAndPushesThemAfterTheRestart(String death) {
        outbox.send(commit("commit/1"));
        chain.baseFee(TokenAmount.ofAtto(10_000));
        pass(COMMIT_PATIENCE - 1);
        chain.mine(1);
        chain.onCall(call -> {
            if (call.equals(death)) {
                throw new FakeChain.Crash();
            }
        });
        assertThatThrownBy(() -> outbox.settle()).isInstanceOf(FakeChain.Crash.class);

        restart();
        assertThat(candidates("commit/1")).hasSize(2);
        assertThat(chain.mpoolPending(TipSetKey.EMPTY))
                .extracting(SignedMessage::cid)
                .containsExactly(candidates("commit/1").get(1).cid());
        pass(2 + CONFIDENCE);

        assertThat(outbox.found("commit/1", CONFIDENCE)).isPresent();
        assertThat(candidates("commit/1")).as("not replaced twice").hasSize(2);
        assertThat(chain.executed()).hasSize(1);
    }

    @Test
    void settle_whenTheSignerFails_keepsWhatThereIs() {
        outbox.send(commit("commit/1"));
        chain.baseFee(TokenAmount.ofAtto(10_000));
        var dying = new MessageOutbox(
                store,
                chain,
                new Signer() {
                    @Override
                    public Set<Address> addresses() {
                        return Set.of(KEY.address());
                    }

                    @Override
                    public Signature sign(Address key, byte[] message) {
                        throw new FakeChain.Crash();
                    }
                },
                InstantSource.system());
        chain.mine(COMMIT_PATIENCE);

        assertThatThrownBy(dying::settle).isInstanceOf(FakeChain.Crash.class);
        assertThat(candidates("commit/1")).hasSize(1);
        restart();
        pass(1 + CONFIDENCE);
        pass(2);

        assertThat(outbox.found("commit/1", CONFIDENCE)).isPresent();
    }

    @Test
    void settle_whenTheNodeHasOnlyAnOlderOne_pushesTheNewestAgain() {
        sendAndReplace("commit/1");
        chain.baseFee(TokenAmount.ofAtto(1_000_000));
        chain.forgetPool();
        chain.poolHolds(signed(candidates("commit/1").getFirst()));

        pass(COMMIT_PATIENCE);

        assertThat(chain.mpoolPending(TipSetKey.EMPTY))
                .extracting(SignedMessage::cid)
                .containsExactly(candidates("commit/1").getLast().cid());
    }

    @Test
    void settle_whenThePoolLostEverything_pushesTheNewest() {
        sendAndReplace("commit/1");
        chain.forgetPool();

        outbox.settle();

        assertThat(chain.mpoolPending(TipSetKey.EMPTY))
                .extracting(SignedMessage::cid)
                .containsExactly(candidates("commit/1").get(1).cid());
    }

    @Test
    void settle_whenAWindowProofWaitsBehindAStuckMessage_replacesThatAtOnceAndBeyondItsLimit() {
        outbox.send(intent("withdraw/1", MessagePriority.BACKGROUND, TokenAmount.ofAtto(1_000_000_000)));
        chain.baseFee(TokenAmount.ofAtto(2_000));
        pass(10);
        assertThat(candidates("withdraw/1")).hasSize(1);
        outbox.send(intent("post/1", MessagePriority.WINDOW_POST, TokenAmount.ofAtto(100_000_000_000L)));

        pass(2);

        assertThat(messages("withdraw/1").getLast().maxFee()).isGreaterThan(TokenAmount.ofAtto(1_000_000_000));
        assertThat(chain.executed()).hasSize(2);
    }

    @Test
    void settle_whenTheLimitBuysTooLittle_waitsAndGoesOnWhenTheBaseFeeFalls() {
        outbox.send(intent("commit/1", MessagePriority.COMMIT, TokenAmount.ofAtto(1_000_000_000)));
        chain.baseFee(TokenAmount.ofAtto(1_001));
        pass(3 * COMMIT_PATIENCE);
        assertThat(candidates("commit/1")).hasSize(1);

        chain.baseFee(TokenAmount.ofAtto(800));
        pass(3 + CONFIDENCE);

        var last = messages("commit/1").getLast();
        assertThat(last.maxFee()).isLessThanOrEqualTo(TokenAmount.ofAtto(1_000_000_000));
        assertThat(outbox.found("commit/1", CONFIDENCE)).isPresent();
    }

    @Test
    void settle_whenFundsAreShort_replacesWithinThem() {
        outbox.send(commit("commit/1"));
        chain.balance(TokenAmount.ofFil(1).plus(TokenAmount.ofAtto(400_000_000)));
        chain.baseFee(TokenAmount.ofAtto(320));

        pass(COMMIT_PATIENCE);

        assertThat(messages("commit/1").getLast().gasFeeCap()).isEqualTo(TokenAmount.ofAtto(400));
    }

    @ParameterizedTest
    @CsvSource({"WINDOW_POST,60,3", "WINDOW_POST,9,1", "COMMIT,1000,20", "COMMIT,40,4", "BACKGROUND,100000,60"})
    void settle_whenTheEndIsNear_isLessPatient(MessagePriority priority, long left, int expected) {
        chain.mine(1);
        var intent = intent("a/1", priority, TokenAmount.ofAtto(300_000_000));
        outbox.send(intent.dueBy(chain.chainHead().height().plus(left)));
        chain.premium(TokenAmount.ofAtto(70));
        int epochs = 0;
        while (candidates("a/1").size() == 1 && epochs < 200) {
            pass(1);
            epochs++;
        }

        assertThat(epochs).isEqualTo(expected);
    }

    private void sendProofDueSoon(TokenAmount maxFee) {
        chain.mine(1);
        var proof = intent("post/1", MessagePriority.WINDOW_POST, maxFee);
        outbox.send(proof.dueBy(chain.chainHead().height().plus(10)));
    }

    @Test
    void settle_whenTheProofsEndHasPassed_paysNoMoreForIt() {
        sendProofDueSoon(TokenAmount.ofFil(5));
        for (int epoch = 0; epoch < 11; epoch++) {
            chain.premium(TokenAmount.ofAtto(1_000L << epoch));
            pass(1);
        }
        int tries = candidates("post/1").size();
        assertThat(tries).isGreaterThan(2);

        chain.premium(TokenAmount.ofAtto(1_000_000_000L));
        pass(30);

        assertThat(candidates("post/1")).hasSize(tries);
    }

    @Test
    void settle_whenAMessageWaitsBehindAProofWhoseEndHasPassed_usesTheNonceForNothing() {
        sendProofDueSoon(TokenAmount.ofFil("0.001"));
        // More than the proof's limit buys, and less than the other's.
        chain.premium(TokenAmount.ofAtto(10_000_000_000L));
        pass(12);
        assertThat(chain.executed()).isEmpty();
        outbox.send(commit("commit/1"));
        pass(60);

        assertThat(chain.executed()).hasSize(2);
        assertThat(chain.executed().getFirst().message().method()).isZero();
        assertThat(outbox.found("commit/1", CONFIDENCE)).isPresent();
    }

    /** The same thread signs both replacements; the proof is ready to be signed when it signs the first. */
    @Test
    void settle_whenAProofIsReadyMeanwhile_signsItBetweenTwoReplacements() throws Exception {
        outbox.send(commit("commit/1"));
        outbox.send(commit("commit/2"));
        chain.baseFee(TokenAmount.ofAtto(10_000));
        chain.mine(COMMIT_PATIENCE);
        var signers = Collections.synchronizedList(new ArrayList<String>());
        var proof = new AtomicReference<Thread>();
        var shared = new AtomicReference<MessageOutbox>();
        shared.set(new MessageOutbox(
                store,
                chain,
                new Signer() {
                    @Override
                    public Set<Address> addresses() {
                        return Set.of(KEY.address());
                    }

                    @Override
                    public Signature sign(Address key, byte[] message) {
                        signers.add(Thread.currentThread().getName());
                        if (proof.get() == null) {
                            proof.set(Thread.ofPlatform()
                                    .name("proof")
                                    .start(() -> shared.get()
                                            .send(intent(
                                                    "post/1", MessagePriority.WINDOW_POST, TokenAmount.ofFil(5)))));
                            await().until(() -> proof.get().getState() == Thread.State.WAITING);
                        }
                        return KEY.sign(message);
                    }
                },
                InstantSource.system()));

        shared.get().settle();
        proof.get().join();

        var settling = Thread.currentThread().getName();
        assertThat(signers).containsExactly(settling, "proof", settling);
    }

    @Test
    void found_whenAnotherProgramTookTheNonceOfTwoCandidates_saysSo() {
        sendAndReplace("commit/1");
        var foreign = Message.unpriced(KEY.address(), Address.ofId(99), TokenAmount.ZERO, 0, new byte[0]);
        chain.executeForeign(new SignedMessage(foreign, KEY.sign(foreign.signingBytes())));
        chain.mine(35);

        assertThatThrownBy(() -> outbox.found("commit/1", CONFIDENCE))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(MessageErrorCode.MESSAGE_NONCE_TAKEN));
    }

    @Test
    void found_whenTheNodeLacksTheMessages_countsEveryCandidateAsOurs() {
        sendAndReplace("commit/1");
        chain.executeForeign(signed(candidates("commit/1").getFirst()));
        chain.mine(40);
        chain.importSnapshot(0);

        assertThat(outbox.found("commit/1", CONFIDENCE).orElseThrow().message())
                .isEqualTo(candidates("commit/1").getFirst().cid());
    }

    @Test
    void settle_whenEveryEpochIsDearer_paysAQuarterMoreEachTimeAndNeverTooLittleForThePool() {
        outbox.send(intent("post/1", MessagePriority.WINDOW_POST, TokenAmount.ofFil(5)));
        var premiums = new ArrayList<TokenAmount>();
        for (int round = 1; round < 8; round++) {
            chain.premium(TokenAmount.ofAtto(1_000L * round * round));
            pass(3);
        }
        messages("post/1").forEach(message -> premiums.add(message.gasPremium()));

        assertThat(premiums).hasSizeGreaterThan(3);
        for (int i = 1; i < premiums.size(); i++) {
            assertThat(premiums.get(i)).isGreaterThanOrEqualTo(BaseFees.replacing(premiums.get(i - 1)));
        }
        var first = candidates("post/1").getFirst().cid();
        Optional<MessageRecord> byFirst = store.read(tx -> tx.messages().findByCid(first));
        assertThat(byFirst).isEqualTo(outbox.record("post/1"));
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,2", "3,4", "4,6", "100,126", "100000,125001", "100001,125002"})
    void replacing_isLotusComputeRbf(long premium, long least) {
        assertThat(BaseFees.replacing(TokenAmount.ofAtto(premium))).isEqualTo(TokenAmount.ofAtto(least));
    }

    @Test
    void after_risesByAnEighthAnEpochAsFip0115AllowsAtMost() {
        assertThat(BaseFees.after(TokenAmount.ofAtto(807), 1)).isEqualTo(TokenAmount.ofAtto(907));
        assertThat(BaseFees.after(TokenAmount.ofAtto(8), 2)).isEqualTo(TokenAmount.ofAtto(10));
    }
}
