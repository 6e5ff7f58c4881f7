package io.adit.market.deal.wire;

import io.adit.chain.type.CborRecord;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.keys.Signature;
import java.util.UUID;

/**
 * A question over {@code /fil/storage/status/1.2.0}.
 *
 * @param signature the deal's client over the UUID's 16 raw bytes
 */
public record DealStatusRequest(UUID uuid, Signature signature) implements CborRecord {
    private static final int MAX_SIGNATURE = 200;

    public static DealStatusRequest fromCbor(byte[] cbor) {
        var fields = Fields.decode("DealStatusRequest", cbor);
        return new DealStatusRequest(
                fields.uuid("DealUUID"),
                fields.get("Signature", (CborReader item) -> Signature.fromBytes(item.bytes(MAX_SIGNATURE))));
    }

    /** What the client signs. */
    public static byte[] signedBytes(UUID uuid) {
        return Fields.bytes(uuid);
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.map(2);
        writer.text("DealUUID").bytes(Fields.bytes(uuid));
        writer.text("Signature").bytes(signature.bytes());
    }
}
