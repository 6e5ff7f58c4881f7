package io.adit.chain.type;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.Vectors;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.ProvingPeriodPolicy;
import io.adit.core.fil.Randomness;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class DeadlineInfoTest {
    private static final ProvingPeriodPolicy SHORT = new ProvingPeriodPolicy(480, 48, 10, 4, 10);

    static Stream<Named<JsonNode>> deadlines() {
        return Vectors.entries("filecoin/deadlines.json");
    }

    static Stream<Named<JsonNode>> draws() {
        return Vectors.entries("filecoin/draw_randomness.json");
    }

    @ParameterizedTest
    @MethodSource("deadlines")
    void deadlineInfo_whenGolden_answersAsTheActor(JsonNode entry) {
        var policy = entry.get("policy").asText().equals("mainnet") ? ProvingPeriodPolicy.MAINNET : SHORT;
        var info = DeadlineInfo.of(
                policy, epoch(entry, "period_start"), entry.get("deadline").asLong(), epoch(entry, "epoch"));
        var expected = entry.get("info");

        assertThat(info)
                .isEqualTo(new DeadlineInfo(
                        epoch(expected, "CurrentEpoch"),
                        epoch(expected, "PeriodStart"),
                        expected.get("Index").asLong(),
                        epoch(expected, "Open"),
                        epoch(expected, "Close"),
                        epoch(expected, "Challenge"),
                        epoch(expected, "FaultCutoff"),
                        expected.get("WPoStPeriodDeadlines").asLong(),
                        expected.get("WPoStProvingPeriod").asLong(),
                        expected.get("WPoStChallengeWindow").asLong(),
                        expected.get("WPoStChallengeLookback").asLong(),
                        expected.get("FaultDeclarationCutoff").asLong()));
        assertThat(info.isOpen()).isEqualTo(entry.get("is_open").asBoolean());
        assertThat(info.hasElapsed()).isEqualTo(entry.get("has_elapsed").asBoolean());
        assertThat(info.faultCutoffPassed())
                .isEqualTo(entry.get("fault_cutoff_passed").asBoolean());
        assertThat(info.isMutable()).isEqualTo(entry.get("is_mutable").asBoolean());
        assertThat(info.last()).isEqualTo(epoch(entry, "last"));
        assertThat(info.nextNotElapsed().open()).isEqualTo(epoch(entry, "next_open_not_elapsed"));
    }

    private static Epoch epoch(JsonNode entry, String field) {
        return new Epoch(entry.get(field).asLong());
    }

    @Test
    void isDisputable_whenTheWindowHasPassed_isFalse() {
        var info = DeadlineInfo.of(SHORT, new Epoch(0), 3, new Epoch(0));

        assertThat(info.at(new Epoch(60)).isDisputable(50)).isTrue();
        assertThat(info.at(new Epoch(95)).isDisputable(50)).isFalse();
        assertThat(info.at(new Epoch(35)).isDisputable(50)).isFalse();
    }

    @Test
    void window_whenTakenFromAnAnswer_givesTheAnswerBack() {
        var info = DeadlineInfo.of(SHORT, new Epoch(-100), 7, new Epoch(3));

        assertThat(DeadlineInfo.of(info.window())).isEqualTo(info);
        assertThat(info.withIndex(8).open()).isEqualTo(info.close());
    }

    @ParameterizedTest
    @MethodSource("draws")
    void draw_whenGolden_isTheChainsRandomness(JsonNode entry) {
        var tag = Stream.of(DomainSeparationTag.values())
                .filter(candidate -> candidate.number() == entry.get("tag").asLong())
                .findFirst()
                .orElseThrow();
        var epoch = epoch(entry, "round");
        var entropy = Vectors.hex(entry, "entropy");
        var expected = Randomness.fromHex(entry.get("randomness").asText());

        assertThat(ChainRandomness.draw(Vectors.hex(entry, "rbase"), tag, epoch, entropy))
                .isEqualTo(expected);
        assertThat(ChainRandomness.drawFromDigest(Vectors.hex(entry, "digest"), tag, epoch, entropy))
                .isEqualTo(expected);
    }
}
