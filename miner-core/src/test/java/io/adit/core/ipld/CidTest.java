package io.adit.core.ipld;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.core.Vectors;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Commitment;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidTest {
    @ParameterizedTest
    @MethodSource("cids")
    void everyFormAgrees_forVectors(JsonNode vector) {
        var cid = Cid.parse(vector.required("cid").asText());

        assertThat(cid.bytes()).isEqualTo(Vectors.hex(vector, "bytes"));
        assertThat(Cid.fromBytes(cid.bytes())).isEqualTo(cid).hasSameHashCodeAs(cid);
        assertThat(cid).hasToString(vector.required("cid").asText());
        assertThat(new CborWriter().cid(cid).toByteArray()).isEqualTo(Vectors.hex(vector, "cbor"));
        assertThat(new CborReader(Vectors.hex(vector, "cbor")).cid()).isEqualTo(cid);
    }

    @ParameterizedTest
    @MethodSource("cids")
    void cidIsMadeFromItsContent_forVectors(JsonNode vector) {
        var kind = vector.required("kind").asText();
        var raw = vector.has("raw") ? Vectors.hex(vector, "raw") : "hello".getBytes(StandardCharsets.US_ASCII);
        var expected = Cid.parse(vector.required("cid").asText());

        if (kind.startsWith("commD")) {
            assertThat(Commitment.of(raw).asUnsealedCid()).isEqualTo(expected);
            assertThat(Commitment.fromCid(expected).bytes()).isEqualTo(raw);
        } else if (kind.startsWith("commR")) {
            assertThat(Commitment.of(raw).asSealedCid()).isEqualTo(expected);
            assertThat(Commitment.fromCid(expected).bytes()).isEqualTo(raw);
        } else if (kind.startsWith("dag-cbor")) {
            assertThat(Cid.dagCbor(raw)).isEqualTo(expected);
            assertThat(expected.multihash().matches(raw)).isTrue();
        } else {
            assertThat(Cid.rawSha256(raw)).isEqualTo(expected);
            assertThat(expected.multihash().matches(raw)).isTrue();
            assertThat(expected.multihash().matches(new byte[1])).isFalse();
        }
    }

    @Test
    void version0IsBase58_andOtherBasesAreRead() {
        // The empty UnixFS directory, known everywhere.
        var v0 = Cid.parse("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
        var v1 = Cid.parse("bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354");

        assertThat(v0.version()).isZero();
        assertThat(v0).hasToString("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
        assertThat(v0.multihash()).isEqualTo(v1.multihash());
        assertThat(v0.codec()).isEqualTo(Cid.DAG_PB);
        assertThat(v0).isNotEqualTo(v1);
        assertThat(Cid.dagPbSha256(HexFormat.of().parseHex("0a020801"))).isEqualTo(v1);
        assertThat(Cid.parse("z" + Multibase.base58btc(v1.bytes()))).isEqualTo(v1);
        assertThat(Cid.parse("u" + Multibase.base64Url(v1.bytes()))).isEqualTo(v1);
        assertThat(Cid.parse("f" + Vectors.hex(v1.bytes()))).isEqualTo(v1);
        assertThat(Cid.parse("B" + Multibase.base32(v1.bytes()).toUpperCase(Locale.ROOT)))
                .isEqualTo(v1);
    }

    @Test
    void base36IsRead() {
        // A libp2p key as IPNS writes it.
        var cid = Cid.parse("k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8");

        assertThat(cid.codec()).isEqualTo(Cid.LIBP2P_KEY);
        assertThat(cid.multihash().code()).isEqualTo(Multihash.IDENTITY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "b",
                "z",
                "x1234",
                "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4ye", // one letter short
                "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq7a", // trailing byte
                "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yer", // unused bits not zero
                "bAFKREIBM6JG3UX5QUMHCN2B3FLC3TYU6DMLB4XA7U5BF44YEGNRJHC4YEQ",
                "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3N0"
            })
    void parsingRefuses_whenMalformed(String text) {
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> Cid.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "01",
                "0155",
                "015512",
                "01551220",
                "02551200", // version 2
                "01d5001200", // padded codec
                "0155008101" + "00", // identity of 129 bytes
                "015512ffffffffffffffff7f", // a digest of 2^63 - 1 bytes
                "015512ffffffffffffffffff01"
            })
    void fromBytesRefuses_whenMalformed(String hex) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> Cid.fromBytes(HexFormat.of().parseHex(hex)));
    }

    @Test
    void parsingRefuses_whenTextIsTooLongToDecodeCheaply() {
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> Cid.parse("z" + "2".repeat(100_000)));
    }

    @Test
    void matchingRefuses_whenTheHashIsNotOneThatCanBeChecked() {
        var cid = Commitment.of(new byte[32]).asUnsealedCid();

        assertThat(cid.multihash().canVerify()).isFalse();
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> cid.multihash().matches(new byte[1]));
    }

    @Test
    void sha512AndIdentityAreChecked() {
        var data = new byte[] {1, 2, 3};

        assertThat(Multihash.of(Multihash.SHA2_512, Hashes.sha512(data)).matches(data))
                .isTrue();
        assertThat(Multihash.of(Multihash.IDENTITY, data).matches(data)).isTrue();
        assertThat(Multihash.of(Multihash.IDENTITY, data).matches(new byte[3])).isFalse();
    }

    @Test
    void keccakIsEthereums() {
        assertThat(Vectors.hex(Hashes.keccak256(new byte[0])))
                .isEqualTo("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    }

    static Stream<JsonNode> cids() {
        return Vectors.each("filecoin/cids.json");
    }
}
