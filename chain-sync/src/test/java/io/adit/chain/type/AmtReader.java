package io.adit.chain.type;

import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.Cid;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Walks a trie by its links, independently of how it was built. */
final class AmtReader {
    private AmtReader() {}

    static List<Cid> cids(Amt amt) {
        var blocks = amt.blocks();
        var reader = new CborReader(Objects.requireNonNull(blocks.get(amt.root())));
        reader.array(3);
        long height = reader.uint();
        long count = reader.uint();
        var found = new ArrayList<Cid>();
        node(reader, height, blocks, found);
        reader.end();
        if (found.size() != count) {
            throw new AssertionError("root says " + count + " items, found " + found.size());
        }
        return found;
    }

    private static void node(CborReader reader, long height, Map<Cid, byte[]> blocks, List<Cid> found) {
        reader.array(3);
        int present = Integer.bitCount(reader.bytes(1)[0] & 0xff);
        var links = ChainCbor.list(reader, 8, "links", CborReader::cid);
        var values = ChainCbor.list(reader, 8, "values", CborReader::cid);
        if (present != links.size() + values.size() || (height == 0) == !links.isEmpty()) {
            throw new AssertionError("bitmap does not fit the node");
        }
        found.addAll(values);
        for (var link : links) {
            var child = new CborReader(Objects.requireNonNull(blocks.get(link)));
            node(child, height - 1, blocks, found);
            child.end();
        }
    }
}
