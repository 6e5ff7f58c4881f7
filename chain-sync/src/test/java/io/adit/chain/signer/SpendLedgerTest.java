package io.adit.chain.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.type.Message;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpendLedgerTest {
    private static final Address SENDER = Address.ofId(100);
    private static final long WINDOW_POST = 5;
    private static final long DECLARE_FAULTS = 10;
    private static final long DECLARE_RECOVERED = 11;
    private static final long PRE_COMMIT = 28;

    @TempDir
    Path folder;

    private Instant now = Instant.parse("2026-11-22T12:00:00Z");

    private SpendLedger ledger(String messages) throws IOException {
        var file = folder.resolve("policy.toml");
        Files.writeString(file, "[messages]\n" + messages);
        return new SpendLedger(
                folder.resolve("spent.log"), SignerPolicy.load(file).messages(), () -> now);
    }

    /** At the fee cap that a node gives each window proof. */
    private static Message message(long method, long nonce) {
        return Message.unpriced(SENDER, Address.ofId(1000), TokenAmount.ZERO, method, new byte[0])
                .withNonce(nonce)
                .withGas(1_000_000, TokenAmount.ofFil("0.000005"), TokenAmount.ZERO);
    }

    private static void assertRefused(String rule, SpendLedger ledger, Message message) {
        assertThatThrownBy(() -> ledger.spend(message))
                .isInstanceOfSatisfying(
                        SignerRefusedException.class, e -> assertThat(e.rule()).isEqualTo(rule));
    }

    @Test
    void spend_whenADayHasManyFullPartitions_refusesNoProof() throws IOException {
        try (var ledger = ledger("")) {
            for (long nonce = 0; nonce < 500; nonce++) {
                ledger.spend(message(WINDOW_POST, nonce));
            }
            ledger.spend(message(DECLARE_FAULTS, 500));
            ledger.spend(message(DECLARE_RECOVERED, 501));
            assertThat(ledger.nearLimits()).isEmpty();

            for (long nonce = 502; nonce < 552; nonce++) {
                ledger.spend(message(PRE_COMMIT, nonce));
            }
            assertRefused("messages.max-fee-per-day", ledger, message(PRE_COMMIT, 552));
        }
    }

    @Test
    void spend_whenProofsHaveALimit_saysSoAtFourFifthsAndKeepsToIt() throws IOException {
        try (var ledger = ledger("max-proof-fee-per-day = \"25\"\n")) {
            ledger.spend(message(WINDOW_POST, 0));
            ledger.spend(message(WINDOW_POST, 1));
            ledger.spend(message(DECLARE_FAULTS, 2));
            assertThat(ledger.nearLimits()).isEmpty();
            ledger.spend(message(DECLARE_RECOVERED, 3));
            assertThat(ledger.nearLimits()).singleElement().asString().contains("messages.max-proof-fee-per-day");
            ledger.spend(message(WINDOW_POST, 4));
            assertRefused("messages.max-proof-fee-per-day", ledger, message(WINDOW_POST, 5));
        }
        try (var again = ledger("max-proof-fee-per-day = \"25\"\n")) {
            assertRefused("messages.max-proof-fee-per-day", again, message(DECLARE_FAULTS, 5));
            now = now.plusSeconds(86_400);
            again.spend(message(WINDOW_POST, 5));
            assertThat(again.nearLimits()).isEmpty();
        }
    }
}
