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
                .forEach(exit -> assertThat(ExitCode.explain(exit.asLong(), "storagemarket"))
                        .startsWith(exit.asText())
                        .doesNotContain("no name", "actor's own"));
    }

    @Test
    void explain_whenTheCodeIsTheActorsOwn_dependsOnTheActor() {
        assertThat(ExitCode.explain(32, "storagemarket")).contains("timed out");
        assertThat(ExitCode.explain(33, "storagemarket")).contains("not activated");
        assertThat(ExitCode.explain(1004, "storageminer")).contains("refused");
        assertThat(ExitCode.explain(4242)).contains("actor's own");
    }
}
