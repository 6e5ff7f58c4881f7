package io.adit.chain.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.Vectors;
import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class NetworkPolicyTest {
    private static final ActorCodes CODES = ActorCodes.load();

    static Stream<Named<JsonNode>> bundles() {
        return Vectors.entries("filecoin/actor_code_cids.json");
    }

    static Stream<Named<JsonNode>> upgrades() {
        return Stream.of("mainnet", "calibnet")
                .flatMap(network -> Vectors.elements(
                                Vectors.load("filecoin/network_upgrades.json").get(network))
                        .filter(upgrade -> known(upgrade))
                        .map(upgrade ->
                                Named.of(network + " " + upgrade.get("upgrade").asText(), upgrade)));
    }

    private static boolean known(JsonNode upgrade) {
        return Stream.of(NetworkUpgrade.values()).anyMatch(candidate -> sameName(candidate, upgrade));
    }

    private static boolean sameName(NetworkUpgrade candidate, JsonNode upgrade) {
        return candidate
                .name()
                .replace("_", "")
                .equalsIgnoreCase(upgrade.get("upgrade").asText());
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void actorCodes_whenPublished_areKnownBothWays(JsonNode bundle) {
        var network = bundle.get("network").get("type").asText();
        var version = bundle.get("version").asText();

        for (var actor : bundle.get("manifest").get("actors")) {
            var name = actor.get(0).asText();
            var code = Cid.parse(actor.get(2).asText());
            assertThat(CODES.code(network, version, name)).contains(code);
            assertThat(CODES.find(code)).contains(new ActorCodes.ActorCode(network, version, name));
        }
    }

    @ParameterizedTest
    @MethodSource("upgrades")
    void upgrade_whenPublished_hasItsEpoch(JsonNode upgrade) {
        var expected = Stream.of(upgrade.get("height")
                        .asText()
                        .replace("_", "")
                        .replace("EPOCHSINDAY", "2880")
                        .split("\\+"))
                .mapToLong(term -> Stream.of(term.split("\\*"))
                        .mapToLong(factor -> Long.parseLong(factor.strip()))
                        .reduce(1, (a, b) -> a * b))
                .sum();
        var found = Stream.of(NetworkUpgrade.values())
                .filter(candidate -> sameName(candidate, upgrade))
                .findFirst()
                .orElseThrow();

        assertThat(Stream.of(found.mainnet().value(), found.calibnet().value())).contains(expected);
    }

    @Test
    void upgrades_whenListed_haveThePublishedVersions() {
        var versions = Vectors.load("filecoin/network_upgrades.json").get("network_versions");

        for (var upgrade : NetworkUpgrade.values()) {
            assertThat(versions.get(String.valueOf(upgrade.networkVersion())).asText())
                    .isEqualToIgnoringCase(upgrade.name().replace("_", ""));
        }
    }

    /** FIP-0118, "Specification": each difference that a provider meets. */
    @Test
    void policy_whenTheVersionIs29_isFip0118() {
        var before = NetworkPolicy.of(28);
        var after = NetworkPolicy.of(29);

        assertThat(before.preCommitMayNameDeals()).isTrue();
        assertThat(after.preCommitMayNameDeals()).isFalse();
        assertThat(before.allocationsAreClaimed()).isTrue();
        assertThat(after.allocationsAreClaimed()).isFalse();
        assertThat(before.newSectorFlags()).isEqualTo(1);
        assertThat(after.newSectorFlags()).isEqualTo(3);
        assertThat(before.newSectorPower(2048)).isEqualTo(BigInteger.valueOf(2048));
        assertThat(after.newSectorPower(2048)).isEqualTo(BigInteger.valueOf(20480));
        assertThat(before.has(MinerMethod.UPGRADE_SECTOR_QUALITY)).isFalse();
        assertThat(after.has(MinerMethod.UPGRADE_SECTOR_QUALITY)).isTrue();
        assertThat(before.has(MarketMethod.BATCH_ACTIVATE_DEALS)).isTrue();
        assertThat(after.has(MarketMethod.BATCH_ACTIVATE_DEALS)).isFalse();
        assertThat(after.has(MarketMethod.PUBLISH_STORAGE_DEALS)).isTrue();
        assertThat(NetworkPolicy.of(30)).isEqualTo(after);
    }

    @Test
    void policy_whenTheVersionIsOlder_refuses() {
        assertThatThrownBy(() -> NetworkPolicy.of(27)).isInstanceOf(InvalidValueException.class);
    }

    /** Lotus 1.36.2's 2k network calls itself version 29 and runs the actors of 28. */
    @Test
    void policy_whenTheCodeIsOlderThanTheVersion_followsTheCode() {
        var answers = Vectors.elements(Vectors.load("lotus2/rpc/nv29-placeholder.json"))
                .filter(entry -> entry.get("request").get("method").asText().endsWith("StateGetActor"))
                .toList();

        assertThat(answers).isNotEmpty().allSatisfy(entry -> {
            var code = Cid.parse(
                    entry.get("response").get("result").get("Code").get("/").asText());
            var policy = NetworkPolicy.of(29, CODES.actorsVersion(code));
            assertThat(policy).isEqualTo(NetworkPolicy.of(28));
        });
        assertThat(NetworkPolicy.of(29, OptionalLong.empty())).isEqualTo(NetworkPolicy.of(29));
    }
}
