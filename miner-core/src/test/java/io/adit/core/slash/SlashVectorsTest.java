package io.adit.core.slash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.Vectors;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the published scenarios of {@code vectors/slash-guard}; docs/slash-guard.md says how to read them. */
class SlashVectorsTest {
    private static final List<String> FILES = List.of("rules", "history", "interchange", "doubt");

    @TempDir
    Path root;

    static Stream<Arguments> scenarios() {
        return FILES.stream()
                .flatMap(file -> Vectors.each("slash-guard/" + file + ".json"))
                .map(scenario -> Arguments.of(scenario.required("name").asText(), scenario));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenarios")
    void scenarioHolds(String name, JsonNode scenario) throws IOException {
        var runner = new Runner(root, scenario);
        try {
            int number = 0;
            for (JsonNode step : scenario.required("steps")) {
                String what = "%s, step %d: %s".formatted(name, number++, step);
                assertThat(runner.run(step)).as(what).isEqualTo(expected(step));
            }
        } finally {
            runner.close();
        }
    }

    private static String expected(JsonNode step) {
        return step.has("expect") ? step.get("expect").asText() : "done";
    }

    private static final class Runner {
        private final Path root;
        private final Address miner;
        private final Cid genesis;
        private int boot = 1;
        private byte[] backup = new byte[0];
        private @Nullable SlashGuard guard;

        Runner(Path root, JsonNode scenario) {
            this.root = root;
            this.miner = Address.parse(scenario.required("miner").asText());
            this.genesis = Cid.parse(scenario.required("genesis").asText());
        }

        private SlashGuard guard() {
            if (guard == null) {
                guard = SlashGuard.open(settings(), GuardFixture.CLOCK, new SecureRandom(), new SimpleMeterRegistry());
            }
            return guard;
        }

        private GuardSettings settings() {
            return new GuardSettings(
                    miner,
                    genesis,
                    root,
                    new FileGuardAnchor(root.resolve("anchor")),
                    new MachineMark("boot " + boot),
                    () -> OptionalLong.of(0),
                    true);
        }

        void close() {
            if (guard != null) {
                guard.close();
                guard = null;
            }
        }

        /** Answers what came of a step: "done", or the word that the vectors use for the outcome. */
        String run(JsonNode step) throws IOException {
            try {
                return attempt(step);
            } catch (BlockRefusedException e) {
                return e.rule().name().toLowerCase(Locale.ROOT);
            } catch (AditException e) {
                return e.code().name().toLowerCase(Locale.ROOT).replace("slash_", "");
            }
        }

        private String attempt(JsonNode step) throws IOException {
            switch (step.required("do").asText()) {
                case "begin" -> guard().begin();
                case "resume" ->
                    guard().resume(
                                    epoch(step, "now"),
                                    stream(step.path("on_chain"))
                                            .map(Runner::block)
                                            .toList());
                case "permit" -> {
                    return guard().permit(intent(step)).again() ? "permitted_again" : "permitted";
                }
                case "import" -> guard().importFile(ProtectionFile.parse(text(step.required("file"))));
                case "accept_epoch" -> guard().acceptEpoch(epoch(step, "epoch"));
                case "export" -> {
                    boolean complete = step.required("form").asText().equals("complete");
                    var file = complete ? guard().exportComplete() : guard().exportMinimal();
                    var json = new ObjectMapper().readTree(file.toJson());
                    assertThat(json).isEqualTo(step.required("file"));
                }
                case "restart" -> {
                    close();
                    boot += step.path("other_boot").asBoolean() ? 1 : 0;
                }
                case "back_up_log" -> backup = Files.readAllBytes(settings().log());
                case "restore_log" -> {
                    close();
                    Files.write(settings().log(), backup);
                }
                case "lose_log" -> {
                    close();
                    Files.delete(settings().log());
                }
                case "doubt" -> {
                    return guard().status()
                            .doubt()
                            .map(doubt -> doubt.name().toLowerCase(Locale.ROOT))
                            .orElse("none");
                }
                case "floor" -> {
                    return guard().status().floor().toString();
                }
                default -> throw new IllegalArgumentException("unknown step " + step);
            }
            return "done";
        }

        private BlockIntent intent(JsonNode step) {
            var block = block(step);
            return new BlockIntent(
                    miner,
                    block.epoch(),
                    block.block(),
                    block.parents(),
                    block.parentEpoch(),
                    cids(step.path("grandparents")),
                    cids(step.path("own_parents")));
        }

        private static ProtectedBlock block(JsonNode json) {
            return new ProtectedBlock(
                    epoch(json, "epoch"),
                    Cid.parse(json.required("block").asText()),
                    cids(json.required("parents")),
                    epoch(json, "parent_epoch"));
        }

        private static Epoch epoch(JsonNode json, String key) {
            return new Epoch(Long.parseLong(json.required(key).asText()));
        }

        private static List<Cid> cids(JsonNode array) {
            return stream(array).map(cid -> Cid.parse(cid.asText())).toList();
        }

        private static Stream<JsonNode> stream(JsonNode array) {
            return StreamSupport.stream(array.spliterator(), false);
        }

        /** A file in the vectors is an object, or a text where it is not even JSON. */
        private static String text(JsonNode file) {
            return file.isTextual() ? file.asText() : file.toString();
        }
    }
}
