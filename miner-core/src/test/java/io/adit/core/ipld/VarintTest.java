package io.adit.core.ipld;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.adit.core.Cases;
import io.adit.core.error.InvalidValueException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VarintTest {
    @ParameterizedTest
    @CsvSource({
        "0,00",
        "1,01",
        "127,7f",
        "128,8001",
        "255,ff01",
        "300,ac02",
        "16384,808001",
        "9223372036854775807,ffffffffffffffff7f"
    })
    void encodingIsTheSpecifications(long value, String hex) {
        assertThat(HexFormat.of().formatHex(Varint.encode(value))).isEqualTo(hex);
        assertThat(Varint.decode(HexFormat.of().parseHex(hex + "ff"), 0))
                .isEqualTo(new Varint.Decoded(value, hex.length() / 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "80", "8000", "ff8000", "ffffffffffffffffff", "ffffffffffffffffff01"})
    void decodingRefuses_whenUnfinishedPaddedOrTooLong(String hex) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> Varint.decode(HexFormat.of().parseHex(hex), 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8000", "ffffffffffffffffff01"})
    void readingRefuses_whenPaddedOrTooLong(String hex) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() ->
                        Varint.read(new ByteArrayInputStream(HexFormat.of().parseHex(hex))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"80", "ffff"})
    void readingFails_whenStreamEndsInside(String hex) {
        assertThatExceptionOfType(EOFException.class)
                .isThrownBy(() ->
                        Varint.read(new ByteArrayInputStream(HexFormat.of().parseHex(hex))));
    }

    @Test
    void roundTrips_whenNotNegative() {
        Cases.repeat(1000, given -> {
            long value = given.anyLong() & Long.MAX_VALUE;
            var bytes = Varint.encode(value);

            assertThat(bytes).hasSize(Varint.length(value));
            assertThat(Varint.decode(bytes, 0).value()).isEqualTo(value);
            assertThat(Varint.read(new ByteArrayInputStream(bytes))).isEqualTo(value);
        });
    }

    @Test
    void negativeIsRefused() {
        Cases.repeat(1000, given -> {
            long value = given.anyLong() | Long.MIN_VALUE;

            assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> Varint.encode(value));
        });
    }
}
