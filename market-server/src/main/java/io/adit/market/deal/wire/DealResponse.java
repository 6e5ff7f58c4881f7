package io.adit.market.deal.wire;

import io.adit.chain.type.CborRecord;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * The answer to a proposal.
 *
 * @param accepted whether the provider took the deal; once said, it survives a crash
 * @param message why not; empty when accepted
 */
public record DealResponse(boolean accepted, String message) implements CborRecord {
    private static final int MAX_MESSAGE = 16 << 10;

    public static DealResponse fromCbor(byte[] cbor) {
        var fields = Fields.decode("DealResponse", cbor);
        return new DealResponse(
                fields.get("Accepted", CborReader::bool), fields.get("Message", item -> item.text(MAX_MESSAGE)));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.map(2);
        writer.text("Message").text(message);
        writer.text("Accepted").bool(accepted);
    }
}
