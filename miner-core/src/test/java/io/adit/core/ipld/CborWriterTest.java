package io.adit.core.ipld;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
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

    @Property(seed = "1")
    void valuesRoundTrip(@ForAll("values") Object value) {
        var writer = new CborWriter();
        write(writer, value);
        var bytes = writer.toByteArray();

        var reader = new CborReader(bytes);
        assertThat(read(reader)).usingRecursiveComparison().isEqualTo(value);
        reader.end();
    }

    @Property(seed = "1")
    void anotherDecoderReadsTheSame_whenThereAreNoLinks(@ForAll("plain") List<Object> value) throws IOException {
        var writer = new CborWriter();
        write(writer, value);

        var tree = new CBORMapper().readTree(writer.toByteArray());

        assertThat(tree).isEqualTo(new CBORMapper().valueToTree(value));
    }

    @Property(seed = "1")
    void changedByteNeverFailsUntyped(@ForAll("values") Object value, @ForAll int where, @ForAll byte what) {
        var writer = new CborWriter();
        write(writer, value);
        var bytes = writer.toByteArray();
        bytes[Math.floorMod(where, bytes.length)] = what;

        try {
            var reader = new CborReader(bytes);
            read(reader);
            reader.end();
        } catch (CborException e) {
            assertThat(e.position()).isBetween(0, bytes.length);
        }
    }

    @Provide
    Arbitrary<Object> values() {
        return Arbitraries.recursive(
                () -> Arbitraries.<Object>oneOf(
                        scalars(), Arbitraries.<Object>of(LINK), Arbitraries.<Object>of(Nothing.NULL)),
                inner -> Arbitraries.oneOf(
                        inner.list().ofMaxSize(4),
                        Arbitraries.maps(Arbitraries.strings().ofMaxLength(4).filter(CborWriterTest::isUnicode), inner)
                                .ofMaxSize(4)),
                0,
                4);
    }

    @Provide
    Arbitrary<List<Object>> plain() {
        return scalars().filter(v -> !(v instanceof Long)).list().ofMaxSize(8);
    }

    private static Arbitrary<Object> scalars() {
        return Arbitraries.<Object>frequencyOf(
                Tuple.of(3, Arbitraries.longs()),
                Tuple.of(1, Arbitraries.of(true, false)),
                Tuple.of(2, Arbitraries.strings().ofMaxLength(40).filter(CborWriterTest::isUnicode)),
                Tuple.of(2, Arbitraries.bytes().array(byte[].class).ofMaxSize(300)),
                Tuple.of(1, Arbitraries.doubles()));
    }

    private static boolean isUnicode(String text) {
        return text.chars().noneMatch(c -> Character.isSurrogate((char) c));
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
