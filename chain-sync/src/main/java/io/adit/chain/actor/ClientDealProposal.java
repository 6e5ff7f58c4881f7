package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signature;

/**
 * A proposal and its client's signature over the proposal's CBOR.
 */
public record ClientDealProposal(DealProposal proposal, Signature clientSignature) implements CborRecord {

    /** Reads the exact CBOR. */
    public static ClientDealProposal fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, ClientDealProposal::read);
    }

    static ClientDealProposal read(CborReader reader) {
        reader.array(2);
        return new ClientDealProposal(DealProposal.read(reader), ChainCbor.signature(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        proposal.writeTo(writer);
        writer.bytes(clientSignature.bytes());
    }

    /** blake2b-256 of the exact CBOR: for those who name the signed proposal by its own bytes. */
    public Cid cid() {
        return Cid.dagCbor(toCbor());
    }

    /**
     * The CID that deal protocols name this signed proposal by. Go implementations hash (sha2-256) a re-encoding in which
     * every empty byte string, such as a zero collateral, has become null; this hashes the same bytes.
     */
    public Cid signedProposalCid() {
        var writer = new CborWriter().array(2);
        proposal.writeTo(writer, true);
        return DealProposal.sha256Cid(writer.bytes(clientSignature.bytes()).toByteArray());
    }
}
