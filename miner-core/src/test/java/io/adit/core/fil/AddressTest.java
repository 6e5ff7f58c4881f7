package io.adit.core.fil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.core.Vectors;
import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Varint;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    private static final String ABOVE_63_BITS = "id-18446744073709551615";

    @ParameterizedTest
    @MethodSource("addresses")
    void everyFormAgrees_forVectors(JsonNode vector) {
        var address = Address.fromBytes(Vectors.hex(vector, "bytes"));

        assertThat(address.toString(Network.MAINNET))
                .isEqualTo(vector.required("mainnet").asText());
        assertThat(address.toString()).isEqualTo(vector.required("testnet").asText());
        assertThat(Address.parse(vector.required("mainnet").asText())).isEqualTo(address);
        assertThat(Address.parse(vector.required("testnet").asText())).isEqualTo(address);
        assertThat(address.protocol().number())
                .isEqualTo(vector.required("protocol").asInt());
        assertThat(address.bytes()).isEqualTo(Vectors.hex(vector, "bytes"));
        var cbor = new CborWriter().bytes(address.bytes()).toByteArray();
        assertThat(cbor).isEqualTo(Vectors.hex(vector, "cbor"));
        assertThat(Address.fromBytes(new CborReader(cbor).bytes(Address.MAX_BYTES)))
                .isEqualTo(address);
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void constructorsGiveTheAddress_whenNoteNamesTheSource(JsonNode vector) {
        var address = Address.fromBytes(Vectors.hex(vector, "bytes"));
        var words = vector.required("note").asText().split(" ");
        var last = words[words.length - 1];

        var made = switch (address.protocol()) {
            case ID -> Address.ofId(address.id().orElseThrow());
            case SECP256K1 -> Address.secp256k1(HexFormat.of().parseHex(last));
            case ACTOR -> Address.actor(HexFormat.of().parseHex(last));
            case BLS -> Address.bls(HexFormat.of().parseHex(last));
            case DELEGATED ->
                Address.delegated(
                        address.namespace().orElseThrow(),
                        last.startsWith("0x") && last.length() == 42
                                ? HexFormat.of().parseHex(last.substring(2))
                                : subaddress(address));
        };

        assertThat(made).isEqualTo(address).hasSameHashCodeAs(address);
    }

    @ParameterizedTest
    @MethodSource("rejected")
    void parsingRefuses_forVectors(JsonNode vector) {
        assertThat(vector.required("rust_rejects").asBoolean()).isTrue();
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> Address.parse(vector.required("string").asText()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00", // no payload
                "008080", // unfinished varint
                "008000", // padded varint
                "000102", // trailing byte
                "0101", // f1 too short
                "0300", // f3 too short
                "05aa", // unknown protocol
                "ff00"
            })
    void fromBytesRefuses_whenPayloadDoesNotFitProtocol(String hex) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> Address.fromBytes(HexFormat.of().parseHex(hex)));
    }

    @Test
    void parsingRefuses_whenOneLetterIsMistyped() {
        var right = "t1xg2bbwhayiic7l5siknhjgrugxng2ibuhblhrri";
        assertThat(Address.parse(right).isKey()).isTrue();

        for (int i = 2; i < right.length(); i++) {
            var wrong = right.substring(0, i) + (right.charAt(i) == 'a' ? 'b' : 'a') + right.substring(i + 1);
            assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> Address.parse(wrong));
        }
    }

    @Test
    void delegatedRefuses_whenSubaddressIsTooLong() {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> Address.delegated(10, new byte[55]))
                .satisfies(e -> assertThat(e.limit()).isEqualTo("at most 54 bytes"));
    }

    @Test
    void idAbove63BitsIsRefused_asNodesDoThoughTheFvmDoesNot() {
        var vector = Vectors.each("filecoin/addresses.json")
                .filter(v -> v.required("id").asText().equals(ABOVE_63_BITS))
                .findFirst()
                .orElseThrow();

        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> Address.fromBytes(Vectors.hex(vector, "bytes")));
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> Address.parse(vector.required("mainnet").asText()));
    }

    private static byte[] subaddress(Address address) {
        var payload = address.payload();
        int prefix = Varint.length(address.namespace().orElseThrow());
        return Arrays.copyOfRange(payload, prefix, payload.length);
    }

    static Stream<JsonNode> addresses() {
        return Vectors.each("filecoin/addresses.json")
                .filter(vector -> !vector.required("id").asText().equals(ABOVE_63_BITS));
    }

    static Stream<JsonNode> rejected() {
        return Vectors.each("filecoin/addresses_invalid.json");
    }
}
