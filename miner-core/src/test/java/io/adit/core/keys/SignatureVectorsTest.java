package io.adit.core.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Signatures made by other implementations, and what must not verify. */
class SignatureVectorsTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] MESSAGE = "mars".getBytes(StandardCharsets.UTF_8);

    static Stream<JsonNode> signatures() throws IOException {
        return vectors("signatures.json");
    }

    static Stream<JsonNode> aggregates() throws IOException {
        return vectors("bls_aggregate.json");
    }

    private static Stream<JsonNode> vectors(String name) throws IOException {
        try (var in = SignatureVectorsTest.class.getResourceAsStream("/vectors/filecoin/" + name)) {
            JsonNode all = new ObjectMapper().readTree(Objects.requireNonNull(in, name));
            return StreamSupport.stream(all.spliterator(), false);
        }
    }

    private static byte[] bytes(JsonNode vector, String field) {
        return HEX.parseHex(vector.path(field).asText());
    }

    private static PrivateKey key(JsonNode vector) {
        SignatureType type = vector.path("type").asInt() == 1 ? SignatureType.SECP256K1 : SignatureType.BLS;
        return PrivateKey.of(type, bytes(vector, "private_key"));
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void signsByteForByte(JsonNode vector) {
        PrivateKey key = key(vector);

        assertThat(key.address()).isEqualTo(Address.parse(vector.path("address").asText()));
        assertThat(HEX.formatHex(key.publicKey()))
                .isEqualTo(vector.path("public_key").asText());
        assertThat(HEX.formatHex(key.sign(bytes(vector, "message")).data()))
                .isEqualTo(vector.path("signature").asText());
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void readsAndWritesLotusExport(JsonNode vector) {
        String export = vector.path("lotus_key_export").asText();

        PrivateKey key = PrivateKey.fromLotusExport(export + "\n");

        assertThat(key.address()).hasToString(vector.path("address").asText());
        assertThat(key.toLotusExport()).isEqualTo(export);
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void verifies_andRefusesEveryChange(JsonNode vector) {
        var address = Address.parse(vector.path("address").asText());
        byte[] message = bytes(vector, "message");
        SignatureType type = key(vector).type();
        byte[] data = bytes(vector, "signature");
        byte[] otherMessage = Arrays.copyOf(message, message.length + 1);
        Address otherKey = PrivateKey.of(type, filled((byte) 9)).address();

        assertThat(Signatures.verify(address, message, new Signature(type, data)))
                .isTrue();
        assertThat(Signatures.verify(address, otherMessage, new Signature(type, data)))
                .isFalse();
        assertThat(Signatures.verify(otherKey, message, new Signature(type, data)))
                .isFalse();
        for (int bit = 0; bit < data.length * 8; bit += 7) {
            byte[] flipped = data.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(Signatures.verify(address, message, new Signature(type, flipped)))
                    .as("bit %d", bit)
                    .isFalse();
        }
    }

    /** Made by eth-keys 0.8.0 (PyPI): the signature over Keccak-256 of the message, as Lotus has delegated keys sign. */
    static Stream<JsonNode> delegated() throws IOException {
        return vectors("delegated_signatures.json");
    }

    @ParameterizedTest
    @MethodSource("delegated")
    void verifiesEthereumKeys_andRefusesEveryChange(JsonNode vector) {
        var address = Address.ethereum(bytes(vector, "eth_address"));
        byte[] message = bytes(vector, "message");
        byte[] data = bytes(vector, "signature");

        assertThat(Signatures.verify(address, message, new Signature(SignatureType.DELEGATED, data)))
                .isTrue();
        assertThat(Signatures.verify(address, message, new Signature(SignatureType.SECP256K1, data)))
                .isFalse();
        assertThat(Signatures.verify(
                        address,
                        Arrays.copyOf(message, message.length + 1),
                        new Signature(SignatureType.DELEGATED, data)))
                .isFalse();
        var secret = bytes(vector, "private_key");
        for (var other : List.of(
                PrivateKey.of(SignatureType.SECP256K1, secret).address(),
                Address.ethereum(new byte[20]),
                Address.delegated(11, bytes(vector, "eth_address")))) {
            assertThat(Signatures.verify(other, message, new Signature(SignatureType.DELEGATED, data)))
                    .isFalse();
        }
        for (int bit = 0; bit < data.length * 8; bit += 7) {
            byte[] flipped = data.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(Signatures.verify(address, message, new Signature(SignatureType.DELEGATED, flipped)))
                    .as("bit %d", bit)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void signatureBytesRoundTrip(JsonNode vector) {
        byte[] cbor = bytes(vector, "cbor");
        byte[] data = bytes(vector, "signature");

        var signature = Signature.fromBytes(Arrays.copyOfRange(cbor, cbor.length - data.length - 1, cbor.length));

        assertThat(signature).isEqualTo(new Signature(key(vector).type(), data));
        assertThat(signature.bytes()).hasSize(data.length + 1);
    }

    @ParameterizedTest
    @MethodSource("aggregates")
    void verifiesAggregates(JsonNode vector) {
        List<byte[]> messages = list(vector, "messages");
        List<Address> keys =
                list(vector, "public_keys").stream().map(Address::bls).toList();
        List<Signature> signatures = list(vector, "signatures").stream()
                .map(data -> new Signature(SignatureType.BLS, data))
                .toList();
        var aggregate = new Signature(SignatureType.BLS, bytes(vector, "aggregate"));

        assertThat(Signatures.aggregate(signatures)).isEqualTo(aggregate);
        assertThat(Signatures.verifyAggregate(keys, messages, aggregate)).isTrue();
        if (!keys.isEmpty()) {
            assertThat(Signatures.verifyAggregate(keys.reversed(), messages, aggregate))
                    .isFalse();
            assertThat(Signatures.verifyAggregate(
                            keys.subList(1, keys.size()), messages.subList(1, messages.size()), aggregate))
                    .isFalse();
            assertThat(Signatures.verifyAggregate(List.of(), List.of(), aggregate))
                    .isFalse();
        }
    }

    private static List<byte[]> list(JsonNode vector, String field) {
        return StreamSupport.stream(vector.path(field).spliterator(), false)
                .map(node -> HEX.parseHex(node.asText()))
                .toList();
    }

    @Test
    void infinityDoesNotVerify_asBlsKeyOrSignature() {
        byte[] infinityKey = new byte[48];
        infinityKey[0] = (byte) 0xc0;
        byte[] infinitySignature = new byte[96];
        infinitySignature[0] = (byte) 0xc0;
        var signature = new Signature(SignatureType.BLS, infinitySignature);

        assertThat(Signatures.verify(Address.bls(infinityKey), MESSAGE, signature))
                .isFalse();
        assertThat(Signatures.verifyAggregate(List.of(Address.bls(infinityKey)), List.of(MESSAGE), signature))
                .isFalse();
    }

    @Test
    void pointOutsideTheSubgroupDoesNotVerify() {
        // x = 4 with this sign is on the curve of G1 but not in the subgroup of prime order.
        byte[] key = new byte[48];
        key[0] = (byte) 0x80;
        key[47] = 4;
        PrivateKey honest = PrivateKey.of(SignatureType.BLS, filled((byte) 7));

        assertThat(Signatures.verify(Address.bls(key), MESSAGE, honest.sign(MESSAGE)))
                .isFalse();
        assertThat(Signatures.verifyAggregate(List.of(Address.bls(key)), List.of(MESSAGE), honest.sign(MESSAGE)))
                .isFalse();
    }

    @Test
    void randomBytesNeverVerify_andNeverThrow() {
        var random = new SplittableRandom(20261122);
        Address secp = PrivateKey.of(SignatureType.SECP256K1, filled((byte) 3)).address();
        Address bls = PrivateKey.of(SignatureType.BLS, filled((byte) 3)).address();

        for (int i = 0; i < 500; i++) {
            byte[] secpData = new byte[65];
            byte[] blsData = new byte[96];
            random.nextBytes(secpData);
            random.nextBytes(blsData);
            secpData[64] = (byte) (i % 4);

            assertThat(Signatures.verify(secp, MESSAGE, new Signature(SignatureType.SECP256K1, secpData)))
                    .isFalse();
            assertThat(Signatures.verify(bls, MESSAGE, new Signature(SignatureType.BLS, blsData)))
                    .isFalse();
        }
    }

    @Test
    void secpSignaturesHaveLowS() {
        var order = new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
        PrivateKey key = PrivateKey.of(SignatureType.SECP256K1, filled((byte) 5));

        for (int i = 0; i < 50; i++) {
            byte[] data = key.sign(new byte[] {(byte) i}).data();
            assertThat(new BigInteger(1, data, 32, 32)).isLessThanOrEqualTo(order.shiftRight(1));
        }
    }

    @Test
    void scalarOutOfRangeIsRefused_withoutShowingIt() {
        byte[] order = HEX.parseHex("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");

        assertThatThrownBy(() -> PrivateKey.of(SignatureType.BLS, new byte[32]))
                .isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> PrivateKey.of(SignatureType.SECP256K1, new byte[31]))
                .isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> PrivateKey.of(SignatureType.BLS, order))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageNotContaining("73eda753");
    }

    @Test
    void wrongLengthOrTypeIsRefused() {
        assertThatThrownBy(() -> Signature.fromBytes(new byte[0])).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> Signature.fromBytes(new byte[66])).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new Signature(SignatureType.BLS, new byte[95]))
                .isInstanceOf(InvalidValueException.class);
    }

    private static byte[] filled(byte value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, value);
        return bytes;
    }
}
