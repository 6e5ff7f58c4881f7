package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.SignedMessage;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageState;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sending through crashes, forgetful pools, nodes that are away, and lost answers. */
final class OutboxRestartTest extends OutboxCase {
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
    void send_whenThePoolLostEarlierMessages_pushesThemBeforeTheNewOne() {
        outbox.send(intent("a"));
        outbox.send(intent("b"));
        chain.forgetPool();

        outbox.send(intent("c"));

        assertSameBytesPerNonce();
        assertExecutedOnce("a", "b", "c");
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
}
