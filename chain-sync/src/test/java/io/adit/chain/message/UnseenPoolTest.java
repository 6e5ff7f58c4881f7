package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.core.fil.TokenAmount;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A congested network: what the node would answer to MpoolPending is more than is read of an answer. */
class UnseenPoolTest {
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

    private void poolIsTooLong() {
        stage.chain.onCall(name -> {
            if (name.equals("pending")) {
                throw RpcException.unanswered(
                        RpcErrorCode.ANSWER_TOO_LARGE, "MpoolPending", "the answer is over 67108864 bytes");
            }
        });
    }

    @Test
    void settle_whenTheNodeDoesNotGiveItsPool_replacesByAgeAlone() {
        stage.outbox.send(stage.commit("commit/1"));
        stage.outbox.send(stage.proof("post/1"));
        poolIsTooLong();
        stage.chain.baseFee(TokenAmount.ofAtto(10_000_000_000L));

        stage.pass(3);

        assertThat(stage.candidates("commit/1")).as("a proof waits behind it").hasSize(2);
        stage.pass(2 + OutboxStage.CONFIDENCE);
        assertThat(stage.outbox.found("post/1", OutboxStage.CONFIDENCE)).isPresent();
        assertThat(stage.chain.executed()).hasSize(2);
        int replaced = stage.candidates("post/1").size();
        stage.pass(40);
        assertThat(stage.candidates("post/1"))
                .as("what is executed is left alone")
                .hasSize(replaced);
    }

    @Test
    void why_whenTheNodeDoesNotGiveItsPool_isSaidAllTheSame() {
        stage.outbox.send(stage.commit("commit/1"));
        poolIsTooLong();

        assertThat(stage.outbox.control().recent(10))
                .singleElement()
                .satisfies(view -> assertThat(view.why().orElse("")).contains("does not say what its pool holds"));
    }
}
