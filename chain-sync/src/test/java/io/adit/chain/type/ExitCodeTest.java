package io.adit.chain.type;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.Vectors;
import org.junit.jupiter.api.Test;

final class ExitCodeTest {
    @Test
    void explain_whenTheCodeWasSeenFromARealActor_saysMoreThanANumber() {
        Vectors.elements(Vectors.load("lotus2/objects/exit-codes.json"))
                .map(entry -> entry.get("exit"))
                .filter(JsonNode::isNumber)
                .forEach(exit -> assertThat(ExitCode.explain(exit.asLong(), ActorKind.MARKET))
                        .startsWith(exit.asText())
                        .doesNotContain("no name", "actor's own"));
    }

    @Test
    void explain_whenTheCodeIsTheActorsOwn_dependsOnTheActor() {
        assertThat(ExitCode.explain(32, ActorKind.MARKET)).contains("timed out");
        assertThat(ExitCode.explain(33, ActorKind.MARKET)).contains("not activated");
        assertThat(ExitCode.explain(1004, ActorKind.MINER)).contains("refused");
        assertThat(ExitCode.explain(4242, ActorKind.POWER)).contains("actor's own");
    }
}
