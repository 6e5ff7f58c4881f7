package io.adit.chain.type;

import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds the array tries (AMT, in the form of specs-actors v0: eight children a node, width not written) whose roots stand
 * in block headers: message CIDs of a block, receipts of a tipset. Only dense arrays from index 0 are needed here.
 *
 * @param root CID of the root block
 * @param blocks every block of the trie by its CID, the root last; the arrays are not copied
 */
public record Amt(Cid root, Map<Cid, byte[]> blocks) {
    private static final int WIDTH = 8;

    public Amt {
        blocks = Collections.unmodifiableMap(new LinkedHashMap<>(blocks));
    }

    /** The trie that holds CIDs at 0, 1, 2 …, as a block lists its messages. */
    public static Amt ofCids(List<Cid> cids) {
        return of(cids.stream()
                .map(cid -> new CborWriter().cid(cid).toByteArray())
                .toList());
    }

    /** The trie that holds these CBOR items at 0, 1, 2 …. */
    public static Amt of(List<byte[]> items) {
        int height = 0;
        for (long capacity = WIDTH; capacity < items.size(); capacity *= WIDTH) {
            height++;
        }
        var blocks = new LinkedHashMap<Cid, byte[]>();
        var root = new CborWriter().array(3).uint(height).uint(items.size());
        writeNode(root, items, height, blocks);
        var block = root.toByteArray();
        var cid = Cid.dagCbor(block);
        blocks.put(cid, block);
        return new Amt(cid, blocks);
    }

    /** A node is [bitmap, links, values]; bit i of the bitmap, lowest first, says that child i is there. */
    private static void writeNode(CborWriter writer, List<byte[]> items, int height, Map<Cid, byte[]> blocks) {
        int span = 1;
        for (int level = 0; level < height; level++) {
            span *= WIDTH;
        }
        int children = (items.size() + span - 1) / span;
        writer.array(3).bytes(new byte[] {(byte) ((1 << children) - 1)});
        if (height == 0) {
            writer.array(0).array(children);
            items.forEach(writer::raw);
            return;
        }
        writer.array(children);
        for (int child = 0; child < children; child++) {
            var part = items.subList(child * span, Math.min(items.size(), (child + 1) * span));
            var node = new CborWriter();
            writeNode(node, part, height - 1, blocks);
            var block = node.toByteArray();
            var cid = Cid.dagCbor(block);
            blocks.put(cid, block);
            writer.cid(cid);
        }
        writer.array(0);
    }
}
