package io.adit.chain.node.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** How shapes are made out of shapes: scalars, objects, lists, maps, values that may be null. */
public final class JsonTypes {

    static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonTypes() {}

    /** Any JSON, untouched. */
    public static final JsonType<JsonNode> TREE = shape("value", (value, network) -> value, node -> node);

    /** No value: Go's functions that only return an error answer null. */
    public static final JsonType<Optional<Void>> NOTHING =
            shape("null", (value, network) -> NullNode.getInstance(), node -> Optional.empty());

    /** The value may be null (or absent), and then is empty. */
    public static <T> JsonType<Optional<T>> nullable(JsonType<T> type) {
        return shape(
                "value",
                (value, network) -> value.isPresent() ? type.encode(value.get(), network) : NullNode.getInstance(),
                node -> isNothing(node) ? Optional.empty() : Optional.of(type.decode(node)));
    }

    /** A list that Go writes as {@code []} when it is empty; null is read as empty. */
    public static <T> JsonType<List<T>> list(JsonType<T> element) {
        return shape(
                "list",
                (values, network) -> {
                    var array = NODES.arrayNode(values.size());
                    values.forEach(v -> array.add(element.encode(v, network)));
                    return array;
                },
                node -> readList(element, node));
    }

    /** A list that Go leaves nil, and so writes as null, when it is empty. */
    public static <T> JsonType<List<T>> listOrNull(JsonType<T> element) {
        var full = list(element);
        return shape(
                "list",
                (values, network) -> values.isEmpty() ? NullNode.getInstance() : full.encode(values, network),
                node -> readList(element, node));
    }

    /** A map with decimal or text keys, in Go's order (sorted as text). */
    public static <K, V> JsonType<Map<K, V>> map(
            Function<K, String> keyText, Function<String, K> key, JsonType<V> value) {
        return shape(
                "map",
                (entries, network) -> {
                    var sorted = new TreeMap<String, V>();
                    entries.forEach((k, v) -> sorted.put(keyText.apply(k), v));
                    var object = NODES.objectNode();
                    sorted.forEach((k, v) -> object.set(k, value.encode(v, network)));
                    return object;
                },
                node -> {
                    var entries = new java.util.LinkedHashMap<K, V>();
                    if (!isNothing(node)) {
                        new ObjectReader("map", node);
                        node.properties().forEach(e -> entries.put(key.apply(e.getKey()), value.decode(e.getValue())));
                    }
                    return java.util.Collections.unmodifiableMap(entries);
                });
    }

    /** An object whose fields are read and written by hand. */
    static <T> JsonType<T> object(String what, Function<ObjectReader, T> read, BiConsumer<ObjectWriter, T> write) {
        return shape(
                what,
                (value, network) -> {
                    var out = new ObjectWriter(network);
                    write.accept(out, value);
                    return out.finish();
                },
                node -> read.apply(new ObjectReader(what, node)));
    }

    /** The same JSON with another Java type in front of it. */
    static <A, B> JsonType<B> mapped(String what, JsonType<A> inner, Function<B, A> to, Function<A, B> from) {
        return shape(
                what,
                (value, network) -> inner.encode(to.apply(value), network),
                node -> from.apply(inner.decode(node)));
    }

    /** A type from two functions; whatever the reading function throws becomes a typed error that names the shape. */
    static <T> JsonType<T> shape(String what, Encoder<T> encoder, Function<JsonNode, T> decoder) {
        return new JsonType<>() {
            @Override
            public JsonNode encode(T value, Network network) {
                return encoder.encode(value, network);
            }

            @Override
            public T decode(JsonNode node) {
                try {
                    return decoder.apply(node);
                } catch (LotusJsonException e) {
                    throw e;
                } catch (AditException | IllegalArgumentException | ArithmeticException e) {
                    throw new LotusJsonException(what, e);
                }
            }
        };
    }

    static boolean isNothing(JsonNode node) {
        return node.isNull() || node.isMissingNode();
    }

    private static <T> List<T> readList(JsonType<T> element, JsonNode node) {
        if (isNothing(node)) {
            return List.of();
        }
        if (!node.isArray()) {
            throw new LotusJsonException("list", "an array was expected, " + node.getNodeType() + " found");
        }
        var values = new ArrayList<T>(node.size());
        for (var item : node) {
            values.add(element.decode(item));
        }
        return List.copyOf(values);
    }

    /** Writes a value for a network. */
    @FunctionalInterface
    interface Encoder<T> {
        JsonNode encode(T value, Network network);
    }
}
