package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.adit.chain.node.RpcException;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.state.MessageState;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sending: what is signed, with which fees and funds, in which order. */
final class MessageOutboxTest extends OutboxCase {
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
