package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * The terms of a storage deal, as they stand on chain (builtin-actors market {@code DealProposal}, 11 fields). Clients sign
 * this CBOR.
 *
 * @param pieceCid piece CID v1
 * @param pieceSize padded bytes, unchecked: the market and the provider refuse wrong ones in their own words
 * @param verifiedDeal legacy: without effect since network version 29 (FIP-0118)
 * @param label whatever the client likes; often the payload's root CID
 * @param startEpoch the piece must be in a proven sector by then
 * @param endEpoch first epoch after the deal
 * @param pricePerEpoch attoFIL for each epoch of the deal, paid by the client
 */
@RecordBuilder
public record DealProposal(
        Cid pieceCid,
        long pieceSize,
        boolean verifiedDeal,
        Address client,
        Address provider,
        DealLabel label,
        Epoch startEpoch,
        Epoch endEpoch,
        TokenAmount pricePerEpoch,
        TokenAmount providerCollateral,
        TokenAmount clientCollateral)
        implements CborRecord, DealProposalBuilder.With {

    /** Reads the exact CBOR. */
    public static DealProposal fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, DealProposal::read);
    }

    /** Reads one proposal from the reader's position. */
    public static DealProposal read(CborReader reader) {
        reader.array(11);
        return new DealProposal(
                reader.cid(),
                reader.uint(),
                reader.bool(),
                ChainCbor.address(reader),
                ChainCbor.address(reader),
                DealLabel.read(reader),
                ChainCbor.epoch(reader),
                ChainCbor.epoch(reader),
                ChainCbor.tokenAmount(reader),
                ChainCbor.tokenAmount(reader),
                ChainCbor.tokenAmount(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writeTo(writer, false);
    }

    /** With {@code emptyAsNull}, writes what Go's generic re-encoding makes of it; see {@link ClientDealProposal}. */
    void writeTo(CborWriter writer, boolean emptyAsNull) {
        writer.array(11).cid(pieceCid).uint(pieceSize).bool(verifiedDeal);
        writer.bytes(client.bytes()).bytes(provider.bytes());
        if (label instanceof DealLabel.Raw raw) {
            bytes(writer, raw.bytes(), emptyAsNull);
        } else {
            label.writeTo(writer);
        }
        writer.integer(startEpoch.value()).integer(endEpoch.value());
        bytes(writer, pricePerEpoch.cborBytes(), emptyAsNull);
        bytes(writer, providerCollateral.cborBytes(), emptyAsNull);
        bytes(writer, clientCollateral.cborBytes(), emptyAsNull);
    }

    private static void bytes(CborWriter writer, byte[] value, boolean emptyAsNull) {
        if (emptyAsNull && value.length == 0) {
            writer.nul();
        } else {
            writer.bytes(value);
        }
    }

    /** The market actor's own key of the proposal: blake2b-256 of its CBOR. */
    public Cid cid() {
        return Cid.dagCbor(toCbor());
    }

    /** The sha2-256 CID that Go implementations compute; see {@link ClientDealProposal#signedProposalCid()}. */
    public Cid proposalCid() {
        var writer = new CborWriter();
        writeTo(writer, true);
        return sha256Cid(writer.toByteArray());
    }

    /** Epochs from start to end. */
    public long duration() {
        return endEpoch.minus(startEpoch);
    }

    /** What the client pays for the whole deal. */
    public TokenAmount totalStorageFee() {
        return pricePerEpoch.times(duration());
    }

    /** What the client's escrow must hold. */
    public TokenAmount clientBalanceRequirement() {
        return clientCollateral.plus(totalStorageFee());
    }

    static Cid sha256Cid(byte[] cbor) {
        return Cid.of(Cid.DAG_CBOR, Multihash.sha256Of(cbor));
    }
}
