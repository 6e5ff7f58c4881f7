package io.adit.core.ipld;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.adit.core.Cases;
import io.adit.core.error.CoreErrorCode;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CborReaderTest {
    @ParameterizedTest
    @CsvSource({
        "1800, shortest form",
        "1817, shortest form",
        "1900ff, shortest form",
        "1a0000ffff, shortest form",
        "1b00000000ffffffff, shortest form",
        "5801aa, shortest form",
        "990001f6, shortest form",
        "5f4101ff, indefinite",
        "9fff, indefinite",
        "bfff, indefinite",
        "1c, reserved",
        "ff, does not have",
        "f7, does not have",
        "f0, does not have",
        "f820, does not have",
        "f93c00, does not have",
        "fa3f800000, does not have",
        "fb7ff0000000000000, not finite",
        "fb7ff8000000000000, not finite",
        "c001, tag 0",
        "d81843000000, tag 24",
        "d82a6100, not a byte string",
        "d82a40, 0x00 byte",
        "d82a4101, 0x00 byte",
        "d82a43000101, malformed CID",
        "61ff, not UTF-8",
        "62c328, not UTF-8",
        "5bffffffffffffffff, bytes where",
        "5a7fffffff00, bytes where",
        "9bffffffffffffffff, entries where",
        "9a7fffffff00, entries where",
        "bb7fffffffffffffff, entries where",
        "a20102, entries where",
        "a10102, not text",
        "a1f6f6, not text",
        "a2616101616102, twice",
        "a2616201616102, out of order",
        "a262616101616202, out of order",
        "1a0000, inside a number",
        "81, entries where",
        "'', ended"
    })
    void skippingRefuses_whenNotStrictDagCbor(String hex, String problem) {
        var reader = new CborReader(HexFormat.of().parseHex(hex));

        assertThatExceptionOfType(CborException.class)
                .isThrownBy(reader::skip)
                .withMessageContaining(problem)
                .satisfies(e -> assertThat(e.code()).isEqualTo(CoreErrorCode.MALFORMED_CBOR));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00",
                "17",
                "1818",
                "1bffffffffffffffff",
                "3bffffffffffffffff",
                "20",
                "40",
                "60",
                "80",
                "a0",
                "f4",
                "f5",
                "f6",
                "fb3ff0000000000000",
                "82a0a26161f66162828080",
                "a26161016262628101",
                "d82a5827000171a0e4022045b0cfc220ceec5b7c1c62c4d4193d38e4eba48e8815729ce75f9c0ab0e4c1c0"
            })
    void skippingAccepts_oneWholeItem(String hex) {
        var item = HexFormat.of().parseHex(hex);
        var two = new byte[item.length + 1];
        System.arraycopy(item, 0, two, 0, item.length);
        var reader = new CborReader(two);

        assertThat(reader.rawItem()).isEqualTo(item);
        assertThat(reader.uint()).isZero();
        reader.end();
    }

    @Test
    void nestingOfAMillionIsATypedError_notAStackOverflow() {
        var bomb = new byte[1_000_001];
        Arrays.fill(bomb, (byte) 0x81);
        bomb[1_000_000] = (byte) 0xf6;
        var tags = new byte[1_000_000];
        for (int i = 0; i < tags.length; i += 2) {
            tags[i] = (byte) 0xd8;
            tags[i + 1] = 42;
        }

        for (Consumer<CborReader> reading :
                List.<Consumer<CborReader>>of(CborReader::skip, CborReader::rawItem, CborReaderTest::enterForEver)) {
            var e = catchThrowableOfType(CborException.class, () -> reading.accept(new CborReader(bomb)));
            assertThat(e).hasMessageContaining("nesting deeper than 128");
            assertThat(e.position()).isEqualTo(128);
        }
        assertThatExceptionOfType(CborException.class)
                .isThrownBy(() -> new CborReader(tags).skip())
                .withMessageContaining("not a byte string");
    }

    @Test
    void nestingUpToTheLimitIsRead() {
        var deep = new byte[129];
        Arrays.fill(deep, (byte) 0x81);
        deep[128] = 0;
        var reader = new CborReader(deep);

        reader.skip();

        reader.end();
        assertThatExceptionOfType(CborException.class)
                .isThrownBy(() -> new CborReader(deep, new CborLimits(127, CborLimits.KeyOrder.SORTED)).skip());
    }

    @Test
    void keysInAnyOrderAreRead_whenAskedFor_butNotTwice() {
        var unsorted = HexFormat.of().parseHex("a2626161016162" + "02");
        var twice = HexFormat.of().parseHex("a36161016162026161" + "03");
        var reader = new CborReader(unsorted, CborLimits.ANY_KEY_ORDER);

        assertThat(reader.map()).isEqualTo(2);
        assertThat(reader.text(10)).isEqualTo("aa");
        assertThat(reader.uint()).isEqualTo(1);
        assertThat(reader.text(10)).isEqualTo("b");
        assertThat(reader.uint()).isEqualTo(2);
        reader.end();
        assertThatExceptionOfType(CborException.class)
                .isThrownBy(() -> new CborReader(twice, CborLimits.ANY_KEY_ORDER).skip())
                .withMessageContaining("\"a\" twice");
    }

    @Test
    void keysAreNotLookedAt_whenNotAskedFor() {
        var twice = HexFormat.of().parseHex("a36161016162026161" + "03");
        var reader = new CborReader(twice, CborLimits.UNCHECKED_KEYS);

        reader.skip();

        reader.end();
        assertThatExceptionOfType(CborException.class)
                .isThrownBy(() -> new CborReader(HexFormat.of().parseHex("a10101"), CborLimits.UNCHECKED_KEYS).skip())
                .withMessageContaining("not text");
    }

    @Test
    void emptyKeyIsAKey_andIsNotAllowedTwice() {
        new CborReader(HexFormat.of().parseHex("a2600161610" + "2")).skip();
        assertThatExceptionOfType(CborException.class)
                .isThrownBy(() -> new CborReader(HexFormat.of().parseHex("a260016002")).skip())
                .withMessageContaining("twice");
    }

    @Test
    void typedReadsRefuse_whenTypeOrRangeIsAnother() {
        refuses("20", CborReader::uint);
        refuses("1b8000000000000000", CborReader::uint);
        refuses("1b8000000000000000", CborReader::integer);
        refuses("3b8000000000000000", CborReader::integer);
        refuses("f6", CborReader::bool);
        refuses("f5", CborReader::float64);
        refuses("4101", reader -> reader.text(5));
        refuses("6161", reader -> reader.bytes(5));
        refuses("42aabb", reader -> reader.bytes(1));
        refuses("8100", reader -> reader.array(2));
        refuses("a0", CborReader::array);
        refuses("80", CborReader::map);
        refuses("00", CborReader::cid);
        refuses("0000", reader -> {
            reader.uint();
            reader.end();
        });
        refuses("820000", reader -> {
            reader.array(2);
            reader.uint();
            reader.end();
        });
    }

    @Test
    void extremesAreRead() {
        assertThat(reader("1bffffffffffffffff").uint64()).isEqualTo(-1);
        assertThat(reader("3b7fffffffffffffff").integer()).isEqualTo(Long.MIN_VALUE);
        assertThat(reader("1b7fffffffffffffff").integer()).isEqualTo(Long.MAX_VALUE);
        assertThat(reader("fb8000000000000000").float64()).isEqualTo(-0.0);
        assertThat(reader("f6").tryNull()).isTrue();
        assertThat(reader("f5").tryNull()).isFalse();
        assertThat(reader("").tryNull()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00",
                "1bffffffffffffffff",
                "43010203",
                "a26161f66162d82a420001",
                "8380a0820102",
                "fb3ff0000000000000",
            })
    void readOneItemTakesExactlyOneItem_fromAStreamThatGoesOn(String hex) throws IOException {
        var item = HexFormat.of().parseHex(hex);
        var in = new ByteArrayInputStream(HexFormat.of().parseHex(hex + "ffee"));

        assertThat(CborReader.readOneItem(in, item.length)).isEqualTo(item);
        assertThat(in.read()).isEqualTo(0xff);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"43010203", "8380a0820102", "5a7fffffff", "9bffffffffffffffff", "bb7fffffffffffffff", "9fff"})
    void readOneItemRefuses_whenLongerThanAllowed(String hex) {
        var in = new ByteArrayInputStream(HexFormat.of().parseHex(hex));

        assertThatExceptionOfType(CborException.class).isThrownBy(() -> CborReader.readOneItem(in, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "82", "8201", "420a", "1a00"})
    void readOneItemFails_whenStreamEnds(String hex) {
        var in = new ByteArrayInputStream(HexFormat.of().parseHex(hex));

        assertThatExceptionOfType(EOFException.class).isThrownBy(() -> CborReader.readOneItem(in, 1000));
    }

    @Test
    void anyBytesAreReadOrRefusedTyped_andStreamsAgree() {
        Cases.repeat(5000, given -> readOrRefuse(given.bytes(60)));
    }

    private static void readOrRefuse(byte[] bytes) throws IOException {
        byte[] item;
        try {
            item = new CborReader(bytes).rawItem();
        } catch (CborException e) {
            return;
        }
        assertThat(CborReader.readOneItem(new ByteArrayInputStream(bytes), bytes.length))
                .isEqualTo(item);
    }

    private static void enterForEver(CborReader reader) {
        while (reader.array() > 0) {
            assertThat(reader.position()).isLessThan(1000);
        }
    }

    private static CborReader reader(String hex) {
        return new CborReader(HexFormat.of().parseHex(hex));
    }

    private static void refuses(String hex, Consumer<CborReader> reading) {
        assertThatExceptionOfType(CborException.class).isThrownBy(() -> reading.accept(reader(hex)));
    }
}
