package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.PaddedSize;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.List;
import java.util.Optional;

/**
 * One piece of a sector and who is to hear of it (FIP-0076).
 *
 * @param cid piece CID v1
 * @param size padded bytes, unchecked: the actor drops a sector whose sizes are wrong
 */
public record PieceActivationManifest(
        Cid cid,
        long size,
        Optional<VerifiedAllocationKey> verifiedAllocationKey,
        List<DataActivationNotification> notifications)
        implements CborRecord {

    public PieceActivationManifest {
        notifications = List.copyOf(notifications);
    }

    /** Reads the exact CBOR. */
    public static PieceActivationManifest fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, PieceActivationManifest::read);
    }

    static PieceActivationManifest read(CborReader reader) {
        reader.array(4);
        return new PieceActivationManifest(
                reader.cid(),
                reader.uint(),
                ChainCbor.optional(reader, VerifiedAllocationKey::read),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "notifications", DataActivationNotification::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(4);
        writer.cid(cid);
        writer.uint(size);
        ChainCbor.optional(writer, verifiedAllocationKey, value -> value.writeTo(writer));
        ChainCbor.list(writer, notifications);
    }

    /** A piece that activates the market deal {@code dealId}. */
    public static PieceActivationManifest ofDeal(Cid pieceCid, PaddedSize size, long dealId) {
        return new PieceActivationManifest(
                pieceCid, size.bytes(), Optional.empty(), List.of(DataActivationNotification.ofDeal(dealId)));
    }
}
