package io.adit.chain.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import io.adit.core.keys.Signatures;
import io.adit.core.slash.FileGuardAnchor;
import io.adit.core.slash.GuardSettings;
import io.adit.core.slash.SlashErrorCode;
import io.adit.core.slash.SlashGuard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The signer as a process of its own, killed at the worst moments. */
class SignerProcessTest {
    private static final int KILLED = 137;

    @TempDir
    Path root;

    private @Nullable SignerFixture fixture;
    private @Nullable Process process;

    @BeforeEach
    void makeFixture() throws IOException {
        fixture = new SignerFixture(root, "");
    }

    private SignerFixture fixture() {
        return java.util.Objects.requireNonNull(fixture);
    }

    private Process start(String killAt) throws IOException {
        var started = SignerProcess.start(root.resolve("keys"), fixture().policyFile, killAt);
        process = started;
        return started;
    }

    private static void awaitEnd(Process process) throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly();
            awaitEnd(process);
        }
    }

    private void end(Process running) throws InterruptedException {
        running.toHandle().destroyForcibly();
        awaitEnd(running);
    }

    private void sign(long nonce, String fil) {
        var message = fixture().message(nonce, fil);
        var signature = fixture().client().sign(fixture().sender, SigningContents.message(message));
        assertThat(Signatures.verify(fixture().sender, message.signingBytes(), signature))
                .isTrue();
    }

    @Test
    void spendingIsKept_whenTheSignerIsKilledBeforeItAnswers() throws Exception {
        var first = start("signer.spent:2");
        sign(1, "10");
        assertThatThrownBy(() -> sign(2, "5"))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SignerErrorCode.SIGNER_UNAVAILABLE));
        awaitEnd(first);
        assertThat(first.exitValue()).isEqualTo(KILLED);

        start("");
        // Counted, so nothing else fits; asked for again, it is signed.
        assertThatThrownBy(() -> sign(3, "1"))
                .isInstanceOfSatisfying(
                        SignerRefusedException.class,
                        e -> assertThat(e.rule()).isEqualTo("messages.max-value-per-day"));
        sign(2, "5");
    }

    @Test
    void restartInTheMiddleOfARequestIsSeenAsUnavailable_andTheRequestCanBeMadeAgain() throws Exception {
        var first = start("signer.answering:1");
        assertThatThrownBy(() -> sign(1, "1")).isInstanceOf(AditException.class);
        awaitEnd(first);

        start("");
        sign(1, "1");
        sign(1, "1");
    }

    @Test
    void blockPermittedBeforeTheKillIsTheOnlyOneOfItsEpoch() throws Exception {
        long epoch = Duration.between(SignerFixture.GENESIS_TIME, Instant.now()).toSeconds() / 30;
        begin();
        var parents = SignerFixture.tipset(epoch - 1, 2, SignerFixture.genesis());
        var header = SignerFixture.header(SignerFixture.MINER, epoch, parents, 1);
        var other = SignerFixture.header(SignerFixture.MINER, epoch, parents, 2);
        var first = start("block.permitted:1");
        var client = fixture().client();
        client.resume(SignerFixture.MINER, new Epoch(epoch), List.of());
        assertThatThrownBy(() -> client.sign(fixture().worker, SigningContents.block(header, parents)))
                .isInstanceOf(AditException.class);
        awaitEnd(first);

        var second = start("");
        client.resume(SignerFixture.MINER, new Epoch(epoch), List.of());
        assertThatThrownBy(() -> client.sign(fixture().worker, SigningContents.block(other, parents)))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SlashErrorCode.SLASH_BLOCK_REFUSED));
        var signature = client.sign(fixture().worker, SigningContents.block(header, parents));
        assertThat(Signatures.verify(fixture().worker, header.signingBytes(), signature))
                .isTrue();
        end(second);
    }

    /** What the operator does once for a new miner, while no signer runs. */
    private void begin() {
        var blocks = fixture().policyOf().blocks();
        var anchor = new FileGuardAnchor(blocks.anchor().resolve("anchor-1000"));
        var settings = GuardSettings.of(SignerFixture.MINER, SignerFixture.GENESIS, blocks.guard(), anchor);
        try (var guard =
                SlashGuard.open(settings, InstantSource.system(), new SecureRandom(), new SimpleMeterRegistry())) {
            guard.begin();
        }
    }
}
