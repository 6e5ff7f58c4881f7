package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.type.Message;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessagePricerTest {
    private static final TokenAmount LIMIT = TokenAmount.ofFil(5);

    @TempDir
    Path directory;

    private static TokenAmount most(TokenAmount free, long proofsDue) {
        var sender = Address.ofId(100);
        var chain = new FakeChain(sender);
        var message = Message.unpriced(sender, Address.ofId(1000), TokenAmount.ZERO, 5, new byte[0])
                .withGas(1_000_000, TokenAmount.ofAtto(300), TokenAmount.ofAtto(50));
        return new MessagePricer(chain)
                .admit(
                        "post/1",
                        message,
                        LIMIT,
                        MessagePriority.WINDOW_POST,
                        free,
                        proofsDue,
                        Optional.empty(),
                        FakeChain.BASE_FEE)
                .maxFee();
    }

    @Test
    void admit_whenTheFundsAreShort_raisesAProofToItsShareOfThem() {
        assertThat(most(TokenAmount.ofFil(100), 4)).isEqualTo(LIMIT);
        assertThat(most(TokenAmount.ofFil(4), 4)).isEqualTo(TokenAmount.ofFil(1));
        assertThat(most(TokenAmount.ofFil(4), 1)).as("another may come").isEqualTo(TokenAmount.ofFil(2));
        assertThat(most(TokenAmount.ofAtto(300_000_000), 50))
                .as("never below the estimate")
                .isEqualTo(TokenAmount.ofAtto(300_000_000));
    }

    @Test
    void send_whenTheSenderIsPoor_leavesMoneyForTheNextPartitionsProof() {
        try (var stage = new OutboxStage(directory, OutboxPolicy.open())) {
            stage.chain.balance(TokenAmount.ofFil("0.05"));

            stage.outbox.send(stage.proof("post/1"));
            stage.outbox.send(stage.proof("post/2"));

            stage.pass(2 + OutboxStage.CONFIDENCE);
            assertThat(stage.chain.executed()).hasSize(2);
        }
    }
}
