package io.adit.market.deal.wire;

import io.adit.chain.type.CborRecord;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.keys.Signature;

/**
 * An ask that its provider stands by.
 *
 * @param signature the provider's worker key over the ask's CBOR
 */
public record SignedStorageAsk(StorageAsk ask, Signature signature) implements CborRecord {
    private static final int MAX_SIGNATURE = 200;

    static SignedStorageAsk read(CborReader reader) {
        var fields = Fields.read("SignedStorageAsk", reader);
        return new SignedStorageAsk(
                fields.get("Ask", StorageAsk::read),
                fields.get("Signature", item -> Signature.fromBytes(item.bytes(MAX_SIGNATURE))));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.map(2);
        ask.writeTo(writer.text("Ask"));
        writer.text("Signature").bytes(signature.bytes());
    }
}
