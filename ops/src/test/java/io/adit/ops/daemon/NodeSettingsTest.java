package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.message.LanePolicy;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.message.OutboxPolicy;
import io.adit.core.config.ConfigLoader;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeSettingsTest {
    private static final Address MINER = Address.ofId(1000);
    private static final Address WORKER = Address.actor(new byte[] {1});
    private static final Address CONTROL = Address.actor(new byte[] {2});

    @TempDir
    private Path folder;

    private OutboxPolicy messages(String toml) {
        var config = ConfigLoader.parse("[messages]\n" + toml, folder, Map.of("HOME", folder.toString()));
        return new NodeSettings(config, Facts.of(MINER, WORKER)).messages();
    }

    /** What an operator sends was rehearsed with the address that the command names. */
    @Test
    void messages_whenTheLaneOfTheOperatorHasAnAddress_refuses() {
        assertThatThrownBy(() -> messages("from = [\"deals=" + CONTROL + "\", \"other=" + CONTROL + "\"]"))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("messages.from must be another lane")
                .hasMessageContaining("goes out from the address that the command names");
    }

    @Test
    void messages_whenTheLaneOfTheOperatorHasLimitsOnly_takesThem() {
        var policy = messages("max-fee = [\"other=0.02 FIL\"]\nmax-fee-per-day = [\"other=1 FIL\"]");

        assertThat(policy.lanes().get(MessagePriority.BACKGROUND))
                .isEqualTo(new LanePolicy(
                        Optional.empty(), Optional.of(TokenAmount.ofFil("0.02")), Optional.of(TokenAmount.ofFil(1))));
    }

    @Test
    void messages_whenLanesHaveAddresses_namesTheWorkerWhoseMessagesTheySend() {
        var policy = messages("from = [\"window-post=" + CONTROL + "\"]");

        assertThat(policy.miner()).contains(MINER);
        assertThat(policy.worker()).contains(WORKER);
        assertThat(policy.lanes())
                .containsEntry(
                        MessagePriority.WINDOW_POST,
                        new LanePolicy(Optional.of(CONTROL), Optional.empty(), Optional.empty()));
        assertThat(policy.lanes().get(MessagePriority.DEAL)).isEqualTo(LanePolicy.OPEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"from = [\"windowpost=f01\"]", "max-fee = [\"0.02 FIL\"]", "max-fee-per-day = [\"=1 FIL\"]"})
    void messages_whenNoLaneIsNamed_listsThem(String toml) {
        assertThatThrownBy(() -> messages(toml))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("window-post, recoveries, faults, prove, precommit, deals, other");
    }
}
