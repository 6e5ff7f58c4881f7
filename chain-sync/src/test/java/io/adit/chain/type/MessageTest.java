package io.adit.chain.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.Vectors;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborException;
import io.adit.core.ipld.Cid;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MessageTest {
    static Stream<Named<JsonNode>> messages() {
        return Vectors.entries("filecoin/messages.json");
    }

    static Stream<Named<JsonNode>> realSignedMessages() {
        return Vectors.entries("filecoin/signed_messages_real.json");
    }

    static Stream<Named<JsonNode>> lotusMessages() {
        return Vectors.entries("lotus/objects/messages.json");
    }

    static Stream<Named<JsonNode>> traceMessages() {
        return Vectors.entries("filecoin/fvm_v18_trace.json");
    }

    @ParameterizedTest
    @MethodSource("messages")
    void message_whenGolden_hasItsFieldsBytesAndCids(JsonNode entry) {
        var message = Message.fromCbor(Vectors.hex(entry, "cbor"));
        var signed = SignedMessage.fromCbor(Vectors.hex(entry, "signed_cbor"));

        assertFields(message, entry.get("lotus_json"));
        assertThat(message.toCbor()).isEqualTo(Vectors.hex(entry, "cbor"));
        assertThat(message.cid()).hasToString(entry.get("cid").asText());
        assertThat(signed.message()).isEqualTo(message);
        assertThat(signed.signature().type().number())
                .isEqualTo(entry.get("signature_type").asInt());
        assertThat(signed.signature().data()).isEqualTo(Vectors.hex(entry, "signature"));
        assertThat(signed.toCbor()).isEqualTo(Vectors.hex(entry, "signed_cbor"));
        assertThat(signed.cid()).hasToString(entry.get("signed_cid").asText());
    }

    private static void assertFields(Message message, JsonNode json) {
        assertThat(message.version()).isEqualTo(json.get("Version").asLong());
        assertThat(message.to()).isEqualTo(Address.parse(json.get("To").asText()));
        assertThat(message.from()).isEqualTo(Address.parse(json.get("From").asText()));
        assertThat(message.nonce()).isEqualTo(json.get("Nonce").asLong());
        assertThat(message.value().attoText()).isEqualTo(json.get("Value").asText());
        assertThat(message.gasLimit()).isEqualTo(json.get("GasLimit").asLong());
        assertThat(message.gasFeeCap().attoText())
                .isEqualTo(json.get("GasFeeCap").asText());
        assertThat(message.gasPremium().attoText())
                .isEqualTo(json.get("GasPremium").asText());
        assertThat(message.method()).isEqualTo(json.get("Method").asLong());
    }

    @ParameterizedTest
    @MethodSource("realSignedMessages")
    void signedMessage_whenFromMainnet_hasTheChainsCids(JsonNode entry) {
        var signed = SignedMessage.fromCbor(Vectors.hex(entry, "cbor"));

        assertThat(signed.toCbor()).isEqualTo(Vectors.hex(entry, "cbor"));
        assertThat(signed.cid()).hasToString(entry.get("signed_cid").asText());
        assertThat(signed.message().toCbor()).isEqualTo(Vectors.hex(entry, "unsigned_cbor"));
        assertThat(signed.message().cid()).hasToString(entry.get("unsigned_cid").asText());
        assertThat(signed.message().from())
                .isEqualTo(Address.parse(entry.get("from").asText()));
        assertThat(signed.message().value().attoText())
                .isEqualTo(entry.get("value").asText());
    }

    @ParameterizedTest
    @MethodSource("lotusMessages")
    void message_whenRecordedFromLotus_hasItsCid(JsonNode entry) {
        var cbor = Vectors.hex(entry, "cbor_hex");
        boolean bls = entry.get("kind").asText().startsWith("bls");

        CborRecord value = bls ? Message.fromCbor(cbor) : SignedMessage.fromCbor(cbor);
        Cid cid = value instanceof SignedMessage signed ? signed.cid() : ((Message) value).cid();

        assertThat(value.toCbor()).isEqualTo(cbor);
        assertThat(cid).hasToString(entry.get("cid").asText());
    }

    @ParameterizedTest
    @MethodSource("traceMessages")
    void message_whenRunByTheReference_hasItsFields(JsonNode entry) {
        var message = Message.fromCbor(Vectors.hex(entry, "message_cbor"));
        var receipt = new MessageReceipt(
                entry.get("exit_code").asLong(),
                Vectors.hex(entry, "return"),
                entry.get("gas_used").asLong(),
                Optional.empty());

        assertThat(message.toCbor()).isEqualTo(Vectors.hex(entry, "message_cbor"));
        assertThat(message.method()).isEqualTo(entry.get("method").asLong());
        assertThat(message.params()).isEqualTo(Vectors.hex(entry, "params"));
        assertThat(message.to()).isEqualTo(Address.parse(entry.get("to").asText()));
        assertThat(message.value().attoText()).isEqualTo(entry.get("value").asText());
        assertThat(MessageReceipt.fromCbor(receipt.toCbor())).isEqualTo(receipt);
    }

    @Test
    void fromCbor_whenTruncatedAnywhere_refuses() {
        var cbor = Vectors.hex(Vectors.load("filecoin/messages.json").get(0), "signed_cbor");

        for (int length = 0; length < cbor.length; length++) {
            var part = Arrays.copyOf(cbor, length);
            assertThatThrownBy(() -> SignedMessage.fromCbor(part)).isInstanceOf(CborException.class);
        }
    }

    @Test
    void fromCbor_whenBytesFollow_refuses() {
        var cbor = Vectors.hex(Vectors.load("filecoin/messages.json").get(0), "cbor");

        assertThatThrownBy(() -> Message.fromCbor(Arrays.copyOf(cbor, cbor.length + 1)))
                .isInstanceOf(CborException.class);
    }

    @Test
    void requiredFunds_whenPriced_isValueAndGasLimitTimesFeeCap() {
        var message = Message.unpriced(Address.ofId(1), Address.ofId(2), TokenAmount.ofAtto(7), 0, new byte[0])
                .withGas(10, TokenAmount.ofAtto(3), TokenAmount.ofAtto(1));

        assertThat(message.requiredFunds()).isEqualTo(TokenAmount.ofAtto(37));
    }
}
