package io.adit.chain.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.Vectors;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.ipld.CborException;
import io.adit.core.keys.Signatures;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DealProposalTest {
    static Stream<Named<JsonNode>> proposals() {
        return Vectors.entries("filecoin/market_params.json")
                .filter(named -> named.getPayload().has("proposal_cbor"));
    }

    @ParameterizedTest
    @MethodSource("proposals")
    void proposal_whenGolden_hasItsFieldsAndAllItsCids(JsonNode entry) {
        var signed = ClientDealProposal.fromCbor(Vectors.hex(entry, "cbor"));
        var proposal = signed.proposal();
        var fields = entry.get("fields");

        assertThat(proposal.toCbor()).isEqualTo(Vectors.hex(entry, "proposal_cbor"));
        assertThat(proposal.cid()).hasToString(entry.get("proposal_cid").asText());
        assertThat(proposal.proposalCid())
                .hasToString(entry.get("proposal_cid_sha256").asText());
        assertThat(signed.signedProposalCid())
                .hasToString(entry.get("signed_proposal_cid").asText());
        assertThat(proposal.pieceCid()).hasToString(fields.get("PieceCID").asText());
        assertThat(proposal.pieceSize()).isEqualTo(fields.get("PieceSize").asLong());
        assertThat(proposal.client())
                .isEqualTo(Address.parse(fields.get("Client").asText()));
        assertThat(proposal.provider())
                .isEqualTo(Address.parse(fields.get("Provider").asText()));
        assertThat(proposal.startEpoch().value())
                .isEqualTo(fields.get("StartEpoch").asLong());
        assertThat(proposal.endEpoch().value()).isEqualTo(fields.get("EndEpoch").asLong());
        assertThat(proposal.label()).isEqualTo(label(fields.get("Label")));
        assertThat(proposal.providerCollateral().attoText())
                .isEqualTo(fields.get("ProviderCollateral").asText());
    }

    private static DealLabel label(JsonNode json) {
        return json.isTextual() ? new DealLabel.Text(json.asText()) : new DealLabel.Raw(Vectors.hex(json, "bytes"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bls", "secp256k1"})
    void proposal_whenMadeByBoostsCode_isReadAndItsSignatureHolds(String keyType) {
        var entry = Vectors.load("deals/deal_params_" + keyType + ".json");
        var signed = ClientDealProposal.fromCbor(Vectors.hex(entry, "clientDealProposalCbor"));
        var proposal = signed.proposal();

        assertThat(signed.toCbor()).isEqualTo(Vectors.hex(entry, "clientDealProposalCbor"));
        assertThat(signed.cid()).hasToString(entry.get("signedProposalCid").asText());
        assertThat(proposal.toCbor()).isEqualTo(Vectors.hex(entry, "proposalCbor"));
        assertThat(proposal.label())
                .isEqualTo(new DealLabel.Text(entry.get("label").asText()));
        assertThat(proposal.client())
                .isEqualTo(Address.parse(entry.get("client").asText()));
        assertThat(Signatures.verify(proposal.client(), proposal.toCbor(), signed.clientSignature()))
                .isTrue();
        var withBytes = DealProposal.fromCbor(Vectors.hex(entry, "proposalBytesLabelCbor"));
        assertThat(withBytes.label()).isInstanceOf(DealLabel.Raw.class);
        assertThat(withBytes.toCbor()).isEqualTo(Vectors.hex(entry, "proposalBytesLabelCbor"));
        assertThat(Signatures.verify(proposal.client(), withBytes.toCbor(), signed.clientSignature()))
                .isFalse();
    }

    @Test
    void proposal_whenItsLabelIsNeitherTextNorBytes_refuses() {
        var cbor = Vectors.hex(
                        Vectors.hex(Vectors.load("filecoin/market_params.json").get(0), "proposal_cbor"))
                .replaceFirst("600001|601907d0", "f61907d0");

        assertThatThrownBy(() -> DealProposal.fromCbor(Vectors.hex(cbor))).isInstanceOf(CborException.class);
    }

    @Test
    void idOf_whenSomeDealsWereDropped_givesTheIdOfTheRightOne() {
        var returned = new PublishStorageDealsReturn(List.of(17L, 18L), BitField.of(0, 2));

        assertThat(returned.idOf(0)).isEqualTo(OptionalLong.of(17));
        assertThat(returned.idOf(1)).isEmpty();
        assertThat(returned.idOf(2)).isEqualTo(OptionalLong.of(18));
    }
}
