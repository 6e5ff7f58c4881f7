package io.adit.market.ipni;

import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import java.util.List;
import java.util.Optional;

/** A chunk of multihashes as a block: DAG-CBOR, {@code {Next?: link, Entries: [bytes]}}. */
final class EntryChunk {
    /** Most multihashes in one. */
    static final int CAPACITY = 16_384;

    private EntryChunk() {}

    /** The block; {@code next} is the chunk that it points to. */
    static byte[] encode(List<Multihash> entries, Optional<Cid> next) {
        var writer = new CborWriter().map(next.isPresent() ? 2 : 1);
        next.ifPresent(cid -> writer.text("Next").cid(cid));
        writer.text("Entries").array(entries.size());
        entries.forEach(entry -> writer.bytes(entry.bytes()));
        return writer.toByteArray();
    }

    static Cid cidOf(byte[] block) {
        return Cid.of(Cid.DAG_CBOR, Multihash.sha256Of(block));
    }
}
