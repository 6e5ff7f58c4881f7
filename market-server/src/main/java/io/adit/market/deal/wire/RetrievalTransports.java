package io.adit.market.deal.wire;

import io.adit.chain.type.CborRecord;
import io.adit.core.ipld.CborException;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.ArrayList;
import java.util.List;

/** What a provider writes on {@code /fil/retrieval/transports/1.0.0} as soon as the stream opens. */
public record RetrievalTransports(List<Transport> protocols) implements CborRecord {
    private static final int MAX_ITEMS = 64;
    private static final int MAX_BYTES = 1024;

    /**
     * One way to fetch data.
     *
     * @param name {@code http}, {@code libp2p}, {@code bitswap} or {@code graphsync}
     * @param addresses multiaddrs in their binary form
     */
    public record Transport(String name, List<byte[]> addresses) implements CborRecord {
        public Transport {
            addresses = List.copyOf(addresses);
        }

        static Transport read(CborReader reader) {
            var fields = Fields.read("Protocol", reader);
            return new Transport(
                    fields.get("Name", item -> item.text(MAX_BYTES)),
                    fields.get("Addresses", item -> list(item, CborItem.BYTES)));
        }

        @Override
        public void writeTo(CborWriter writer) {
            writer.map(2);
            writer.text("Name").text(name);
            writer.text("Addresses").array(addresses.size());
            addresses.forEach(writer::bytes);
        }
    }

    public RetrievalTransports {
        protocols = List.copyOf(protocols);
    }

    public static RetrievalTransports fromCbor(byte[] cbor) {
        return new RetrievalTransports(
                Fields.decode("QueryResponse", cbor).get("Protocols", item -> list(item, Transport::read)));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.map(1).text("Protocols").array(protocols.size());
        protocols.forEach(protocol -> protocol.writeTo(writer));
    }

    private interface CborItem<T> {
        CborItem<byte[]> BYTES = reader -> reader.bytes(MAX_BYTES);

        T read(CborReader reader);
    }

    private static <T> List<T> list(CborReader reader, CborItem<T> read) {
        int count = reader.array();
        if (count > MAX_ITEMS) {
            throw new CborException(
                    reader.position(),
                    "a list of transports has " + count + " entries; at most " + MAX_ITEMS + " are read");
        }
        var values = new ArrayList<T>(count);
        for (int i = 0; i < count; i++) {
            values.add(read.read(reader));
        }
        return values;
    }
}
