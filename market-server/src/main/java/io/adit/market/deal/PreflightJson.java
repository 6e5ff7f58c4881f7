package io.adit.market.deal;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.Transfer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A proposal without a signature, as JSON: {@code {"Proposal":{…},"IsOffline":false,"Transfer":{"Type":"http","Size":n,
 * "Params":{"URL":"…"}}}}, the proposal with the names and forms of Lotus's API (amounts as text in attoFIL, CIDs as {@code
 * {"/":"…"}}). Provider, label, collaterals, VerifiedDeal, IsOffline may be left out.
 */
final class PreflightJson {
    private PreflightJson() {}

    /** @throws InvalidValueException naming the field that lacks or is malformed */
    static DealParams read(JsonNode root, Address miner) {
        var node = root.path("Proposal");
        var piece = node.path("PieceCID").path("/");
        var proposal = new DealProposal(
                version1(Cid.parse(text(piece, "Proposal.PieceCID"))),
                number(node, "PieceSize"),
                node.path("VerifiedDeal").asBoolean(false),
                Address.parse(text(node.path("Client"), "Proposal.Client")),
                node.path("Provider").isTextual()
                        ? Address.parse(node.path("Provider").asText())
                        : miner,
                new DealLabel.Text(node.path("Label").asText("")),
                new Epoch(number(node, "StartEpoch")),
                new Epoch(number(node, "EndEpoch")),
                amount(node, "StoragePricePerEpoch"),
                amount(node, "ProviderCollateral"),
                node.has("ClientCollateral") ? amount(node, "ClientCollateral") : TokenAmount.ZERO);
        var transfer = root.path("Transfer");
        return new DealParams(
                new UUID(0, 0),
                root.path("IsOffline").asBoolean(false),
                new ClientDealProposal(proposal, unsigned()),
                proposal.pieceCid(),
                new Transfer(
                        transfer.path("Size").asLong(0),
                        transfer.path("Type").asText(""),
                        transfer.path("Params").toString().getBytes(StandardCharsets.UTF_8),
                        ""),
                false,
                false);
    }

    /** A proposal has the version 1 CID; here its client may name the other one. What is no piece CID is left to the rules. */
    private static Cid version1(Cid cid) {
        try {
            return PieceCid.parse(cid).v1();
        } catch (InvalidValueException e) {
            return cid;
        }
    }

    /** Never looked at. */
    private static Signature unsigned() {
        return new Signature(SignatureType.SECP256K1, new byte[SignatureType.SECP256K1.length()]);
    }

    private static String text(JsonNode node, String field) {
        if (!node.isTextual()) {
            throw new InvalidValueException(field, node.isMissingNode() ? "nothing" : node, "text");
        }
        return node.asText();
    }

    private static long number(JsonNode node, String field) {
        if (!node.path(field).canConvertToLong() || !node.path(field).isIntegralNumber()) {
            throw new InvalidValueException(
                    "Proposal." + field, node.has(field) ? node.path(field) : "nothing", "a whole number");
        }
        return node.path(field).asLong();
    }

    private static TokenAmount amount(JsonNode node, String field) {
        var text = text(node.path(field), "Proposal." + field);
        if (!text.matches("-?\\d{1,40}")) {
            throw new InvalidValueException("Proposal." + field, text, "a whole number of attoFIL, as text");
        }
        return TokenAmount.ofAtto(text);
    }
}
