package io.adit.core.fil;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.core.Vectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DeadlineWindowTest {
    @ParameterizedTest
    @MethodSource("deadlines")
    void sumsAreTheChains_forVectors(JsonNode vector) {
        var info = vector.required("info");
        var policy = new ProvingPeriodPolicy(
                info.required("WPoStProvingPeriod").asLong(),
                info.required("WPoStPeriodDeadlines").asLong(),
                info.required("WPoStChallengeWindow").asLong(),
                info.required("WPoStChallengeLookback").asLong(),
                info.required("FaultDeclarationCutoff").asLong());

        var deadline = policy.deadline(
                epoch(vector, "period_start"), vector.required("deadline").asLong(), epoch(vector, "epoch"));

        assertThat(deadline.now()).isEqualTo(epoch(info, "CurrentEpoch"));
        assertThat(deadline.open()).isEqualTo(epoch(info, "Open"));
        assertThat(deadline.close()).isEqualTo(epoch(info, "Close"));
        assertThat(deadline.challenge()).isEqualTo(epoch(info, "Challenge"));
        assertThat(deadline.faultCutoff()).isEqualTo(epoch(info, "FaultCutoff"));
        assertThat(deadline.last()).isEqualTo(epoch(vector, "last"));
        assertThat(deadline.periodEnd()).isEqualTo(epoch(vector, "period_end"));
        assertThat(deadline.nextPeriodStart()).isEqualTo(epoch(vector, "next_period_start"));
        assertThat(deadline.nextNotElapsed().open()).isEqualTo(epoch(vector, "next_open_not_elapsed"));
        assertThat(deadline.isOpen()).isEqualTo(vector.required("is_open").asBoolean());
        assertThat(deadline.hasElapsed())
                .isEqualTo(vector.required("has_elapsed").asBoolean());
        assertThat(deadline.faultCutoffPassed())
                .isEqualTo(vector.required("fault_cutoff_passed").asBoolean());
        assertThat(deadline.isMutable()).isEqualTo(vector.required("is_mutable").asBoolean());
    }

    @Test
    void currentDeadlineIsTheOpenOne_atEveryEpoch() {
        var policy = new ProvingPeriodPolicy(480, 48, 10, 4, 10);

        for (long now = 0; now < 1000; now++) {
            var deadline = policy.current(297, new Epoch(now));
            assertThat(deadline.isOpen()).isTrue();
            assertThat(Math.floorMod(deadline.periodStart().value(), 480)).isEqualTo(297);
        }
    }

    private static Epoch epoch(JsonNode object, String field) {
        return new Epoch(object.required(field).asLong());
    }

    static Stream<JsonNode> deadlines() {
        return Vectors.each("filecoin/deadlines.json");
    }
}
