package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.adit.chain.Vectors;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorCode;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageState;
import io.adit.core.state.SqlStateStore;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageOutboxTest {
    private static final int CONFIDENCE = 5;
    private static final PrivateKey KEY = PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom());
    private static final PrivateKey BLS_KEY = PrivateKey.generate(SignatureType.BLS, new SecureRandom());

    @TempDir
    Path directory;

    private final FakeChain chain = new FakeChain(KEY.address());
    private SqlStateStore store;
    private MessageOutbox outbox;

    @BeforeEach
    void open() {
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        outbox = new MessageOutbox(store, chain, signer(KEY), InstantSource.system());
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** As after kill -9: nothing but the file and the chain is left. */
    private void restart() {
        chain.heal();
        store.close();
        open();
        outbox.resumeAll();
    }

    private static Signer signer(PrivateKey key) {
        return new Signer() {
            @Override
            public Set<Address> addresses() {
                return Set.of(key.address());
            }

            @Override
            public Signature sign(Address address, byte[] message) {
                return key.sign(message);
            }
        };
    }

    private static MessageIntent intent(String name) {
        return intent(name, MessagePriority.COMMIT, TokenAmount.ofFil("0.1"));
    }

    private static MessageIntent intent(String name, MessagePriority priority, TokenAmount maxFee) {
        return new MessageIntent(
                name,
                KEY.address(),
                Address.ofId(1000),
                TokenAmount.ofFil(1),
                28,
                new byte[] {(byte) 0x80},
                maxFee,
                priority);
    }

    private void assertExecutedOnce(String... keys) {
        chain.mine(2 + CONFIDENCE);
        var cids = new ArrayList<Cid>();
        for (var key : keys) {
            var lookup = outbox.found(key, CONFIDENCE);
            assertThat(lookup).as(key).isPresent();
            cids.add(lookup.get().message());
        }
        assertThat(chain.executed().stream().map(SignedMessage::cid)).containsExactlyInAnyOrderElementsOf(cids);
        assertThat(chain.executed().stream().map(signed -> signed.message().nonce()))
                .containsExactlyElementsOf(
                        IntStream.range(0, keys.length).mapToObj(Long::valueOf).toList());
    }

    /** Every push of one nonce carried the same bytes. */
    private void assertSameBytesPerNonce() {
        var byNonce = new HashMap<Long, String>();
        for (var push : chain.pushes()) {
            var hex = Vectors.hex(push);
            assertThat(byNonce.merge(
                            SignedMessage.fromCbor(push).message().nonce(),
                            hex,
                            (old, now) -> old.equals(now) ? old : ""))
                    .isEqualTo(hex);
        }
    }

    private static ErrorCode codeOf(Throwable thrown) {
        return ((AditException) thrown).code();
    }

    @Test
    void nonceIsKept_whenAMessageIsRefusedWhoseFollowerIsSigned() {
        chain.onCall(call -> {
            if (call.equals("push!")) {
                throw new FakeChain.Crash();
            }
        });
        assertThat(catchThrowable(() -> outbox.send(intent("commit/1")))).isInstanceOf(FakeChain.Crash.class);
        restart();
        outbox.send(intent("commit/2"));
        chain.forgetPool();
        chain.onCall(call -> {
            if (call.equals("push")) {
                throw FakeChain.refusedForWhatItIs();
            }
        });
        assertThatThrownBy(() -> outbox.send(intent("commit/3"))).isInstanceOf(AditException.class);
        chain.heal();

        outbox.send(intent("commit/1"));
        outbox.send(intent("commit/3"));

        assertExecutedOnce("commit/1", "commit/2", "commit/3");
        assertSameBytesPerNonce();
    }

    @Test
    void send_whenAllGoesWell_isExecutedAndFoundAfterTheConfidence() {
        var cid = outbox.send(intent("precommit/1"));

        assertThat(outbox.found("precommit/1", CONFIDENCE)).isEmpty();
        chain.mine(2);
        assertThat(outbox.found("precommit/1", CONFIDENCE)).isEmpty();
        assertThat(outbox.found("precommit/1", 0)).isPresent();
        chain.mine(CONFIDENCE);
        var lookup = outbox.found("precommit/1", CONFIDENCE).orElseThrow();

        assertThat(lookup.message()).isEqualTo(cid);
        assertThat(lookup.receipt().isSuccess()).isTrue();
        assertThat(outbox.record("precommit/1").orElseThrow().state()).isEqualTo(MessageState.DONE);
        assertThat(chain.pushes()).hasSize(1);
    }

    @Test
    void send_whenTheSenderIsABlsKey_namesTheMessageByItsUnsignedForm() {
        var blsChain = new FakeChain(BLS_KEY.address());
        var blsOutbox = new MessageOutbox(store, blsChain, signer(BLS_KEY), InstantSource.system());
        var cid = blsOutbox.send(new MessageIntent(
                "bls",
                BLS_KEY.address(),
                Address.ofId(1000),
                TokenAmount.ZERO,
                0,
                new byte[0],
                TokenAmount.ZERO,
                MessagePriority.DEAL));
        blsChain.mine(2);

        assertThat(blsOutbox.found("bls", 0).orElseThrow().message()).isEqualTo(cid);
        assertThat(blsChain.executed().getFirst().message().cid()).isEqualTo(cid);
    }

    @Test
    void send_whenTheKeyIsKnown_makesNoSecondMessage() {
        var first = outbox.send(intent("publish/1"));
        var second = outbox.send(intent("publish/1"));
        restart();
        var third = outbox.send(intent("publish/1"));

        assertThat(List.of(second, third)).containsOnly(first);
        assertExecutedOnce("publish/1");
        assertThat(outbox.send(intent("publish/1"))).isEqualTo(first);
        assertThat(chain.executed()).hasSize(1);
    }

    @Test
    void send_whenTheKeyBelongsToAnotherMessage_refuses() {
        outbox.send(intent("publish/1"));
        var other = new MessageIntent(
                "publish/1",
                KEY.address(),
                Address.ofId(5),
                TokenAmount.ZERO,
                4,
                new byte[0],
                TokenAmount.ZERO,
                MessagePriority.DEAL);

        assertThat(codeOf(catchThrowable(() -> outbox.send(other)))).isEqualTo(MessageErrorCode.MESSAGE_KEY_REUSED);
    }

    private static MessageIntent worth(String key, TokenAmount value) {
        return new MessageIntent(
                key,
                KEY.address(),
                Address.ofId(1000),
                value,
                28,
                new byte[] {(byte) 0x81, 0},
                TokenAmount.ofFil("0.1"),
                MessagePriority.DEAL);
    }

    @Test
    void send_whenTheWishWasNeverSigned_sendsWhatIsWantedNow() {
        chain.balance(TokenAmount.ofFil("0.5"));
        assertThat(codeOf(catchThrowable(() -> outbox.send(worth("commit/1", TokenAmount.ofFil(2))))))
                .isEqualTo(MessageErrorCode.MESSAGE_INSUFFICIENT_FUNDS);

        outbox.send(worth("commit/1", TokenAmount.ofFil("0.2")));

        assertThat(SignedMessage.fromCbor(chain.pushes().getFirst()).message().value())
                .isEqualTo(TokenAmount.ofFil("0.2"));
        assertThat(store.<Integer>read(tx -> tx.messages().recent(10).size())).isEqualTo(1);
        assertExecutedOnce("commit/1");
    }

    @Test
    void resume_whenTheWishIsStored_goesOnWithItAsItWasMeant() {
        chain.balance(TokenAmount.ofFil("0.5"));
        assertThat(catchThrowable(() -> outbox.send(worth("escrow/1", TokenAmount.ofFil(2)))))
                .isInstanceOf(InsufficientFundsException.class);
        chain.balance(TokenAmount.ofFil(5));
        restart();

        var cid = outbox.resume("escrow/1");
        assertThat(outbox.resume("escrow/1")).isEqualTo(cid).isPresent();

        assertThat(SignedMessage.fromCbor(chain.pushes().getFirst()).message().value())
                .isEqualTo(TokenAmount.ofFil(2));
        assertExecutedOnce("escrow/1");
    }

    @Test
    void resume_whenNothingWasAskedFor_isEmpty() {
        assertThat(outbox.resume("nothing")).isEmpty();
    }

    @Test
    void await_whenThePatienceEnds_isEmptyAndWhenItIsMinedAnswers() throws InterruptedException {
        outbox.send(intent("a"));
        assertThat(outbox.await("a", 1, Duration.ZERO)).isEmpty();
        var asked = new AtomicInteger();
        chain.onCall(call -> {
            if (call.equals("search") && asked.incrementAndGet() == 2) {
                chain.mine(3);
            }
        });

        assertThat(outbox.await("a", 1, Duration.ofMinutes(1))).isPresent();
    }

    /** Places where the process can die; each is reached once in a send. */
    enum Death {
        BEFORE_ESTIMATE("estimate"),
        BEFORE_NONCE("nonce"),
        BEFORE_PUSH("push"),
        AFTER_PUSH("push!");

        final String call;

        Death(String call) {
            this.call = call;
        }
    }

    @ParameterizedTest
    @EnumSource(Death.class)
    void send_whenTheProcessDies_isExecutedOnceAfterTheRestart(Death death) {
        outbox.send(intent("precommit/0"));
        chain.onCall(call -> {
            if (call.equals(death.call)) {
                throw new FakeChain.Crash();
            }
        });

        assertThatThrownBy(() -> outbox.send(intent("precommit/1"))).isInstanceOf(FakeChain.Crash.class);
        restart();
        outbox.send(intent("precommit/1"));
        outbox.send(intent("precommit/2"));

        assertSameBytesPerNonce();
        assertExecutedOnce("precommit/0", "precommit/1", "precommit/2");
    }

    @Test
    void send_whenTheProcessDiesWhileSigning_isExecutedOnceAfterTheRestart() {
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

        assertThatThrownBy(() -> dying.send(intent("precommit/1"))).isInstanceOf(FakeChain.Crash.class);
        restart();
        outbox.send(intent("precommit/1"));

        assertExecutedOnce("precommit/1");
    }

    @Test
    void resumeAll_whenThePushWasNeverMade_pushesTheStoredBytesWithoutBeingAsked() {
        chain.onCall(call -> {
            if (call.equals("push")) {
                throw new FakeChain.Crash();
            }
        });
        assertThatThrownBy(() -> outbox.send(intent("precommit/1"))).isInstanceOf(FakeChain.Crash.class);
        var stored = outbox.record("precommit/1").orElseThrow().signedMessage().orElseThrow();

        restart();

        assertThat(chain.pushes()).singleElement().isEqualTo(stored.array());
        assertExecutedOnce("precommit/1");
    }

    /** One epoch: it is in the head tipset and not executed yet, so no search finds it, but its nonce counts as used. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void send_whenTheMessageWasMinedBeforeTheRestart_takesItAsSent(int epochs) {
        chain.onCall(call -> {
            if (call.equals("push!")) {
                throw new FakeChain.Crash();
            }
        });
        assertThatThrownBy(() -> outbox.send(intent("precommit/1"))).isInstanceOf(FakeChain.Crash.class);
        chain.mine(epochs);

        restart();
        outbox.send(intent("precommit/1"));

        assertSameBytesPerNonce();
        assertExecutedOnce("precommit/1");
    }

    @Test
    void send_whenTheNodeIsAway_isPushedLaterWithTheSameBytesAndInOrder() {
        chain.onCall(call -> {
            if (call.equals("push")) {
                throw FakeChain.unreachable();
            }
        });
        assertThat(codeOf(catchThrowable(() -> outbox.send(intent("a"))))).isEqualTo(RpcErrorCode.NODE_UNREACHABLE);
        assertThat(codeOf(catchThrowable(() -> outbox.send(intent("b"))))).isEqualTo(RpcErrorCode.NODE_UNREACHABLE);
        assertThat(outbox.record("b").orElseThrow().state()).isEqualTo(MessageState.INTENT);

        chain.heal();
        outbox.send(intent("b"));
        outbox.send(intent("a"));

        assertSameBytesPerNonce();
        assertExecutedOnce("a", "b");
    }

    @Test
    void found_whenThePoolLostTheMessage_pushesTheSameBytesAgain() {
        chain.losePushes(true);
        outbox.send(intent("commit/1"));
        chain.mine(3);
        chain.losePushes(false);

        assertThat(outbox.found("commit/1", CONFIDENCE)).isEmpty();

        assertThat(chain.pushes()).hasSize(2);
        assertSameBytesPerNonce();
        assertExecutedOnce("commit/1");
    }

    @Test
    void send_whenThePoolLostEarlierMessages_pushesThemBeforeTheNewOne() {
        outbox.send(intent("a"));
        outbox.send(intent("b"));
        chain.forgetPool();

        outbox.send(intent("c"));

        assertSameBytesPerNonce();
        assertExecutedOnce("a", "b", "c");
    }

    @Test
    void found_whenAReorganisationTakesTheMessageAway_followsAndPushesAgain() {
        var cid = outbox.send(intent("commit/1"));
        chain.mine(2 + CONFIDENCE);
        assertThat(outbox.found("commit/1", CONFIDENCE)).isPresent();

        chain.reorganise(2 + CONFIDENCE);
        assertThat(outbox.found("commit/1", CONFIDENCE)).isEmpty();
        assertThat(outbox.record("commit/1").orElseThrow().state()).isEqualTo(MessageState.PUSHED);
        chain.mine(2);
        assertThat(outbox.found("commit/1", CONFIDENCE)).isEmpty();
        chain.mine(CONFIDENCE);

        assertThat(outbox.found("commit/1", CONFIDENCE).orElseThrow().message()).isEqualTo(cid);
        assertSameBytesPerNonce();
        assertExecutedOnce("commit/1");
    }

    @Test
    void send_whenAReorganisationTookExecutedMessagesAway_pushesThemBeforeTheNewOne() {
        outbox.send(intent("a"));
        chain.mine(2 + CONFIDENCE);
        assertThat(outbox.found("a", CONFIDENCE)).isPresent();
        chain.reorganise(2 + CONFIDENCE);

        outbox.send(intent("b"));

        assertSameBytesPerNonce();
        assertExecutedOnce("a", "b");
    }

    @Test
    void found_whenTheMessageFailsOnChain_givesTheReceiptAndKeepsTheOutcome() {
        chain.exitCode(16);
        outbox.send(intent("commit/1"));
        chain.mine(2 + CONFIDENCE);

        assertThat(outbox.found("commit/1", CONFIDENCE).orElseThrow().receipt().exitCode())
                .isEqualTo(16);
        var record = outbox.record("commit/1").orElseThrow();
        assertThat(record.state()).isEqualTo(MessageState.FAILED);
        assertThat(record.exitCode()).hasValue(16);
        assertThat(outbox.send(intent("commit/1"))).isEqualTo(record.cid().orElseThrow());
    }

    @Test
    void send_whenFundsAreShort_saysHowMuchAndSignsNothing() {
        chain.balance(TokenAmount.ofFil("0.9"));

        assertThatThrownBy(() -> outbox.send(intent("commit/1")))
                .isInstanceOfSatisfying(InsufficientFundsException.class, e -> {
                    assertThat(e.required()).isEqualTo(TokenAmount.ofFil(1));
                    assertThat(e.available()).isEqualTo(TokenAmount.ofFil("0.9"));
                    assertThat(e.getMessage())
                            .contains("commit/1", "0.1 FIL", KEY.address().toString());
                });
        assertThat(chain.pushes()).isEmpty();
        chain.balance(TokenAmount.ofFil(2));
        outbox.send(intent("commit/1"));

        assertExecutedOnce("commit/1");
    }

    @Test
    void send_whenMessagesUnderWayUseTheFunds_countsThem() {
        chain.balance(TokenAmount.ofFil("2.5"));
        outbox.send(intent("a"));
        outbox.send(intent("b"));

        assertThatThrownBy(() -> outbox.send(intent("c"))).isInstanceOf(InsufficientFundsException.class);

        assertExecutedOnce("a", "b");
    }

    @Test
    void send_whenTheEstimateIsOverTheLimit_capsTheFee() {
        chain.feeCap(TokenAmount.ofAtto(1000));
        outbox.send(intent("a", MessagePriority.COMMIT, TokenAmount.ofAtto(200_000_000)));

        var message = SignedMessage.fromCbor(chain.pushes().getFirst()).message();
        assertThat(message.gasFeeCap()).isEqualTo(TokenAmount.ofAtto(200));
        assertThat(message.maxFee()).isLessThanOrEqualTo(TokenAmount.ofAtto(200_000_000));
    }

    @Test
    void send_whenTheLimitDoesNotBuyTheBaseFee_signsNothing() {
        chain.feeCap(TokenAmount.ofAtto(1000));
        var poor = intent("a", MessagePriority.COMMIT, TokenAmount.ofAtto(99_000_000));

        assertThat(codeOf(catchThrowable(() -> outbox.send(poor)))).isEqualTo(MessageErrorCode.MESSAGE_FEE_LIMIT);
        assertThat(chain.pushes()).isEmpty();
    }

    @Test
    void send_whenItIsAWindowProof_raisesTheFeeCapToTheLimit() {
        outbox.send(intent("post", MessagePriority.WINDOW_POST, TokenAmount.ofAtto(5_000_000_000L)));

        assertThat(SignedMessage.fromCbor(chain.pushes().getFirst()).message().gasFeeCap())
                .isEqualTo(TokenAmount.ofAtto(5000));
    }

    @Test
    void send_whenItWouldFail_saysWhyAndSignsNothing() {
        chain.onCall(call -> {
            if (call.equals("estimate")) {
                throw RpcException.answered(
                        "GasEstimateMessageGas", 3, "message execution failed (exit=[ErrForbidden(18)])");
            }
        });

        assertThatThrownBy(() -> outbox.send(intent("a")))
                .hasMessageContaining("ErrForbidden(18)")
                .satisfies(e -> assertThat(codeOf(e)).isEqualTo(MessageErrorCode.MESSAGE_WOULD_FAIL));
        assertThat(chain.pushes()).isEmpty();
        chain.heal();
        outbox.send(intent("a"));

        assertExecutedOnce("a");
    }

    @Test
    void send_whenTheNodeRefusesTheMessageItself_givesItsNonceToTheNextOne() {
        chain.onCall(call -> {
            if (call.equals("push")) {
                throw FakeChain.refusedForWhatItIs();
            }
        });
        assertThat(codeOf(catchThrowable(() -> outbox.send(intent("a"))))).isEqualTo(MessageErrorCode.MESSAGE_REFUSED);
        chain.heal();

        outbox.send(intent("b"));
        outbox.send(intent("a"));

        assertExecutedOnce("b", "a");
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

    @Test
    void send_whenTheAnswerIsLostAndALaterPushIsRefused_keepsTheNonce() {
        chain.onCall(call -> {
            if (call.equals("push!")) {
                throw FakeChain.unreachable();
            }
        });
        assertThat(codeOf(catchThrowable(() -> outbox.send(intent("a"))))).isEqualTo(RpcErrorCode.NODE_UNREACHABLE);
        var gossiped = SignedMessage.fromCbor(chain.pushes().getFirst());
        chain.forgetPool();
        restart();
        chain.forgetPool();
        chain.onCall(call -> {
            if (call.equals("push")) {
                throw FakeChain.refusedForWhatItIs();
            }
        });

        assertThat(codeOf(catchThrowable(() -> outbox.send(intent("a"))))).isEqualTo(MessageErrorCode.MESSAGE_REFUSED);
        chain.heal();
        chain.executeForeign(gossiped);

        assertThat(outbox.send(intent("a"))).isEqualTo(gossiped.cid());
        assertSameBytesPerNonce();
        assertExecutedOnce("a");
    }

    @Test
    void send_whenThePushIsAcceptedAndAnsweredWithAnError_takesItAsSent() {
        chain.onCall(call -> {
            if (call.equals("push!")) {
                throw RpcException.answered("MpoolPush", 1, "error publishing message: no peers");
            }
        });

        outbox.send(intent("a"));

        chain.heal();
        assertExecutedOnce("a");
    }

    @Test
    void found_whenTheNodeLacksTheMessage_seesItsExecutionOnTheChain() {
        var cid = outbox.send(intent("a"));
        chain.mine(200);
        chain.importSnapshot(0);

        assertThat(outbox.found("a", CONFIDENCE).orElseThrow().message()).isEqualTo(cid);
    }

    @Test
    void found_whenTheNodeLacksTheHistory_doesNotSayThatTheNonceIsTaken() {
        outbox.send(intent("a"));
        chain.mine(200);
        chain.importSnapshot(100);

        assertThat(codeOf(catchThrowable(() -> outbox.found("a", CONFIDENCE))))
                .isEqualTo(MessageErrorCode.MESSAGE_FATE_UNKNOWN);
        assertThat(outbox.record("a").orElseThrow().state()).isEqualTo(MessageState.PUSHED);
        chain.importSnapshot(0);
        assertThat(outbox.found("a", CONFIDENCE)).isPresent();
        assertThat(outbox.record("a").orElseThrow().state()).isEqualTo(MessageState.DONE);
    }

    @Test
    void found_whenTheSearchFails_doesNotSayThatTheNonceIsTaken() {
        outbox.send(intent("a"));
        chain.mine(200);
        chain.onCall(call -> {
            if (call.equals("search")) {
                throw RpcException.answered("StateSearchMsg", 1, "failed to load message: out of memory");
            }
        });

        assertThat(outbox.found("a", CONFIDENCE)).isPresent();
    }

    @Test
    void settle_whenNobodyAsks_storesTheOutcome() {
        outbox.send(intent("a"));
        chain.mine(20);
        outbox.settle();
        assertThat(outbox.record("a").orElseThrow().state()).isEqualTo(MessageState.PUSHED);
        chain.mine(20);

        outbox.settle();

        assertThat(outbox.record("a").orElseThrow().state()).isEqualTo(MessageState.DONE);
    }

    @Test
    void settle_whenThePoolLostMessages_pushesThemAgain() {
        outbox.send(intent("a"));
        outbox.send(intent("b"));
        chain.forgetPool();

        outbox.settle();

        assertSameBytesPerNonce();
        assertExecutedOnce("a", "b");
    }

    @Test
    void send_whenAnOlderMessageIsRefused_saysBehindWhichItIsBlocked() {
        outbox.send(intent("declare/1"));
        chain.forgetPool();
        chain.onCall(call -> {
            if (call.equals("push")) {
                throw FakeChain.refusedForWhatItIs();
            }
        });

        assertThatThrownBy(() ->
                        outbox.send(intent("post/1", MessagePriority.WINDOW_POST, TokenAmount.ofAtto(5_000_000_000L))))
                .hasMessageContaining("post/1")
                .hasMessageContaining("behind declare/1, nonce 0")
                .satisfies(e -> assertThat(codeOf(e)).isEqualTo(MessageErrorCode.MESSAGE_BLOCKED));
        chain.heal();
        outbox.send(intent("post/1", MessagePriority.WINDOW_POST, TokenAmount.ofAtto(5_000_000_000L)));

        assertExecutedOnce("declare/1", "post/1");
    }

    @Test
    @Timeout(20)
    void send_whenAnEstimateTakesLong_letsAWindowProofPass() {
        var passed = new ArrayList<Cid>();
        chain.onCall(call -> {
            if (call.equals("estimate") && passed.isEmpty()) {
                passed.add(Cid.dagCbor(new byte[0]));
                passed.add(
                        outbox.send(intent("post/1", MessagePriority.WINDOW_POST, TokenAmount.ofAtto(5_000_000_000L))));
            }
        });

        outbox.send(intent("precommit/1"));

        assertThat(passed).hasSize(2);
        assertExecutedOnce("post/1", "precommit/1");
    }

    private static SignedMessage foreign(long nonce) {
        var message = Message.unpriced(KEY.address(), Address.ofId(99), TokenAmount.ZERO, 0, new byte[0])
                .withNonce(nonce);
        return new SignedMessage(message, KEY.sign(message.signingBytes()));
    }

    @Test
    void found_whenTheMessageWasExecutedLongAgo_findsItStill() {
        var cid = outbox.send(intent("a"));
        chain.mine(2500);

        assertThat(outbox.found("a", CONFIDENCE).orElseThrow().message()).isEqualTo(cid);
        assertThat(chain.pushes()).hasSize(1);
    }

    @Test
    void found_whenTheKeyIsUnknown_saysSo() {
        assertThat(codeOf(catchThrowable(() -> outbox.found("nothing", 0))))
                .isEqualTo(MessageErrorCode.MESSAGE_UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8})
    void send_whenManyThreadsSend_usesEachNonceOnce(int threads) throws InterruptedException, ExecutionException {
        var calls = new ArrayList<Callable<Cid>>();
        for (int i = 0; i < 24; i++) {
            var intent = intent("many/" + i / 2);
            calls.add(() -> outbox.send(intent));
        }
        Collections.shuffle(calls, new Random(threads));
        var cids = new HashSet<Cid>();
        try (var pool = Executors.newFixedThreadPool(threads)) {
            for (var future : pool.invokeAll(calls)) {
                cids.add(future.get());
            }
        }

        assertThat(cids).hasSize(12);
        assertExecutedOnce(IntStream.range(0, 12).mapToObj(i -> "many/" + i).toArray(String[]::new));
    }
}
