package io.adit.market.deal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.Vectors;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborLimits;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.Cid;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same shapes as in {@link DealVectorsTest}, encoded by another program: every entry is read, compared and written back. */
class DealProtocolVectorsTest {

    static Stream<Named<JsonNode>> entries() {
        return Vectors.entries("filecoin/deal_protocol.json");
    }

    @ParameterizedTest
    @MethodSource("entries")
    void entry_hasItsFields_andIsWrittenBackTheSame(JsonNode entry) {
        var cbor = Vectors.hex(entry, "cbor");
        var fields = entry.required("fields");
        var kind = entry.required("id").asText();

        byte[] written;
        if (kind.startsWith("transfer-")) {
            written = compare(transfer(cbor), fields).toCbor();
        } else if (kind.startsWith("deal-params-v120-")) {
            written = compare(DealParams.fromCbor(cbor), fields).toCborV120();
        } else if (kind.startsWith("deal-params-v121-")) {
            written = compare(DealParams.fromCbor(cbor), fields).toCbor();
        } else if (kind.startsWith("deal-response-")) {
            written = compare(DealResponse.fromCbor(cbor), fields).toCbor();
        } else if (kind.equals("deal-status-request")) {
            written = compare(DealStatusRequest.fromCbor(cbor), fields).toCbor();
        } else if (kind.startsWith("deal-status-response-")) {
            written = compare(DealStatusResponse.fromCbor(cbor), fields).toCbor();
        } else {
            written = asks(kind, cbor, fields);
        }

        assertThat(Vectors.hex(written)).isEqualTo(Vectors.hex(cbor));
    }

    private static byte[] asks(String kind, byte[] cbor, JsonNode fields) {
        return switch (kind) {
            case "ask-request" -> {
                var request = AskRequest.fromCbor(cbor);
                assertThat(request.miner()).isEqualTo(address(fields, "Miner"));
                yield request.toCbor();
            }
            case "storage-ask" -> compare(storageAsk(cbor), fields).toCbor();
            case "ask-response" -> {
                var response = AskResponse.fromCbor(cbor);
                assertThat(response.ask().orElseThrow().ask())
                        .isEqualTo(storageAsk(
                                Vectors.hex(named("deal_protocol", text(fields.required("Ask"), "Ask")), "cbor")));
                yield response.toCbor();
            }
            default -> throw new AssertionError("no type reads " + kind);
        };
    }

    private static Transfer compare(Transfer transfer, JsonNode fields) {
        assertThat(transfer.type()).isEqualTo(text(fields, "Type"));
        assertThat(transfer.clientId()).isEqualTo(text(fields, "ClientID"));
        assertThat(new String(transfer.params(), StandardCharsets.UTF_8)).isEqualTo(text(fields, "Params"));
        assertThat(transfer.size()).isEqualTo(fields.required("Size").asLong());
        return transfer;
    }

    private static DealParams compare(DealParams params, JsonNode fields) {
        assertThat(params.uuid()).hasToString(text(fields, "DealUUID"));
        assertThat(params.offline()).isEqualTo(fields.required("IsOffline").asBoolean());
        assertThat(params.dataRoot()).isEqualTo(Cid.parse(text(fields, "DealDataRoot")));
        assertThat(params.removeUnsealedCopy())
                .isEqualTo(fields.path("RemoveUnsealedCopy").asBoolean());
        assertThat(params.skipIpniAnnounce())
                .isEqualTo(fields.path("SkipIPNIAnnounce").asBoolean());
        assertThat(params.transfer())
                .isEqualTo(transfer(Vectors.hex(named("deal_protocol", text(fields, "Transfer")), "cbor")));
        var proposal = named("market_params", text(fields, "ClientDealProposal"));
        assertThat(params.proposal().toCbor()).isEqualTo(Vectors.hex(proposal, "cbor"));
        assertThat(params.proposal().signedProposalCid()).hasToString(text(proposal, "signed_proposal_cid"));
        return params;
    }

    private static DealResponse compare(DealResponse response, JsonNode fields) {
        assertThat(response)
                .isEqualTo(new DealResponse(fields.required("Accepted").asBoolean(), text(fields, "Message")));
        return response;
    }

    private static DealStatusRequest compare(DealStatusRequest request, JsonNode fields) {
        assertThat(request.uuid()).hasToString(text(fields, "DealUUID"));
        assertThat(Vectors.hex(request.signature().bytes())).isEqualTo(text(fields, "Signature"));
        return request;
    }

    private static DealStatusResponse compare(DealStatusResponse response, JsonNode fields) {
        assertThat(response.uuid()).hasToString(text(fields, "DealUUID"));
        assertThat(response.error()).isEqualTo(text(fields, "Error"));
        assertThat(response.offline()).isEqualTo(fields.path("IsOffline").asBoolean());
        assertThat(response.transferSize())
                .isEqualTo(fields.path("TransferSize").asLong());
        assertThat(response.bytesReceived())
                .isEqualTo(fields.path("NBytesReceived").asLong());
        var expected = fields.required("DealStatus");
        assertThat(response.status().isPresent()).isEqualTo(expected.isObject());
        response.status().ifPresent(status -> compare(status, expected));
        return response;
    }

    private static void compare(DealStatus status, JsonNode fields) {
        assertThat(status.error()).isEqualTo(text(fields, "Error"));
        assertThat(status.status()).isEqualTo(text(fields, "Status"));
        assertThat(status.sealingStatus()).isEqualTo(text(fields, "SealingStatus"));
        assertThat(status.proposal().toCbor())
                .isEqualTo(Vectors.hex(named("market_params", text(fields, "Proposal")), "proposal_cbor"));
        assertThat(status.signedProposalCid()).hasToString(text(fields, "SignedProposalCid"));
        assertThat(status.publishCid())
                .isEqualTo(Optional.of(fields.required("PublishCid"))
                        .filter(JsonNode::isTextual)
                        .map(cid -> Cid.parse(cid.asText())));
        assertThat(status.chainDealId())
                .isEqualTo(fields.required("ChainDealID").asLong());
    }

    private static StorageAsk compare(StorageAsk ask, JsonNode fields) {
        assertThat(ask.price().atto()).hasToString(text(fields, "Price"));
        assertThat(ask.verifiedPrice().atto()).hasToString(text(fields, "VerifiedPrice"));
        assertThat(ask.minPieceSize()).isEqualTo(fields.required("MinPieceSize").asLong());
        assertThat(ask.maxPieceSize()).isEqualTo(fields.required("MaxPieceSize").asLong());
        assertThat(ask.miner()).isEqualTo(address(fields, "Miner"));
        assertThat(ask.timestamp().value())
                .isEqualTo(fields.required("Timestamp").asLong());
        assertThat(ask.expiry().value()).isEqualTo(fields.required("Expiry").asLong());
        assertThat(ask.sequence()).isEqualTo(fields.required("SeqNo").asLong());
        return ask;
    }

    private static Transfer transfer(byte[] cbor) {
        var reader = new CborReader(cbor, CborLimits.ANY_KEY_ORDER);
        var transfer = Transfer.read(reader);
        reader.end();
        return transfer;
    }

    private static StorageAsk storageAsk(byte[] cbor) {
        var reader = new CborReader(cbor, CborLimits.ANY_KEY_ORDER);
        var ask = StorageAsk.read(reader);
        reader.end();
        return ask;
    }

    private static JsonNode named(String file, String id) {
        return StreamSupport.stream(Vectors.load("filecoin/" + file + ".json").spliterator(), false)
                .filter(entry -> Objects.equals(entry.path("id").asText(), id))
                .findFirst()
                .orElseThrow();
    }

    private static Address address(JsonNode fields, String field) {
        return Address.parse(text(fields, field));
    }

    private static String text(JsonNode fields, String field) {
        return fields.required(field).asText();
    }
}
