package io.adit.market.policy;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** Why a proposal is not taken. Names are stable: clients' programs read them. docs/deals.md lists them. */
public enum RejectionCode implements ErrorCode {
    MALFORMED_PROPOSAL(
            "DealParams",
            "The proposal is not the CBOR map that the protocol asks for, or is too long.",
            "encode it as Boost does"),
    WRONG_PROVIDER(
            "Provider",
            "The proposal names another miner than the one that runs here.",
            "propose to the provider that the deal names"),
    BAD_SIGNATURE(
            "ClientSignature",
            "The signature is not the client's, or not over this proposal.",
            "sign the proposal exactly as it is sent"),
    UNKNOWN_CLIENT(
            "Client",
            "The chain knows no account with a key under the client's address.",
            "name the client by its f1 or f3 address"),
    CLIENT_DENIED("Client", "The operator takes no deals of this client.", "ask another provider, or the operator why"),
    CLIENT_NOT_ALLOWED(
            "Client",
            "The operator takes deals of named clients only, and this client is not among them.",
            "ask the operator to add the client, or ask another provider"),
    UUID_REUSED(
            "DealUUID",
            "The UUID belongs to another proposal, or the proposal was made under another UUID.",
            "take a new UUID and sign anew"),
    LABEL_TOO_LONG("Label", "The label is longer than the market actor takes.", "shorten the label"),
    BAD_PIECE_CID(
            "PieceCID",
            "The CID is not one of a piece: fil-commitment-unsealed with a 32 byte commitment.",
            "compute CommP of the data and name it"),
    PIECE_SIZE_NOT_POWER_OF_TWO(
            "PieceSize",
            "A padded piece is 128 bytes or a larger power of two.",
            "use the padded piece size that CommP was computed for"),
    PIECE_TOO_SMALL(
            "PieceSize",
            "The piece is smaller than the operator takes.",
            "put more data into one piece, or ask another provider"),
    PIECE_TOO_LARGE(
            "PieceSize",
            "The piece is larger than the operator takes, or than a sector.",
            "split the data into several deals"),
    END_BEFORE_START("EndEpoch", "The deal ends before it starts.", "let the deal end after it starts"),
    START_TOO_SOON(
            "StartEpoch",
            "The data could not be fetched, published and sealed before the deal starts.",
            "let the deal start later"),
    TRANSFER_TOO_LONG(
            "StartEpoch",
            "The data could not be fetched before the deal has to be published and sealed, as fast as the operator allows.",
            "let the deal start later, or propose a smaller piece"),
    START_TOO_LATE(
            "StartEpoch",
            "The deal starts later than the operator keeps room for it.",
            "let the deal start earlier, or propose it later"),
    DURATION_OUT_OF_BOUNDS(
            "EndEpoch",
            "The deal is shorter or longer than the operator or the network takes.",
            "choose another duration"),
    END_TOO_LATE("EndEpoch", "No sector that is made now lives until the deal ends.", "let the deal end earlier"),
    NEGATIVE_AMOUNT(
            "StoragePricePerEpoch", "A price or a collateral is negative.", "offer an amount that is not negative"),
    PROVIDER_COLLATERAL_OUT_OF_BOUNDS(
            "ProviderCollateral",
            "The provider's collateral is less than the market actor takes, or more than twice that.",
            "ask the chain for the bounds (StateDealProviderCollateralBounds)"),
    CLIENT_ESCROW_TOO_LOW(
            "Client",
            "The client's free escrow in the market does not cover the deal, its other accepted deals counted.",
            "add to the escrow (f05 AddBalance) and propose again"),
    PRICE_TOO_LOW(
            "StoragePricePerEpoch",
            "The price is below what the operator asks for this client, size and duration.",
            "offer the price of the ask, or of /market/policy"),
    VERIFIED_DEALS_ENDED(
            "VerifiedDeal", "DataCap ended with network version 29 (FIP-0118).", "propose an ordinary deal"),
    TRANSFER_UNSUPPORTED(
            "Transfer.Type",
            "The data would have to come in a way that is not known here.",
            "serve the CAR over HTTP and name its URL"),
    TRANSFER_SIZE(
            "Transfer.Size",
            "The number of bytes to fetch is none, or does not fit into the piece.",
            "name the CAR's size in bytes"),
    TRANSFER_ADDRESS(
            "Transfer.Params",
            "The URL is malformed, or leads to an address that the provider does not connect to.",
            "serve the CAR where the provider may fetch it"),
    STAGING_FULL(
            "Transfer.Size",
            "There is no room for the data until other deals' sectors are proven.",
            "propose again later, or a smaller piece"),
    STAGING_SHARE(
            "Transfer.Size",
            "The client's deals whose sectors are not proven yet take all the room that one client gets.",
            "bring the data of the deals that wait for it, or propose again later"),
    TOO_MANY_DEALS(
            "DealUUID",
            "As many deals as the operator allows are between acceptance and a proven sector.",
            "propose again later"),
    TOO_MANY_DEALS_OF_CLIENT(
            "DealUUID",
            "The client has as many deals between acceptance and a proven sector as one client gets.",
            "bring the data of the deals that wait for it, or propose again later"),
    QUEUE_FULL(
            "PieceSize",
            "The pieces that wait for a sector are as large together as the operator allows.",
            "propose again later, or a smaller piece"),
    SEALING_FULL("DealUUID", "As many sectors as the operator allows are being sealed.", "propose again later"),
    QUEUE_TOO_LONG(
            "StartEpoch",
            "The sectors that are ahead of this deal could not be sealed before it starts.",
            "let the deal start later"),
    FILTER_REJECTED(
            "DealParams",
            "The operator's own filter, a program or CIDgravity, does not take the deal.",
            "read what the filter says, or ask the provider"),
    MALFORMED_DEAL(
            "Deal",
            "The deal of the HTTP market is not the JSON that it asks for, or its parts do not fit together.",
            "write the named field as Curio does"),
    MALFORMED_DATA_SOURCE(
            "data",
            "What the deal says about its data cannot be used: how it comes, or the pieces of an aggregate.",
            "mend the named field"),
    PRODUCT_UNSUPPORTED(
            "products",
            "The deal asks for a product that is not offered here; GET /market/mk20/products lists those that are.",
            "propose a ddo_v1 deal with retrieval_v1"),
    MARKET_CONTRACT_NOT_ALLOWED(
            "products.ddo_v1.market_address",
            "The deal is to be ruled by a market contract that the operator has not allowed.",
            "leave the contract out, or choose one of GET /market/mk20/contracts"),
    NOTIFICATION_ADDRESS(
            "products.ddo_v1.notification_address",
            "The chain knows no actor under the address that is to be told about the piece.",
            "name an actor that exists"),
    DIRECT_DEAL_UNPRICED(
            "products.ddo_v1",
            "A direct deal names no price, and the operator asks for one of this client, size and duration.",
            "ask the operator for a price rule of 0 FIL, or propose over /fil/storage/mk/1.2.1 with a price"),
    NOTIFICATION_NOT_ALLOWED(
            "products.ddo_v1.notification_address",
            "The operator lets pieces be told to named actors only, and this one is not among them.",
            "name one of notificationContracts of /market/policy, or leave the notification out"),
    TOO_MANY_UPLOADS(
            "data.source_http_put",
            "As many uploads as are taken at one time are running, of all clients or of this one.",
            "go on when one of them has ended"),
    TOO_MANY_REQUESTS(
            "Adit-Nonce",
            "As many requests with a nonce as can be remembered came within a few minutes.",
            "ask again in a few minutes, or without nonce and digest"),
    NOT_READY(
            "DealParams",
            "The provider cannot decide now: its chain node does not answer, or too many proposals come at once.",
            "propose again in a few minutes");

    private final String field;
    private final String meaning;
    private final String remedy;

    RejectionCode(String field, String meaning, String remedy) {
        this.field = field;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    /** The proposal's field that is looked at, by its name on the wire. */
    public String field() {
        return field;
    }

    /** What the client can change. */
    public String remedy() {
        return remedy;
    }

    /** What it means, in a sentence. */
    public String meaning() {
        return meaning;
    }

    @Override
    public ErrorKind kind() {
        return ErrorKind.NETWORK;
    }

    @Override
    public String explanation() {
        return "A provider does not take the proposed deal. " + meaning + " What to do: " + remedy + ".";
    }
}
