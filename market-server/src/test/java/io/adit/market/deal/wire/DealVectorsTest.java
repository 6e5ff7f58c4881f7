package io.adit.market.deal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.type.CborRecord;
import io.adit.core.ipld.CborException;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signatures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes that Boost's generated code writes and reads. */
class DealVectorsTest {
    private static final HexFormat HEX = HexFormat.of();

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("messages")
    void writesTheSameBytes_afterReadingThem(String file, String field, Function<byte[], ? extends CborRecord> read) {
        var bytes = HEX.parseHex(vector(file).path(field).asText());

        assertThat(HEX.formatHex(read.apply(bytes).toCbor())).isEqualTo(HEX.formatHex(bytes));
    }

    static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of("deal_params_secp256k1", "dealParamsCbor", reading(DealParams::fromCbor)),
                Arguments.of("deal_params_bls", "dealParamsCbor", reading(DealParams::fromCbor)),
                Arguments.of("deal_params_secp256k1", "dealParamsOfflineFlagsCbor", reading(DealParams::fromCbor)),
                Arguments.of("deal_params_bls", "dealParamsOfflineFlagsCbor", reading(DealParams::fromCbor)),
                Arguments.of("deal_response", "acceptedCbor", reading(DealResponse::fromCbor)),
                Arguments.of("deal_response", "rejectedCbor", reading(DealResponse::fromCbor)),
                Arguments.of("deal_status_request_secp256k1", "cbor", reading(DealStatusRequest::fromCbor)),
                Arguments.of("deal_status_request_bls", "cbor", reading(DealStatusRequest::fromCbor)),
                Arguments.of("deal_status_response", "badSignatureCbor", reading(DealStatusResponse::fromCbor)),
                Arguments.of("deal_status_response", "notFoundCbor", reading(DealStatusResponse::fromCbor)),
                Arguments.of("deal_status_response", "dealErrorCbor", reading(DealStatusResponse::fromCbor)),
                Arguments.of("deal_status_response", "unpublishedCbor", reading(DealStatusResponse::fromCbor)),
                Arguments.of("deal_status_response", "publishedCbor", reading(DealStatusResponse::fromCbor)),
                Arguments.of("ask", "askRequestCbor", reading(AskRequest::fromCbor)),
                Arguments.of("ask", "askResponseCbor", reading(AskResponse::fromCbor)),
                Arguments.of("ask", "askResponseNullCbor", reading(AskResponse::fromCbor)),
                Arguments.of("transports", "responseCbor", reading(RetrievalTransports::fromCbor)),
                Arguments.of("transports", "emptyCbor", reading(RetrievalTransports::fromCbor)));
    }

    private static Function<byte[], CborRecord> reading(Function<byte[], CborRecord> read) {
        return read;
    }

    @ParameterizedTest
    @ValueSource(strings = {"deal_params_secp256k1", "deal_params_bls"})
    void findsTheClientsSignatureGood(String file) {
        var params = DealParams.fromCbor(
                HEX.parseHex(vector(file).path("dealParamsCbor").asText()));
        var proposal = params.proposal();

        assertThat(Signatures.verify(
                        proposal.proposal().client(), proposal.proposal().toCbor(), proposal.clientSignature()))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"deal_params_secp256k1", "deal_params_bls"})
    void readsAndWritesTheFiveFieldForm_withBothFlagsFalse(String file) {
        var whole = DealParams.fromCbor(
                HEX.parseHex(vector(file).path("dealParamsCbor").asText()));
        var fiveFields = vector(file).path("dealParamsV120Cbor").asText();

        var read = DealParams.fromCbor(HEX.parseHex(fiveFields));

        assertThat(HEX.formatHex(read.toCborV120())).isEqualTo(fiveFields);
        assertThat(read.removeUnsealedCopy()).isFalse();
        assertThat(read.skipIpniAnnounce()).isFalse();
        assertThat(read.proposal()).isEqualTo(whole.proposal());
        assertThat(read.transfer()).isEqualTo(whole.transfer());
    }

    @ParameterizedTest
    @ValueSource(strings = {"deal_params_secp256k1", "deal_params_bls"})
    void readsTheFlagsOfAnOfflineDeal(String file) {
        var read = DealParams.fromCbor(
                HEX.parseHex(vector(file).path("dealParamsOfflineFlagsCbor").asText()));

        assertThat(read.offline()).isTrue();
        assertThat(read.removeUnsealedCopy()).isTrue();
        assertThat(read.skipIpniAnnounce()).isTrue();
        assertThat(read.transfer()).isEqualTo(new Transfer(0, "", new byte[0], ""));
    }

    @Test
    void readsWhereADealStands_onceItIsPublished() {
        var vector = vector("deal_status_response");

        var published = status(vector, "publishedCbor");
        var unpublished = status(vector, "unpublishedCbor");

        assertThat(published.publishCid())
                .hasValue(Cid.parse(vector.path("publishCid").asText()));
        assertThat(published.chainDealId()).isEqualTo(42);
        assertThat(published.status()).isEqualTo("IndexedAndAnnounced");
        assertThat(published.sealingStatus()).isEqualTo("Proving");
        assertThat(unpublished.publishCid()).isEmpty();
        assertThat(unpublished.chainDealId()).isZero();
        assertThat(unpublished.proposal()).isEqualTo(published.proposal());
    }

    private static DealStatus status(JsonNode vector, String field) {
        return DealStatusResponse.fromCbor(HEX.parseHex(vector.path(field).asText()))
                .status()
                .orElseThrow();
    }

    @Test
    void signsTheRawBytesOfTheUuid() {
        var vector = vector("deal_status_request_secp256k1");

        assertThat(HEX.formatHex(DealStatusRequest.signedBytes(
                        UUID.fromString(vector.path("uuid").asText()))))
                .isEqualTo(vector.path("signedMessage").asText());
    }

    @Test
    void refusesACutShortMessage_atEveryLength() {
        var whole =
                HEX.parseHex(vector("deal_params_bls").path("dealParamsCbor").asText());
        for (int length = 0; length < whole.length; length++) {
            var cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> DealParams.fromCbor(cut)).isInstanceOf(CborException.class);
        }
    }

    @Test
    void namesTheFieldThatIsMissing() {
        var bytes = new CborWriter().map(1).text("Accepted").bool(true).toByteArray();

        assertThatThrownBy(() -> DealResponse.fromCbor(bytes)).hasMessageContaining("Message");
    }

    private static JsonNode vector(String name) {
        try (var in = DealVectorsTest.class.getResourceAsStream("/vectors/deals/" + name + ".json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
