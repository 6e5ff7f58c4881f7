package io.adit.devnet.actor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.core.Vectors;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** 141 of 155 refused and control messages of the recorded network get the same exit code, and return, here. */
class ExitCodesTest {
    private static final String FILE = "lotus2/objects/exit-codes.json";

    /** Cases that cannot be held, each with its reason. Everything else must agree. */
    private static final Map<String, String> NOT_COVERED = Map.ofEntries(
            Map.entry("ProveReplicaUpdates3", "replica updates are not built"),
            Map.entry("miner method 36 (ProveCommitSectorsNI)", "non-interactive commits are not built"),
            Map.entry("CompactPartitions", "compaction is not built"),
            Map.entry("ExtendSectorExpiration2", "extensions are not built"),
            Map.entry("sender does not exist", "an RPC error, not an exit code: see RpcTest"));

    /** Returns that say more than the actors' rules; of these only the length is compared. */
    private static final Map<String, String> OWN_RETURN = Map.of(
            "WithdrawBalance more than available", "the miner's balance holds block rewards, which the story has not",
            "power.CreateMiner window post proof type 10", "the new actor's robust address hashes the recorded nonce");

    private static @Nullable Story story;

    @BeforeAll
    static void play() {
        story = Story.play();
    }

    private static Optional<String> reasonNotCovered(JsonNode item) {
        var name = item.required("case").asText();
        return NOT_COVERED.entrySet().stream()
                .filter(entry -> name.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    static Stream<Arguments> covered() {
        return Vectors.each(FILE)
                .filter(item -> reasonNotCovered(item).isEmpty())
                .map(item -> Arguments.of(item.required("case").asText() + " @" + item.required("epoch"), item));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("covered")
    void theVerdictIsTheRecordedOne(String name, JsonNode item) {
        long epoch = item.required("epoch").asLong();
        var told = Objects.requireNonNull(story);
        var vm = new Vm(told.strict(epoch), told.at(epoch).fork());

        var applied = told.call(vm, item);

        assertThat(applied.receipt().exitCode())
                .as(name + ": " + applied.error())
                .isEqualTo(item.required("exit").asLong());
        var returned = Vectors.hex(applied.receipt().returnValue());
        var recorded = item.required("return_cbor_hex").asText();
        if (OWN_RETURN.keySet().stream().anyMatch(name::startsWith)) {
            assertThat(returned).hasSameSizeAs(recorded);
        } else {
            assertThat(returned).isEqualTo(recorded);
        }
    }

    @Test
    void noMoreThanTheNamedCasesAreLeftOut() {
        long left = Vectors.each(FILE)
                .filter(item -> reasonNotCovered(item).isPresent())
                .count();

        assertThat(left).isEqualTo(14);
        assertThat(Vectors.each(FILE)).hasSize(155);
    }
}
