package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.adit.chain.node.RpcException;
import io.adit.core.state.MessageState;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What became of a message: waiting, reorganisations, failures, nodes that lack history. */
final class OutboxOutcomeTest extends OutboxCase {
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
}
