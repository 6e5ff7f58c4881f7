package io.adit.market.bitswap;

import io.adit.core.ipld.Cid;
import io.adit.libp2p.wire.Varint;
import io.adit.market.retrieve.ServedBlocks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One message to a peer.
 *
 * <p>Fields (message.proto): blocks = 2 (before 1.1.0), payload = 3 (prefix = 1, data = 2), blockPresences = 4 (cid = 1, type
 * = 2: HAVE 0, DONT_HAVE 1), pendingBytes = 5.
 *
 * @param pendingBytes of blocks that the peer wants and that were found already, and come later
 */
record Answer(List<Found> blocks, List<Presence> presences, long pendingBytes) {
    private static final int WANTLIST = 1 << 3 | 2;
    private static final int BLOCKS = 2 << 3 | 2;
    private static final int PAYLOAD = 3 << 3 | 2;
    private static final int PRESENCES = 4 << 3 | 2;
    private static final int PENDING_BYTES = 5 << 3;
    private static final int FIRST_BYTES = 1 << 3 | 2;
    private static final int SECOND_BYTES = 2 << 3 | 2;
    private static final int SECOND_VARINT = 2 << 3;

    /** A block to send. */
    record Found(Cid cid, ServedBlocks.Block block) {}

    /** Where the message goes to, piece by piece. */
    interface Sink {
        void bytes(byte[] bytes) throws IOException;

        void block(ServedBlocks.Block block) throws IOException;
    }

    /** Whether there is nothing in it that a peer of this version understands. */
    boolean isEmptyFor(BitswapProtocol protocol) {
        return blocks.isEmpty() && (presences.isEmpty() || !protocol.hasPresences());
    }

    /** Writes it with its length in front, in the version's shape. */
    void writeTo(BitswapProtocol protocol, Sink sink) throws IOException {
        var heads = new ArrayList<byte[]>(blocks.size());
        var end = end(protocol);
        // Every peer's decoder finds an empty wantlist, as in go-bitswap's messages.
        long length = 2L + end.length;
        for (var found : blocks) {
            var head = head(protocol, found);
            heads.add(head);
            length += head.length + found.block().length();
        }
        var out = new ByteArrayOutputStream();
        Varint.write(out, length);
        out.write(WANTLIST);
        out.write(0);
        for (int i = 0; i < heads.size(); i++) {
            out.writeBytes(heads.get(i));
            sink.bytes(out.toByteArray());
            out.reset();
            sink.block(blocks.get(i).block());
        }
        out.writeBytes(end);
        if (out.size() > 0) {
            sink.bytes(out.toByteArray());
        }
    }

    /** What stands in front of a block's bytes. */
    private static byte[] head(BitswapProtocol protocol, Found found) {
        var out = new ByteArrayOutputStream();
        if (!protocol.hasPrefixes()) {
            out.write(BLOCKS);
            Varint.write(out, found.block().length());
            return out.toByteArray();
        }
        var inner = new ByteArrayOutputStream();
        var prefix = prefix(found.cid());
        inner.write(FIRST_BYTES);
        Varint.write(inner, prefix.length);
        inner.writeBytes(prefix);
        inner.write(SECOND_BYTES);
        Varint.write(inner, found.block().length());
        out.write(PAYLOAD);
        Varint.write(out, inner.size() + (long) found.block().length());
        out.writeBytes(inner.toByteArray());
        return out.toByteArray();
    }

    /** Version, codec, hash function and digest length: with the data the receiver makes the CID of them. */
    static byte[] prefix(Cid cid) {
        var out = new ByteArrayOutputStream();
        Varint.write(out, cid.version());
        Varint.write(out, cid.codec());
        Varint.write(out, cid.multihash().code());
        Varint.write(out, cid.multihash().digest().length);
        return out.toByteArray();
    }

    private byte[] end(BitswapProtocol protocol) {
        var out = new ByteArrayOutputStream();
        if (!protocol.hasPresences()) {
            return out.toByteArray();
        }
        for (var presence : presences) {
            var cid = presence.cid().bytes();
            var inner = new ByteArrayOutputStream();
            inner.write(FIRST_BYTES);
            Varint.write(inner, cid.length);
            inner.writeBytes(cid);
            if (!presence.isHere()) {
                inner.write(SECOND_VARINT);
                inner.write(1);
            }
            out.write(PRESENCES);
            Varint.write(out, inner.size());
            out.writeBytes(inner.toByteArray());
        }
        if (pendingBytes > 0) {
            out.write(PENDING_BYTES);
            Varint.write(out, Math.min(pendingBytes, Integer.MAX_VALUE));
        }
        return out.toByteArray();
    }
}
