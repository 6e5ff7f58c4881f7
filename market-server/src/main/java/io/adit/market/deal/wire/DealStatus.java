package io.adit.market.deal.wire;

import io.adit.chain.actor.DealProposal;
import io.adit.chain.type.CborRecord;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.Optional;

/**
 * How far a deal has come.
 *
 * @param error why it failed; empty while it goes well
 * @param status Boost's checkpoint name
 * @param sealingStatus the sector's state; empty before it has one
 * @param publishCid the PublishStorageDeals message
 * @param chainDealId the market actor's number; 0 before there is one
 */
public record DealStatus(
        String error,
        String status,
        String sealingStatus,
        DealProposal proposal,
        Cid signedProposalCid,
        Optional<Cid> publishCid,
        long chainDealId)
        implements CborRecord {
    private static final int MAX_TEXT = 16 << 10;

    static DealStatus read(CborReader reader) {
        var fields = Fields.read("DealStatus", reader);
        return new DealStatus(
                fields.get("Error", item -> item.text(MAX_TEXT)),
                fields.get("Status", item -> item.text(MAX_TEXT)),
                fields.get("SealingStatus", item -> item.text(MAX_TEXT)),
                fields.get("Proposal", DealProposal::read),
                fields.get("SignedProposalCid", CborReader::cid),
                fields.get("PublishCid", item -> item.tryNull() ? Optional.<Cid>empty() : Optional.of(item.cid())),
                fields.get("ChainDealID", CborReader::uint));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.map(7);
        writer.text("Error").text(error);
        writer.text("Status").text(status);
        proposal.writeTo(writer.text("Proposal"));
        writer.text("PublishCid");
        publishCid.ifPresentOrElse(writer::cid, writer::nul);
        writer.text("ChainDealID").uint(chainDealId);
        writer.text("SealingStatus").text(sealingStatus);
        writer.text("SignedProposalCid").cid(signedProposalCid);
    }
}
