package io.adit.chain.type;

import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * The CIDs of a tipset's blocks, in order. Empty means "the heaviest head" where a node's method takes a key.
 *
 * @param cids block CIDs in ticket order
 */
public record TipSetKey(List<Cid> cids) implements CborRecord {
    /** "The present head", as the node's API understands an empty key. */
    public static final TipSetKey EMPTY = new TipSetKey(List.of());

    private static final int MAX_BLOCKS = 1000;

    public TipSetKey {
        cids = List.copyOf(cids);
    }

    /** The key of these blocks. */
    public static TipSetKey of(Cid... cids) {
        return new TipSetKey(List.of(cids));
    }

    /** Reads the form stored on chain: one byte string that holds the CIDs one after another. */
    public static TipSetKey fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, reader -> fromBytes(reader.bytes(MAX_BLOCKS * 64)));
    }

    /** Reads {@link #keyBytes()}. */
    public static TipSetKey fromBytes(byte[] bytes) {
        return new TipSetKey(ChainCbor.concatenatedCids(bytes, MAX_BLOCKS));
    }

    static TipSetKey readList(CborReader reader) {
        return new TipSetKey(ChainCbor.list(reader, MAX_BLOCKS, "tipset key", CborReader::cid));
    }

    /** The CIDs' bytes, one after another. */
    public byte[] keyBytes() {
        var bytes = new ByteArrayOutputStream();
        cids.forEach(cid -> bytes.writeBytes(cid.bytes()));
        return bytes.toByteArray();
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.bytes(keyBytes());
    }

    /** The tipset's own CID, as FEVM and F3 name tipsets. */
    public Cid cid() {
        return Cid.dagCbor(toCbor());
    }

    public boolean isEmpty() {
        return cids.isEmpty();
    }
}
