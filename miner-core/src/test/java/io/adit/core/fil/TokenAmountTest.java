package io.adit.core.fil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.core.Vectors;
import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenAmountTest {
    @ParameterizedTest
    @MethodSource("amounts")
    void everyFormAgrees_forVectors(JsonNode vector) {
        var amount = TokenAmount.ofAtto(vector.required("atto").asText());

        var cbor = new CborWriter().bytes(amount.cborBytes()).toByteArray();

        assertThat(cbor).isEqualTo(Vectors.hex(vector, "cbor"));
        assertThat(TokenAmount.fromCborBytes(new CborReader(cbor).bytes(TokenAmount.MAX_CBOR_BYTES)))
                .isEqualTo(amount);
        assertThat(TokenAmount.ofFil(vector.required("fil").asText())).isEqualTo(amount);
        assertThat(TokenAmount.ofFil(amount.toString())).isEqualTo(amount);
        assertThat(amount.attoText()).isEqualTo(vector.required("atto").asText());
    }

    @ParameterizedTest
    @CsvSource({"1500000000000000000,1.5 FIL", "0,0 FIL", "-1,-0.000000000000000001 FIL", "20000000000000000000,20 FIL"
    })
    void textIsForPeople(String atto, String expected) {
        assertThat(TokenAmount.ofAtto(atto)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.0000000000000000001", "1e18", "1,5", "--1", "FIL", ".", "1 fil", "٣"})
    void ofFilRefuses_whenNotADecimalNumber(String text) {
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> TokenAmount.ofFil(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"02", "0201", "ff01"})
    void fromCborBytesRefuses_whenSignIsNeither0Nor1(String hex) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> TokenAmount.fromCborBytes(HexFormat.of().parseHex(hex)));
    }

    @Test
    void amountIsRefused_whenMagnitudeExceeds127Bytes() {
        var largest = BigInteger.ONE.shiftLeft(8 * 127).subtract(BigInteger.ONE);

        assertThat(new TokenAmount(largest).cborBytes()).hasSize(TokenAmount.MAX_CBOR_BYTES);
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new TokenAmount(largest.add(BigInteger.ONE)));
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> TokenAmount.fromCborBytes(new byte[TokenAmount.MAX_CBOR_BYTES + 1]));
    }

    @Test
    void arithmeticIsExact() {
        var two = TokenAmount.ofFil(2);
        assertThat(two.plus(TokenAmount.ofAtto(1)).minus(two)).isEqualTo(TokenAmount.ofAtto(1));
        assertThat(two.times(3).dividedBy(4)).isEqualTo(TokenAmount.ofFil("1.5"));
        assertThat(two.negate().isNegative()).isTrue();
        assertThat(two.max(TokenAmount.ZERO)).isEqualTo(two);
        assertThat(two.min(TokenAmount.ZERO).isZero()).isTrue();
    }

    static Stream<JsonNode> amounts() {
        return Vectors.each("filecoin/bigints.json");
    }
}
