package io.adit.market.deal.wire;

import io.adit.chain.type.CborRecord;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Optional;
import java.util.UUID;

/**
 * The answer to {@link DealStatusRequest}.
 *
 * @param error why there is no status; empty when there is one
 * @param transferSize bytes to transfer
 * @param bytesReceived bytes that have arrived
 */
public record DealStatusResponse(
        UUID uuid, String error, Optional<DealStatus> status, boolean offline, long transferSize, long bytesReceived)
        implements CborRecord {
    private static final int MAX_TEXT = 16 << 10;

    public static DealStatusResponse fromCbor(byte[] cbor) {
        var fields = Fields.decode("DealStatusResponse", cbor);
        return new DealStatusResponse(
                fields.uuid("DealUUID"),
                fields.get("Error", item -> item.text(MAX_TEXT)),
                fields.get(
                        "DealStatus",
                        item -> item.tryNull() ? Optional.<DealStatus>empty() : Optional.of(DealStatus.read(item))),
                fields.flag("IsOffline"),
                fields.get("TransferSize", CborReader::uint),
                fields.get("NBytesReceived", CborReader::uint));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.map(6);
        writer.text("Error").text(error);
        writer.text("DealUUID").bytes(Fields.bytes(uuid));
        writer.text("IsOffline").bool(offline);
        writer.text("DealStatus");
        status.ifPresentOrElse(known -> known.writeTo(writer), writer::nul);
        writer.text("TransferSize").uint(transferSize);
        writer.text("NBytesReceived").uint(bytesReceived);
    }
}
