package io.adit.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeConfigTest {
    private static final Map<String, String> HOME = Map.of("HOME", "/home/miner");

    @TempDir
    Path directory;

    private NodeConfig parse(String toml) {
        return ConfigLoader.parse(toml, directory, HOME);
    }

    private static AbstractThrowableAssert<?, ?> assertRefused(ConfigErrorCode code, ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void renderedDefaultsParseToTheDefaults() {
        assertThat(parse(ConfigDocs.render())).isEqualTo(parse(""));
    }

    @Test
    void everyKeyIsDocumented() {
        String rendered = ConfigDocs.render();

        for (String name : ConfigSchema.of(NodeConfig.class).names()) {
            assertThat(rendered).contains("\n" + name.substring(name.indexOf('.') + 1) + " = ");
        }
        assertThat(rendered.lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void defaultsAreSafe() {
        NodeConfig config = parse("");

        assertThat(config.node().apiListen()).isEqualTo(new ListenAddress("127.0.0.1", 4701));
        assertThat(config.node().apiListen().isLoopback()).isTrue();
        assertThat(config.retrieval().httpListen().isLoopback()).isTrue();
        assertThat(config.market().libp2pListen())
                .containsExactly("/ip4/127.0.0.1/tcp/24001", "/ip4/127.0.0.1/udp/24001/quic-v1");
        assertThat(config.market().fetchAllowPrivateAddresses()).isFalse();
        assertThat(config.proofs().paramsDir()).isEqualTo(Path.of("/home/miner/.cache/adit/params"));
        assertThat(config.node().keystore()).isEqualTo(directory.resolve("keystore"));
        assertThat(config.chain().development()).isFalse();
        assertThat(config.sealing().waitDealsDelay()).isEqualTo(Duration.ofHours(6));
        assertThat(config.chain().nodes()).isEmpty();
    }

    @Test
    void tokensOfChainNodes_areNotShown() {
        NodeConfig config = parse("[chain]\nnodes = [\"eyJh.secret.token:/ip4/10.0.0.1/tcp/1234/http\"]");

        assertThat(config.toString())
                .doesNotContain("secret")
                .contains("/ip4/10.0.0.1/tcp/1234/http")
                .contains("confidence=5");
        assertThat(config.chain().nodes().getFirst()).startsWith("eyJh.secret.token:");
    }

    @Test
    void valuesHaveUnits() {
        NodeConfig config = parse("""
                [chain]
                nodes = ["abc:/ip4/127.0.0.1/tcp/1234/http"]
                max-fee = "0.05 FIL"
                confidence = 3
                [sealing]
                sector-size = "2KiB"
                wait-deals-delay = "30s"
                [market]
                max-piece-size = "2 KiB"
                [storage]
                paths = ["/mnt/a", "b"]
                [log]
                format = "json"
                level = "debug"
                """);

        assertThat(config.chain().nodes()).hasSize(1);
        assertThat(config.chain().maxFee()).isEqualTo(TokenAmount.ofFil("0.05"));
        assertThat(config.sealing().sectorSize()).isEqualTo(SectorSize.KIB_2);
        assertThat(config.sealing().waitDealsDelay()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.market().maxPieceSize()).isEqualTo(new ByteSize(2048));
        assertThat(config.storage().paths()).containsExactly(Path.of("/mnt/a"), directory.resolve("b"));
        assertThat(config.log().format()).isEqualTo(NodeConfig.Log.Format.JSON);
        assertThat(config.log().level()).isEqualTo(NodeConfig.Log.Level.DEBUG);
    }

    @Test
    void laterSourcesWin() throws IOException {
        Path file = directory.resolve("config.toml");
        Files.writeString(file, "[market]\npublish-max-deals = 2\n[chain]\nconfidence = 2\n[log]\nlevel = \"warn\"\n");
        var environment = Map.of(
                "ADIT_MARKET_PUBLISH_MAX_DEALS",
                "3",
                "ADIT_CHAIN_CONFIDENCE",
                "3",
                "ADIT_STORAGE_PATHS",
                "/a, /b",
                "ADIT_PASSPHRASE",
                "not a key of any section");

        NodeConfig config = ConfigLoader.load(file, environment, Map.of("market.publish-max-deals", "4"));

        assertThat(config.market().publishMaxDeals()).isEqualTo(4);
        assertThat(config.chain().confidence()).isEqualTo(3);
        assertThat(config.log().level()).isEqualTo(NodeConfig.Log.Level.WARN);
        assertThat(config.storage().paths()).containsExactly(Path.of("/a"), Path.of("/b"));
    }

    @Test
    void sameChainNodeTwiceIsRefused_withoutShowingItsToken() {
        var one = "\"abc:/ip4/127.0.0.1/tcp/1/http\"";
        assertRefused(ConfigErrorCode.CONFIG_BAD_VALUE, () -> parse("[chain]\nnodes = [" + one + ", " + one + "]"))
                .hasMessageContaining("chain.nodes")
                .hasMessageNotContaining("abc");
    }

    @Test
    void severalChainNodesAreTaken_inTheirOrder() {
        var config = parse("[chain]\nnodes = [\"abc:/ip4/127.0.0.1/tcp/1/http\", \"def:/ip4/10.0.0.1/tcp/1/http\"]");
        assertThat(config.chain().nodes())
                .containsExactly("abc:/ip4/127.0.0.1/tcp/1/http", "def:/ip4/10.0.0.1/tcp/1/http");
        assertThat(config.chain().toString()).doesNotContain("abc", "def");
    }

    @Test
    void mergedTextLoadsToTheSame_andKeepsWhatTheFileSaid() throws IOException {
        Path file = directory.resolve("config.toml");
        Files.writeString(file, "[node]\ndatabase = \"jdbc:postgresql://h/a\\\"b\\\\\"\n[chain]\nconfidence = 2\n");
        var overrides = Map.of(
                "chain.confidence", "9",
                "storage.paths", "/a, /b",
                "market.fetch-allow-private-addresses", "true",
                "log.level", "debug");
        NodeConfig wanted = ConfigLoader.load(file, HOME, overrides);

        Files.writeString(file, ConfigLoader.merged(file, overrides));

        assertThat(ConfigLoader.load(file, HOME, Map.of())).isEqualTo(wanted);
        assertThat(wanted.storage().paths()).containsExactly(Path.of("/a"), Path.of("/b"));
        assertThat(wanted.node().database()).isEqualTo("jdbc:postgresql://h/a\"b\\");
    }

    @Test
    void missingFileMeansDefaults() {
        assertThat(ConfigLoader.load(directory.resolve("none.toml"), HOME, Map.of()))
                .isEqualTo(parse(""));
    }

    @ParameterizedTest
    @CsvSource({
        "'[node]\napi-lisen = \"x\"', node.api-listen",
        "'[nod]\napi-listen = \"x\"', node.api-listen",
        "'[market]\npublish_max_deals = 1', market.publish-max-deals",
        "'api-listen = \"x\"', node.api-listen",
    })
    void misspeltKeyIsRefused_withTheNearestName(String toml, String nearest) {
        assertRefused(ConfigErrorCode.CONFIG_UNKNOWN_KEY, () -> parse(toml.replace("\\n", "\n")))
                .hasMessageContaining("did you mean " + nearest + "?");
    }

    @Test
    void misspeltVariableOrOverrideIsRefused() {
        Path none = directory.resolve("none.toml");

        assertRefused(
                        ConfigErrorCode.CONFIG_UNKNOWN_KEY,
                        () -> ConfigLoader.load(none, Map.of("ADIT_NODE_API_LISTN", "x"), Map.of()))
                .hasMessageContaining("ADIT_NODE_API_LISTN")
                .hasMessageContaining("did you mean node.api-listen?");
        assertRefused(
                ConfigErrorCode.CONFIG_UNKNOWN_KEY,
                () -> ConfigLoader.load(none, Map.of(), Map.of("completely.different", "x")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[sealing]\nsector-size = \"3KiB\"",
                "[sealing]\nwait-deals-delay = \"30\"",
                "[sealing]\nmax-wait-deals-sectors = 0",
                "[sealing]\nmax-wait-deals-sectors = 99999999999",
                "[sealing]\nmax-wait-deals-sectors = \"many\"",
                "[market]\nprice-per-gib-epoch = \"-1 FIL\"",
                "[market]\nprice-per-gib-epoch = \"cheap\"",
                "[market]\nmin-piece-size = \"100B\"",
                "[market]\nmin-piece-size = \"16MiB\"",
                "[market]\nmax-staging-bytes = \"9999999999TiB\"",
                "[market]\nannounce-addresses = \"/ip4/1.2.3.4/tcp/1\"",
                "[market]\nlibp2p-listen = \"/ip4/1.2.3.4/tcp/1\"",
                "[market]\nlibp2p-listen = []",
                "[market]\nwss-key-file = \"key.pem\"",
                "[market]\nfetch-allow-private-addresses = \"yes\"",
                "[retrieval]\nhttp-listen = \"127.0.0.1:99999\"",
                "[retrieval]\nhttp-listen = \"::1:80\"",
                "[log]\nlevel = \"loud\"",
                "[node]\nkeystore = \"\"",
                "[chain]\nmax-fee = \"0 FIL\"",
                "[chain]\nmax-fee-window-post = \"-1 FIL\"",
            })
    void badValueIsRefused_namingItsKey(String toml) {
        String key = toml.substring(toml.indexOf('\n') + 1, toml.indexOf(" ="));

        assertRefused(ConfigErrorCode.CONFIG_BAD_VALUE, () -> parse(toml)).hasMessageContaining(key);
    }

    @Test
    void publicApiIsRefused_unlessAllowed() {
        assertRefused(ConfigErrorCode.CONFIG_PUBLIC_API, () -> parse("[node]\napi-listen = \"0.0.0.0:4701\""));
        assertRefused(ConfigErrorCode.CONFIG_PUBLIC_API, () -> parse("[node]\napi-listen = \"127.evil.example:1\""));

        NodeConfig allowed = parse("[node]\napi-listen = \"[::]:4701\"\nallow-public-api = true");
        assertThat(allowed.node().apiListen()).hasToString("[::]:4701");
    }

    @Test
    void unreadableFileIsRefused() throws IOException {
        assertRefused(ConfigErrorCode.CONFIG_UNREADABLE, () -> parse("[node\napi"));
        Path huge = directory.resolve("huge.toml");
        Files.writeString(huge, "#".repeat((1 << 20) + 1));
        assertRefused(ConfigErrorCode.CONFIG_UNREADABLE, () -> ConfigLoader.load(huge, HOME, Map.of()));
    }

    @ParameterizedTest
    @CsvSource({"0,0B", "512,512B", "8MiB,8MiB", "1024KiB,1MiB", "1 GB,1000000000B", "3tib,3TiB", "1000KiB,1000KiB"})
    void sizesRoundTrip(String text, String shown) {
        ByteSize size = ByteSize.parse(text);

        assertThat(size).hasToString(shown);
        assertThat(ByteSize.parse(size.toString())).isEqualTo(size);
    }
}
