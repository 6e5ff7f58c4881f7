package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Another program sends with the same key. */
final class OutboxForeignNonceTest extends OutboxCase {
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
}
