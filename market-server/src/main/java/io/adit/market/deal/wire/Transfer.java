package io.adit.market.deal.wire;

import io.adit.chain.type.CborRecord;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;

/**
 * How the client hands over the data.
 *
 * @param size bytes to transfer
 * @param type {@code http} or {@code libp2p}; empty for an offline deal
 * @param params JSON {@code {"URL":"…","Headers":{…}}}; empty for an offline deal
 * @param clientId the client's own name for the transfer
 */
public record Transfer(long size, String type, byte[] params, String clientId) implements CborRecord {
    private static final int MAX_PARAMS = 64 << 10;
    private static final int MAX_TEXT = 256;

    public Transfer {
        params = params.clone();
    }

    static Transfer read(CborReader reader) {
        var fields = Fields.read("Transfer", reader);
        return new Transfer(
                fields.get("Size", CborReader::uint),
                fields.plainText("Type", MAX_TEXT),
                fields.get("Params", item -> item.tryNull() ? new byte[0] : item.bytes(MAX_PARAMS)),
                fields.plainText("ClientID", MAX_TEXT));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.map(4);
        writer.text("Size").uint(size);
        writer.text("Type").text(type);
        writer.text("Params").bytes(params);
        writer.text("ClientID").text(clientId);
    }

    @Override
    public byte[] params() {
        return params.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Transfer that
                && size == that.size
                && type.equals(that.type)
                && Arrays.equals(params, that.params)
                && clientId.equals(that.clientId);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(params) * 31 + clientId.hashCode();
    }
}
