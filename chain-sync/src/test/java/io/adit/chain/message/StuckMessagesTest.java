package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.node.RpcException;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.MessageState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StuckMessagesTest {
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

    @Test
    void list_whenAProofIsNotExecutedInHalfAWindow_namesItUntilItIs() {
        stage.outbox.send(stage.proof("post/1"));
        stage.outbox.send(stage.commit("commit/1"));
        stage.passTime(Duration.ofMinutes(15));
        assertThat(stage.outbox.stuck().list()).isEmpty();

        stage.passTime(Duration.ofSeconds(1));

        assertThat(stage.outbox.stuck().list())
                .singleElement()
                .asString()
                .contains("post/1", "window-post", "15 minutes");
        stage.passTime(Duration.ofHours(2));
        assertThat(stage.outbox.stuck().list()).hasSize(2);
        stage.pass(40);
        assertThat(stage.outbox.stuck().list()).isEmpty();
    }

    @Test
    void list_whenAProofCannotBeSigned_saysWhyUntilItsMakerGivesUp() {
        stage.chain.balance(TokenAmount.ZERO);
        assertThatThrownBy(() -> stage.outbox.send(stage.proof("post/1")))
                .isInstanceOf(InsufficientFundsException.class);
        assertThat(stage.outbox.stuck().list()).isEmpty();

        stage.passTime(Duration.ofMinutes(16));

        assertThat(stage.outbox.stuck().list()).singleElement().asString().contains("post/1", "not signed");
        stage.passTime(Duration.ofDays(2));
        assertThat(stage.outbox.stuck().list()).as("its maker has given it up").isEmpty();
    }

    @Test
    void list_whenACommitIsRefusedAtEachTry_namesItForAsLongAsItIsTried() {
        stage.chain.balance(TokenAmount.ZERO);
        for (int hour = 0; hour < 50; hour++) {
            assertThatThrownBy(() -> stage.outbox.send(stage.commit("commit/1")))
                    .isInstanceOf(InsufficientFundsException.class);
            stage.passTime(Duration.ofHours(1));
        }

        assertThat(stage.outbox.stuck().list()).singleElement().asString().contains("commit/1", "not signed");
    }

    @Test
    void list_whenAProofIsExecutedButNotDeep_isEmpty() {
        stage.outbox.send(stage.proof("post/1"));
        stage.passTime(Duration.ofMinutes(16));
        assertThat(stage.outbox.stuck().list()).hasSize(1);

        stage.pass(2);

        assertThat(stage.outbox.record("post/1").orElseThrow().state()).isEqualTo(MessageState.PUSHED);
        assertThat(stage.outbox.stuck().list()).isEmpty();
        stage.chain.reorganise(2);
        stage.outbox.settle();
        assertThat(stage.outbox.stuck().list()).as("a reorg took it back").hasSize(1);
    }

    @Test
    void list_whenAProofWasNotSignedInTime_namesItUntilItsEndAndThenGivesItUp() {
        stage.chain.balance(TokenAmount.ZERO);
        var end = stage.chain.chainHead().height().plus(40);
        assertThatThrownBy(() -> stage.outbox.send(stage.proof("post/1").dueBy(end)))
                .isInstanceOf(InsufficientFundsException.class);
        stage.passTime(Duration.ofMinutes(16));
        stage.pass(40);
        assertThat(stage.outbox.stuck().list()).singleElement().asString().contains("post/1", "not signed");

        stage.pass(1);

        assertThat(stage.outbox.stuck().list()).as("its window is closed").isEmpty();
        stage.passTime(Duration.ofHours(1));
        stage.pass(MessageOutbox.SETTLED_DEPTH - 1);
        assertThat(stage.outbox.record("post/1").orElseThrow().state())
                .as("a reorg may bring the window back")
                .isEqualTo(MessageState.INTENT);
        stage.pass(1);
        assertThat(stage.outbox.record("post/1").orElseThrow()).satisfies(given -> {
            assertThat(given.state()).isEqualTo(MessageState.CANCELLED);
            assertThat(given.error().orElseThrow()).contains("not signed before its end", "0 FIL");
        });
    }

    @Test
    void record_whenAProofIsStillTriedAfterItsEnd_isNotGivenUp() {
        stage.chain.balance(TokenAmount.ZERO);
        var end = stage.chain.chainHead().height().plus(5);
        for (int epoch = 0; epoch < 200; epoch++) {
            assertThatThrownBy(() -> stage.outbox.send(stage.proof("post/1").dueBy(end)))
                    .isInstanceOf(InsufficientFundsException.class);
            stage.passTime(Duration.ofSeconds(30));
            stage.pass(1);
        }

        assertThat(stage.outbox.record("post/1").orElseThrow().state()).isEqualTo(MessageState.INTENT);
    }

    @Test
    void list_whileNoHeadComes_namesAProofThatIsNotSigned() {
        stage.chain.balance(TokenAmount.ZERO);
        var proof = stage.proof("post/1").dueBy(new Epoch(500));
        assertThatThrownBy(() -> stage.outbox.send(proof)).isInstanceOf(InsufficientFundsException.class);

        stage.passTime(Duration.ofHours(30));

        assertThat(stage.outbox.stuck().list()).singleElement().asString().contains("post/1", "1800 minutes");
    }

    @Test
    void list_whenTheNodeDoesNotSayWhoSends_countsThatAsTried() {
        stage.chain.balance(TokenAmount.ZERO);
        assertThatThrownBy(() -> stage.outbox.send(stage.commit("commit/1")))
                .isInstanceOf(InsufficientFundsException.class);
        var routing = stage.with(new OutboxPolicy(
                Optional.of(OutboxStage.MINER), Optional.of(stage.key.address()), Map.of(), Optional.empty()));
        for (int hour = 0; hour < 30; hour++) {
            stage.passTime(Duration.ofHours(1));
            assertThatThrownBy(() -> routing.send(stage.commit("commit/1"))).isInstanceOf(RpcException.class);
        }

        assertThat(routing.stuck().list()).singleElement().asString().contains("commit/1", "actor not found");
    }

    @Test
    void giveUp_whenAMessageIsSigned_leavesIt() {
        stage.outbox.send(stage.commit("commit/1"));
        stage.chain.balance(TokenAmount.ZERO);
        assertThatThrownBy(() -> stage.outbox.send(stage.commit("commit/2")))
                .isInstanceOf(InsufficientFundsException.class);

        stage.outbox.giveUp("commit/1", "nobody wants it");
        stage.outbox.giveUp("commit/2", "nobody wants it");
        stage.outbox.giveUp("commit/3", "nobody asked for it");
        stage.passTime(Duration.ofHours(3));

        assertThat(stage.outbox.stuck().list()).singleElement().asString().contains("commit/1");
        assertThat(stage.outbox.record("commit/2").orElseThrow().state()).isEqualTo(MessageState.CANCELLED);
    }
}
