package io.adit.chain.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.Fuzzer;
import io.adit.core.error.AditException;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a full node that lies may answer to any method: results as Lotus gave them, with bytes or values changed. */
class AnswerFuzzTest {
    private static final int LONGEST = 16 << 10;
    private static final int LARGEST_SEED = 4 << 10;
    private static final int METHOD = 1;
    /** A tree of JSON takes up to some fifty bytes for one on the wire, and what is read out of it as much again. */
    private static final long CAP = 4 << 20;

    private static final List<RpcMethod<?>> METHODS = RpcCatalogue.methods().stream()
            .sorted(Comparator.comparing(RpcMethod::name))
            .toList();

    private final Json json = new Json(LONGEST);

    @Test
    void anyAnswer_isReadOrATypedFailure() {
        assertThat(METHODS).hasSizeLessThan(256);
        Fuzzer.of("rpc-answer", corpus(), CAP).run(10_000, this::read);
    }

    /** A tree of 64 MiB of these would take two GiB. */
    @Test
    void answerOfNothingButEmptyObjects_isNotUnderstood() {
        var few = "[" + "{},".repeat(100_000) + "1]";
        var many = "[" + "{},".repeat(600_000) + "1]";
        var narrow = new Json(4 << 20);

        assertThat(narrow.parse(few)).isPresent();
        assertThat(narrow.parse(many)).isEmpty();
        assertThat(narrow.parse(many.getBytes(StandardCharsets.US_ASCII))).isEmpty();
        assertThat(new Json(16 << 20).parse(many)).isPresent();
    }

    private void read(byte[] input, Random random) {
        if (input.length < METHOD) {
            return;
        }
        var method = METHODS.get((input[0] & 0xff) % METHODS.size());
        json.parse(Arrays.copyOfRange(input, METHOD, input.length)).ifPresent(result -> {
            decode(method, result);
            decode(method, twisted(result, random));
        });
    }

    private static void decode(RpcMethod<?> method, JsonNode result) {
        try {
            method.result().decode(result);
        } catch (AditException refused) {
            // as it should be
        }
    }

    /** The number of a method, and the text of a result. The smallest results that were recorded of each method. */
    private static List<byte[]> corpus() {
        var inputs = new ArrayList<byte[]>();
        var recordings = Recording.ofCatalogue();
        for (int number = 0; number < METHODS.size(); number++) {
            var method = METHODS.get(number);
            var at = number;
            recordings.stream()
                    .filter(recording -> recording.error().isEmpty())
                    .filter(recording -> RpcCatalogue.find(recording.method())
                            .filter(method::equals)
                            .isPresent())
                    .map(recording -> recording.result().toString())
                    .filter(result -> result.length() <= LARGEST_SEED)
                    .distinct()
                    .sorted(Comparator.comparingInt(String::length).reversed())
                    .limit(2)
                    .forEach(result -> inputs.add(input(at, result)));
        }
        assertThat(inputs).hasSizeGreaterThan(METHODS.size() / 2);
        inputs.add(input(0, "[".repeat(1001) + "]".repeat(1001)));
        inputs.add(input(0, "9".repeat(401)));
        inputs.add(input(0, "{\"a\":1,\"a\":2}"));
        return inputs;
    }

    private static byte[] input(int method, String result) {
        var input = new ByteArrayOutputStream();
        input.write(method);
        input.writeBytes(result.getBytes(StandardCharsets.UTF_8));
        return input.toByteArray();
    }

    /** The same tree with one value in it replaced. */
    private static JsonNode twisted(JsonNode tree, Random random) {
        var copy = tree.deepCopy();
        JsonNode at = copy;
        while (at.isContainerNode() && !at.isEmpty()) {
            int child = random.nextInt(at.size());
            JsonNode next;
            switch (at) {
                case ArrayNode array -> {
                    next = array.get(child);
                    if (isReplaced(next, random)) {
                        array.set(child, odd(random));
                        return copy;
                    }
                }
                case ObjectNode object -> {
                    var name = object.properties().stream()
                            .skip(child)
                            .findFirst()
                            .orElseThrow()
                            .getKey();
                    next = object.path(name);
                    if (isReplaced(next, random)) {
                        object.set(name, odd(random));
                        return copy;
                    }
                }
                default -> throw new IllegalStateException("no other node holds nodes");
            }
            at = next;
        }
        return odd(random);
    }

    private static boolean isReplaced(JsonNode node, Random random) {
        return !node.isContainerNode() || node.isEmpty() || random.nextInt(4) == 0;
    }

    private static JsonNode odd(Random random) {
        var nodes = JsonNodeFactory.instance;
        return switch (random.nextInt(14)) {
            case 0 -> nodes.nullNode();
            case 1 -> nodes.numberNode(-1);
            case 2 -> nodes.numberNode(Long.MAX_VALUE);
            case 3 -> nodes.numberNode(Long.MIN_VALUE);
            case 4 -> nodes.numberNode(BigInteger.TWO.pow(1000));
            case 5 -> nodes.numberNode(1e300);
            case 6 -> nodes.textNode("");
            case 7 -> nodes.textNode("x".repeat(1000));
            case 8 -> nodes.textNode("-" + Long.MAX_VALUE);
            case 9 -> nodes.arrayNode();
            case 10 -> nodes.arrayNode().add(Long.MAX_VALUE).add(Long.MAX_VALUE).add(1);
            case 11 -> nodes.arrayNode().addNull();
            case 12 -> nodes.objectNode();
            default -> nodes.booleanNode(random.nextBoolean());
        };
    }
}
