package io.adit.market.deal.wire;

import io.adit.chain.type.CborRecord;
import io.adit.core.ipld.CborWriter;
import java.util.Optional;

/** The answer to {@link AskRequest}; empty when the provider has no ask for that miner. */
public record AskResponse(Optional<SignedStorageAsk> ask) implements CborRecord {
    public static AskResponse fromCbor(byte[] cbor) {
        return new AskResponse(Fields.decode("AskResponse", cbor)
                .get(
                        "Ask",
                        item -> item.tryNull()
                                ? Optional.<SignedStorageAsk>empty()
                                : Optional.of(SignedStorageAsk.read(item))));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.map(1).text("Ask");
        ask.ifPresentOrElse(known -> known.writeTo(writer), writer::nul);
    }
}
