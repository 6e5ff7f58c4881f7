package io.adit.core.ipld;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.adit.core.Cases;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CborWriterTest {
    /** Stands for null in generated values. */
    private enum Nothing {
        NULL
    }

    private static final Cid LINK = Cid.rawSha256(new byte[] {1});

    @Test
    void itemsAreInTheirShortestForm() {
        var bytes = new CborWriter()
                .array(9)
                .uint(23)
                .uint(24)
                .uint(256)
                .uint(65536)
                .uint(1L << 32)
                .integer(-25)
                .uint64(-1)
                .bool(true)
                .nul()
                .toByteArray();

        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo("89" + "17" + "1818" + "190100" + "1a00010000" + "1b0000000100000000" + "3818"
                        + "1bffffffffffffffff" + "f5" + "f6");
    }

    @Test
    void mistakesOfTheProgramAreIllegalStates() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> new CborWriter().array(2).uint(1).toByteArray());
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> new CborWriter().map(2).text("b").uint(1).text("a"));
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> new CborWriter().map(2).text("a").uint(1).text("a"));
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> new CborWriter().map(1).uint(1));
        var anyOrder = new CborWriter(CborLimits.KeyOrder.ANY).map(2).text("b").uint(1);
        assertThat(anyOrder.text("a").uint(2).toByteArray()).hasSize(7);
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> new CborWriter(CborLimits.KeyOrder.ANY)
                        .map(2)
                        .text("b")
                        .uint(1)
                        .text("b"));
    }

    @Test
    void rawItemCountsAsOneItem() {
        var inner = new CborWriter().array(2).uint(1).uint(2).toByteArray();

        var outer = new CborWriter().array(2).raw(inner).uint(3).toByteArray();

        assertThat(HexFormat.of().formatHex(outer)).isEqualTo("8282010203");
    }

    @Test
    void valuesRoundTrip() {
        Cases.repeat(1000, given -> {
            var value = value(given, 0);

            var reader = new CborReader(written(value));
            assertThat(read(reader)).usingRecursiveComparison().isEqualTo(value);
            reader.end();
        });
    }

    @Test
    void anotherDecoderReadsTheSame_whenThereAreNoLinks() {
        Cases.repeat(1000, given -> {
            // It would give small numbers back as int.
            var value = given.list(8, () -> scalar(given)).stream()
                    .filter(item -> !(item instanceof Long))
                    .toList();

            var tree = new CBORMapper().readTree(written(value));

            assertThat(tree).isEqualTo(new CBORMapper().valueToTree(value));
        });
    }

    @Test
    void changedByteNeverFailsUntyped() {
        Cases.repeat(2000, given -> {
            var bytes = written(value(given, 0));
            bytes[given.between(0, bytes.length - 1)] = given.anyByte();

            try {
                var reader = new CborReader(bytes);
                read(reader);
                reader.end();
            } catch (CborException e) {
                assertThat(e.position()).isBetween(0, bytes.length);
            }
        });
    }

    private static byte[] written(Object value) {
        var writer = new CborWriter();
        write(writer, value);
        return writer.toByteArray();
    }

    private static Object value(Cases given, int depth) {
        return switch (given.between(0, depth < 4 ? 6 : 3)) {
            case 0 -> LINK;
            case 1 -> Nothing.NULL;
            case 2, 3 -> scalar(given);
            case 4, 5 -> given.list(4, () -> value(given, depth + 1));
            default -> {
                var map = new HashMap<String, Object>();
                given.list(4, () -> given.unicode(4)).forEach(key -> map.put(key, value(given, depth + 1)));
                yield map;
            }
        };
    }

    private static Object scalar(Cases given) {
        return switch (given.between(0, 8)) {
            case 0, 1, 2 -> given.anyLong();
            case 3 -> given.random().nextBoolean();
            case 4, 5 -> given.unicode(40);
            case 6, 7 -> given.bytes(300);
            default -> given.random().nextGaussian() * given.anyLong();
        };
    }

    private static void write(CborWriter writer, Object value) {
        switch (value) {
            case Nothing nothing -> writer.nul();
            case Long number -> writer.integer(number);
            case Boolean bool -> writer.bool(bool);
            case String text -> writer.text(text);
            case byte[] bytes -> writer.bytes(bytes);
            case Double number -> writer.float64(number);
            case Cid cid -> writer.cid(cid);
            case List<?> list -> {
                writer.array(list.size());
                list.forEach(item -> write(writer, item));
            }
            case Map<?, ?> map -> {
                var sorted = new TreeMap<String, Object>(CborWriterTest::compareUtf8);
                map.forEach((key, item) -> sorted.put((String) key, item));
                writer.map(sorted.size());
                sorted.forEach((key, item) -> {
                    writer.text(key);
                    write(writer, item);
                });
            }
            default -> throw new IllegalArgumentException(value.toString());
        }
    }

    private static Object read(CborReader reader) {
        if (reader.tryNull()) {
            return Nothing.NULL;
        }
        return switch (reader.peek()) {
            case UINT, NEGATIVE -> reader.integer();
            case BYTES -> reader.bytes(1000);
            case TEXT -> reader.text(1000);
            case ARRAY -> {
                var list = new ArrayList<Object>();
                for (int left = reader.array(); left > 0; left--) {
                    list.add(read(reader));
                }
                yield list;
            }
            case MAP -> {
                var map = new HashMap<String, Object>();
                for (int left = reader.map(); left > 0; left--) {
                    map.put(reader.text(1000), read(reader));
                }
                yield map;
            }
            case TAG -> reader.cid();
            case SIMPLE -> simple(reader);
        };
    }

    private static Object simple(CborReader reader) {
        var item = reader.rawItem();
        var again = new CborReader(item);
        return item.length == 1 ? (Object) again.bool() : (Object) again.float64();
    }

    private static int compareUtf8(String left, String right) {
        return OpenContainers.compareKeys(
                left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }
}
