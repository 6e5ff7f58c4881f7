package io.adit.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Named;

/** Golden vectors on the test class path. */
public final class Vectors {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Vectors() {}

    /** The document at {@code vectors/<path>}. */
    public static JsonNode load(String path) {
        try (var in = Vectors.class.getResourceAsStream("/vectors/" + path)) {
            if (in == null) {
                throw new IllegalStateException("no test vector " + path);
            }
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The entries of the array at {@code vectors/<path>}, named for the test report. */
    public static Stream<Named<JsonNode>> entries(String path) {
        var array = load(path);
        return IntStream.range(0, array.size())
                .mapToObj(index -> Named.of(path + "[" + index + "] " + title(array.get(index)), array.get(index)));
    }

    private static String title(JsonNode entry) {
        for (var key : new String[] {"id", "case", "name", "cid", "upgrade"}) {
            if (entry.hasNonNull(key)) {
                return entry.get(key).asText();
            }
        }
        return "";
    }

    /** The elements of a JSON array. */
    public static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /** The bytes of a hexadecimal text field. */
    public static byte[] hex(JsonNode entry, String field) {
        return hex(entry.get(field).asText());
    }

    /** Bytes of hexadecimal text. */
    public static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    /** Hexadecimal text of bytes. */
    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
