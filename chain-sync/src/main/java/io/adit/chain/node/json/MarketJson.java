package io.adit.chain.node.json;

import static io.adit.chain.node.json.JsonTypes.map;
import static io.adit.chain.node.json.JsonTypes.object;
import static io.adit.chain.node.json.JsonTypes.shape;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.BOOL;
import static io.adit.chain.node.json.LotusJson.CID;
import static io.adit.chain.node.json.LotusJson.EPOCH;
import static io.adit.chain.node.json.LotusJson.SECTOR_NUMBER;
import static io.adit.chain.node.json.LotusJson.TEXT;
import static io.adit.chain.node.json.LotusJson.TOKEN_AMOUNT;
import static io.adit.chain.node.json.LotusJson.UINT64;

import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.chain.actor.DealState;
import io.adit.chain.node.CollateralBounds;
import io.adit.chain.node.MarketBalance;
import io.adit.chain.node.MarketDeal;
import java.util.Map;

/** Shapes of the storage market actor's state. */
public final class MarketJson {

    private MarketJson() {}

    /**
     * A label. Lotus refuses to write one of bytes, so a node never sends it; here it becomes its hexadecimal text,
     * which is not read back as bytes.
     */
    private static final JsonType<DealLabel> LABEL = shape(
            "deal label",
            (value, network) -> TEXT.encode(value.toString(), network),
            node -> new DealLabel.Text(TEXT.decode(node)));

    /** The terms of a deal. */
    public static final JsonType<DealProposal> DEAL_PROPOSAL =
            object("deal proposal", MarketJson::readProposal, MarketJson::writeProposal);

    private static final JsonType<DealState> DEAL_STATE = object(
            "deal state",
            in -> new DealState(
                    in.get("SectorNumber", SECTOR_NUMBER),
                    in.get("SectorStartEpoch", EPOCH),
                    in.get("LastUpdatedEpoch", EPOCH),
                    in.get("SlashEpoch", EPOCH)),
            (out, value) -> out.put("SectorNumber", SECTOR_NUMBER, value.sectorNumber())
                    .put("SectorStartEpoch", EPOCH, value.sectorStartEpoch())
                    .put("LastUpdatedEpoch", EPOCH, value.lastUpdatedEpoch())
                    .put("SlashEpoch", EPOCH, value.slashEpoch()));

    /** A published deal. */
    public static final JsonType<MarketDeal> MARKET_DEAL = object(
            "market deal",
            in -> new MarketDeal(in.get("Proposal", DEAL_PROPOSAL), in.get("State", DEAL_STATE)),
            (out, value) ->
                    out.put("Proposal", DEAL_PROPOSAL, value.proposal()).put("State", DEAL_STATE, value.state()));

    /** Deals by ID. */
    public static final JsonType<Map<Long, MarketDeal>> MARKET_DEALS =
            map(Long::toUnsignedString, Long::parseUnsignedLong, MARKET_DEAL);

    /** Escrow of an address. */
    public static final JsonType<MarketBalance> MARKET_BALANCE = object(
            "market balance",
            in -> new MarketBalance(in.get("Escrow", TOKEN_AMOUNT), in.get("Locked", TOKEN_AMOUNT)),
            (out, value) ->
                    out.put("Escrow", TOKEN_AMOUNT, value.escrow()).put("Locked", TOKEN_AMOUNT, value.locked()));

    /** What a provider may put up. */
    public static final JsonType<CollateralBounds> COLLATERAL_BOUNDS = object(
            "collateral bounds",
            in -> new CollateralBounds(in.get("Min", TOKEN_AMOUNT), in.get("Max", TOKEN_AMOUNT)),
            (out, value) -> out.put("Min", TOKEN_AMOUNT, value.min()).put("Max", TOKEN_AMOUNT, value.max()));

    private static DealProposal readProposal(ObjectReader in) {
        return new DealProposal(
                in.get("PieceCID", CID),
                in.get("PieceSize", UINT64),
                in.get("VerifiedDeal", BOOL),
                in.get("Client", ADDRESS),
                in.get("Provider", ADDRESS),
                in.get("Label", LABEL),
                in.get("StartEpoch", EPOCH),
                in.get("EndEpoch", EPOCH),
                in.get("StoragePricePerEpoch", TOKEN_AMOUNT),
                in.get("ProviderCollateral", TOKEN_AMOUNT),
                in.get("ClientCollateral", TOKEN_AMOUNT));
    }

    private static void writeProposal(ObjectWriter out, DealProposal value) {
        out.put("PieceCID", CID, value.pieceCid())
                .put("PieceSize", UINT64, value.pieceSize())
                .put("VerifiedDeal", BOOL, value.verifiedDeal())
                .put("Client", ADDRESS, value.client())
                .put("Provider", ADDRESS, value.provider())
                .put("Label", LABEL, value.label())
                .put("StartEpoch", EPOCH, value.startEpoch())
                .put("EndEpoch", EPOCH, value.endEpoch())
                .put("StoragePricePerEpoch", TOKEN_AMOUNT, value.pricePerEpoch())
                .put("ProviderCollateral", TOKEN_AMOUNT, value.providerCollateral())
                .put("ClientCollateral", TOKEN_AMOUNT, value.clientCollateral());
    }
}
