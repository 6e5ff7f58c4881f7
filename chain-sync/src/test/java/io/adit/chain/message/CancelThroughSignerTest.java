package io.adit.chain.message;

import static io.adit.chain.message.OutboxStage.CONFIDENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.adit.chain.signer.SignerFixture;
import io.adit.chain.signer.SignerProcess;
import io.adit.chain.signer.SignerRefusedException;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.MessageCandidate;
import io.adit.core.state.MessageCandidate.Purpose;
import io.adit.core.state.MessageState;
import io.adit.core.state.SqlStateStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The outbox over a signer in a process of its own, asked over its Unix socket, which signs by policy: {@code f01000} only, six
 * messages and 2 FIL of fees a day, transfers to one address that is not the sender's.
 */
final class CancelThroughSignerTest {
    @TempDir
    Path root;

    private SignerFixture fixture;
    private Process signer;
    private FakeChain chain;
    private SqlStateStore store;
    private MessageOutbox outbox;

    @BeforeEach
    void open() throws IOException {
        fixture = new SignerFixture(root, "");
        signer = SignerProcess.start(root.resolve("keys"), fixture.policyFile, "");
        chain = new FakeChain(fixture.sender);
        store = SqlStateStore.sqlite(root.resolve("state.db"));
        outbox = new MessageOutbox(store, chain, fixture.client(), InstantSource.system());
    }

    @AfterEach
    void close() throws InterruptedException {
        store.close();
        signer.destroyForcibly();
        assertThat(signer.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    private MessageIntent intent(String key, Address to, MessagePriority priority) {
        return new MessageIntent(
                key,
                fixture.sender,
                to,
                TokenAmount.ofFil(1),
                28,
                new byte[] {(byte) 0x80},
                TokenAmount.ofFil("0.1"),
                priority);
    }

    private List<MessageCandidate> candidates(String key) {
        return store.read(tx -> tx.messages().candidates(key));
    }

    @Test
    void cancel_whenThePolicyListsTheSenderNowhere_isSignedAllTheSameAndExecuted() {
        outbox.send(intent("precommit/1", OutboxStage.MINER, MessagePriority.PRECOMMIT));

        outbox.control().cancel("precommit/1", false);

        assertThat(candidates("precommit/1"))
                .extracting(MessageCandidate::purpose)
                .containsExactly(Purpose.SEND, Purpose.CANCEL);
        chain.mine(32);
        assertThat(chain.executed()).extracting(signed -> signed.message().to()).containsExactly(fixture.sender);
        assertThatThrownBy(() -> outbox.found("precommit/1", CONFIDENCE))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(MessageErrorCode.MESSAGE_CANCELLED));
    }

    @Test
    void cancel_whenThePolicyRefusedTheMessage_dropsIt() {
        var refusal = catchThrowable(() -> outbox.send(intent("other/1", Address.ofId(4321), MessagePriority.DEAL)));
        assertThat(refusal).isInstanceOf(SignerRefusedException.class);
        assertThat(outbox.control().find("other/1").orElseThrow().why().orElse(""))
                .contains("messages.miners");

        outbox.control().cancel("other/1", false);

        assertThat(outbox.record("other/1").orElseThrow().state()).isEqualTo(MessageState.CANCELLED);
        assertThat(candidates("other/1")).isEmpty();
        assertThat(chain.pushes()).isEmpty();
        outbox.send(intent("precommit/1", OutboxStage.MINER, MessagePriority.PRECOMMIT));
        assertThat(outbox.record("precommit/1").orElseThrow().nonce()).hasValue(0);
    }

    /** The day's count of messages is used up; the one with the nonce of another is none more. */
    @Test
    void cancel_whenTheDaysMessagesAreUsedUp_isStillSigned() {
        for (int i = 0; i < 6; i++) {
            outbox.send(intent("precommit/" + i, OutboxStage.MINER, MessagePriority.PRECOMMIT));
        }
        assertThat(catchThrowable(
                        () -> outbox.send(intent("precommit/6", OutboxStage.MINER, MessagePriority.PRECOMMIT))))
                .isInstanceOf(SignerRefusedException.class);

        outbox.control().cancel("precommit/3", false);

        chain.mine(1);
        assertThat(chain.executed())
                .extracting(signed -> signed.message().method())
                .containsExactly(28L, 28L, 28L, 0L, 28L, 28L);
    }

    @Test
    void cancel_whenTheSignerIsAway_changesNothingAndWorksWhenItIsBack() throws Exception {
        outbox.send(intent("precommit/1", OutboxStage.MINER, MessagePriority.PRECOMMIT));
        signer.destroyForcibly();
        assertThat(signer.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(catchThrowable(() -> outbox.control().cancel("precommit/1", false)))
                .isInstanceOf(AditException.class);
        assertThat(candidates("precommit/1")).hasSize(1);

        signer = SignerProcess.start(root.resolve("keys"), fixture.policyFile, "");
        outbox.control().cancel("precommit/1", false);

        assertThat(candidates("precommit/1")).hasSize(2);
    }
}
