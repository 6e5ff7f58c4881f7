package io.adit.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reads golden vectors from the test resources under {@code vectors/}. */
public final class Vectors {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Vectors() {}

    /** A whole file, for example {@code filecoin/addresses.json}. */
    public static JsonNode read(String path) {
        try (var in = Vectors.class.getResourceAsStream("/vectors/" + path)) {
            if (in == null) {
                throw new IllegalArgumentException("no vector file " + path);
            }
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The elements of a file that is an array; never empty. */
    public static Stream<JsonNode> each(String path) {
        return each(read(path));
    }

    public static Stream<JsonNode> each(JsonNode array) {
        if (!array.isArray() || array.isEmpty()) {
            throw new IllegalArgumentException("not an array with elements");
        }
        return StreamSupport.stream(array.spliterator(), false);
    }

    public static byte[] hex(JsonNode object, String field) {
        return HexFormat.of().parseHex(object.required(field).asText());
    }

    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
