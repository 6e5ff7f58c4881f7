package io.adit.market.deal.wire;

import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.type.CborRecord;
import io.adit.core.fil.PaddedSize;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.UUID;

/**
 * A deal proposal as it comes over {@code /fil/storage/mk/1.2.1}, and over 1.2.0 without the two last flags.
 *
 * @param uuid the client's name for the deal; proposing the same again under it is harmless
 * @param offline whether the data comes by other ways than {@code transfer}
 * @param proposal what goes on chain, with the client's signature
 * @param dataRoot the payload's root CID
 * @param transfer where the data is fetched
 * @param removeUnsealedCopy whether the provider may drop the unsealed copy after sealing
 * @param skipIpniAnnounce whether the blocks stay out of public indexes
 */
public record DealParams(
        UUID uuid,
        boolean offline,
        ClientDealProposal proposal,
        Cid dataRoot,
        Transfer transfer,
        boolean removeUnsealedCopy,
        boolean skipIpniAnnounce)
        implements CborRecord {

    public static DealParams fromCbor(byte[] cbor) {
        var fields = Fields.decode("DealParams", cbor);
        return new DealParams(
                fields.uuid("DealUUID"),
                fields.flag("IsOffline"),
                fields.get("ClientDealProposal", item -> ClientDealProposal.fromCbor(item.rawItem())),
                fields.get("DealDataRoot", CborReader::cid),
                fields.get("Transfer", Transfer::read),
                fields.flag("RemoveUnsealedCopy"),
                fields.flag("SkipIPNIAnnounce"));
    }

    /** Bytes of data that will come: what the client says, or for an offline deal without a size as many as may come. */
    public long bytesExpected() {
        long said = transfer.size();
        long piece = proposal.proposal().pieceSize();
        return said == 0 && offline && piece >= 128 && Long.bitCount(piece) == 1
                ? new PaddedSize(piece).unpadded().bytes()
                : said;
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.map(7);
        writer.text("DealUUID").bytes(Fields.bytes(uuid));
        transfer.writeTo(writer.text("Transfer"));
        writer.text("IsOffline").bool(offline);
        writer.text("DealDataRoot").cid(dataRoot);
        writer.text("SkipIPNIAnnounce").bool(skipIpniAnnounce);
        proposal.writeTo(writer.text("ClientDealProposal"));
        writer.text("RemoveUnsealedCopy").bool(removeUnsealedCopy);
    }

    /** The five-field form of protocol version 1.2.0. */
    public byte[] toCborV120() {
        var writer = new CborWriter().map(5);
        writer.text("DealUUID").bytes(Fields.bytes(uuid));
        transfer.writeTo(writer.text("Transfer"));
        writer.text("IsOffline").bool(offline);
        writer.text("DealDataRoot").cid(dataRoot);
        proposal.writeTo(writer.text("ClientDealProposal"));
        return writer.toByteArray();
    }
}
