package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.node.rpc.ApiInfo;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.SignatureType;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.chain.Production;
import io.adit.devnet.policy.ChainPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartTest {
    @TempDir
    private Path directory = Path.of(".");

    private Devnet open() throws IOException {
        return Devnet.open(directory, DealLifeTest.settings(29), new RecordingProofs(), Duration.ZERO);
    }

    @Test
    void theChainIsTheSame_afterARestart() throws IOException {
        var before = open();
        var provider = new Provider(before, before.node());
        provider.createMiner();
        provider.preCommit(1);
        provider.prove(1);
        before.reorg(2);
        before.advance(3);
        var head = before.node().chainHead();
        var root = before.ledger().chain().head().stateRoot();
        before.close();

        try (var after = open()) {
            assertThat(after.node().chainHead()).isEqualTo(head);
            assertThat(after.ledger().chain().head().stateRoot()).isEqualTo(root);
            assertThat(after.node().stateMinerSectors(provider.miner(), Optional.empty(), TipSetKey.EMPTY))
                    .hasSize(1);
            assertThat(after.advance(1)).isEqualTo(head.height().value() + 1);
        }
    }

    @Test
    void aProvidersBlocksAreTakenUpAgain_afterARestart() throws IOException {
        var before = Devnet.open(
                directory, DealLifeTest.settings(29), new RecordingProofs(), Production.BY_MINERS, Duration.ZERO);
        var provider = new Provider(before, before.node());
        provider.createMiner();
        provider.preCommit(1);
        provider.prove(1);
        provider.submitWindow(provider.awaitDeadline(1));
        before.advance(40);
        var miner = new ScriptedMiner(before.node(), provider.miner(), provider.worker());
        for (int epoch = 0; epoch < 6; epoch++) {
            before.advance(1);
            miner.mine(before.epoch()).ifPresent(before.node()::syncSubmitBlock);
        }
        var head = before.node().chainHead();
        before.close();

        try (var after = Devnet.open(
                directory, DealLifeTest.settings(29), new RecordingProofs(), Production.BY_MINERS, Duration.ZERO)) {
            assertThat(after.node().chainHead()).isEqualTo(head);
            assertThat(head.minTicketBlock().miner()).isEqualTo(provider.miner());
            assertThat(after.epoch()).isEqualTo(head.height().value());
        }
    }

    @Test
    void aPushedMessageIsNotForgotten_whenTheProcessEndsBeforeABlock() throws IOException {
        var rich = Provider.key("rich", SignatureType.BLS).address();
        var before = open();
        before.advance(1);
        before.ledger().fund(rich, TokenAmount.ofFil(5));
        before.close();

        try (var after = open()) {
            assertThat(after.node().mpoolPending(TipSetKey.EMPTY)).hasSize(1);
            after.advance(2);
            assertThat(after.node().walletBalance(rich)).isEqualTo(TokenAmount.ofFil(5));
        }
    }

    @Test
    void aTornLastRecordIsCutOff() throws IOException {
        var before = open();
        before.advance(3);
        before.close();
        Files.write(directory.resolve("chain.log"), new byte[] {0, 0, 1, 0, 7, 7}, StandardOpenOption.APPEND);

        try (var after = open()) {
            assertThat(after.epoch()).isEqualTo(3);
            assertThat(after.advance(1)).isEqualTo(4);
        }
        try (var again = open()) {
            assertThat(again.epoch()).isEqualTo(4);
        }
    }

    @Test
    void anApiTokenStaysGood_afterARestart() throws IOException {
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        String token;
        try (var before = open();
                var server = before.serve(loopback, new SecureRandom())) {
            token = ApiInfo.parse(server.apiInfo()).token().orElseThrow();
        }

        try (var after = open();
                var server = after.serve(loopback, new SecureRandom())) {
            assertThat(ApiInfo.parse(server.apiInfo()).token()).hasValue(token);
        }
    }

    @Test
    void onlyTheBlockTimeMayChange_whenAChainIsTakenUpAgain() throws IOException {
        open().close();
        var settings = DealLifeTest.settings(29);
        var slower = new ChainSettings(
                settings.policy().withBlockTime(Duration.ofMillis(1_500)),
                settings.sectorSize(),
                29,
                settings.genesisTime().plusSeconds(60),
                new byte[] {
                    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                    28, 29, 30, 31, 32
                });

        try (var again = Devnet.open(directory, slower, new RecordingProofs(), Duration.ZERO)) {
            var kept = again.ledger().chain().settings();
            assertThat(kept.policy().blockTime()).isEqualTo(Duration.ofMillis(1_500));
            assertThat(kept.blockDelaySeconds()).isEqualTo(2);
            assertThat(kept.seed()).isEqualTo(settings.seed());
            assertThat(kept.genesisTime()).isEqualTo(settings.genesisTime());
        }
        for (var other : List.of(
                DealLifeTest.settings(28),
                new ChainSettings(settings.policy(), SectorSize.MIB_8, 29, settings.genesisTime(), settings.seed()),
                new ChainSettings(
                        ChainPolicy.lotus2k(), SectorSize.KIB_2, 29, settings.genesisTime(), settings.seed()))) {
            assertThatThrownBy(() -> Devnet.open(directory, other, new RecordingProofs(), Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("this chain was begun with");
        }
    }

    @Test
    void aChainIsUntouched_untilItsFirstMessage() throws IOException {
        try (var before = open()) {
            assertThat(before.isUntouched()).isTrue();
            before.ledger().fund(Provider.key("rich", SignatureType.BLS).address(), TokenAmount.ofFil(5));
        }

        try (var after = open()) {
            assertThat(after.isUntouched()).isFalse();
        }
    }

    @Test
    void twoDevnetsCannotShareADirectory() throws IOException {
        try (var first = open()) {
            assertThat(first.epoch()).isZero();
            assertThatThrownBy(this::open).isInstanceOfAny(IOException.class, IllegalStateException.class);
        }
    }
}
