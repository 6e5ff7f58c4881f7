package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A dag-pb node: links, then data (<a href="https://ipld.io/specs/codecs/dag-pb/spec/">specification</a>). UnixFS
 * directories and files of more than one block are made of these.
 *
 * @param links in order; the order is part of the node
 * @param data the UnixFS part
 */
public record DagPb(List<Link> links, Optional<byte[]> data) {
    private static final int LINK_FIELD = 2;
    private static final int DATA_FIELD = 1;
    /** Writers shard directories and split files long before; a link takes eight bytes on the wire, some 200 in memory. */
    static final int MAX_LINKS = 1 << 16;

    /**
     * A link to a child.
     *
     * @param name of a directory entry, empty in files
     * @param totalSize bytes of the child and everything below it ("Tsize")
     */
    public record Link(Cid cid, String name, long totalSize) {
        private static Link read(Protobuf.Reader reader) {
            Optional<Cid> cid = Optional.empty();
            var name = "";
            long totalSize = 0;
            while (reader.hasMore()) {
                switch (reader.field()) {
                    case 1 -> cid = Optional.of(readCid(reader.bytes()));
                    case 2 -> name = new String(reader.bytes(), StandardCharsets.UTF_8);
                    case 3 -> totalSize = reader.varint();
                    default -> throw reader.unknownField();
                }
            }
            return new Link(cid.orElseThrow(() -> new UnixFsException("a dag-pb link has no CID")), name, totalSize);
        }

        private static Cid readCid(byte[] bytes) {
            try {
                return Cid.fromBytes(bytes);
            } catch (InvalidValueException e) {
                throw new UnixFsException("a dag-pb link has a malformed CID: " + e.getMessage(), e);
            }
        }

        private byte[] encode() {
            var out = new ByteArrayOutputStream(64);
            Protobuf.putBytes(out, 1, cid.bytes());
            Protobuf.putBytes(out, 2, name.getBytes(StandardCharsets.UTF_8));
            Protobuf.putVarint(out, 3, totalSize);
            return out.toByteArray();
        }
    }

    public DagPb {
        links = List.copyOf(links);
    }

    /**
     * Reads a block.
     *
     * @throws UnixFsException when it is not dag-pb
     */
    public static DagPb decode(byte[] block) {
        var reader = new Protobuf.Reader(block);
        var links = new ArrayList<Link>();
        Optional<byte[]> data = Optional.empty();
        while (reader.hasMore()) {
            switch (reader.field()) {
                case DATA_FIELD -> data = Optional.of(reader.bytes());
                case LINK_FIELD -> {
                    if (links.size() == MAX_LINKS) {
                        throw new UnixFsException("a dag-pb node of more than " + MAX_LINKS + " links");
                    }
                    links.add(Link.read(new Protobuf.Reader(reader.bytes())));
                }
                default -> throw reader.unknownField();
            }
        }
        return new DagPb(links, data);
    }

    byte[] encode() {
        var out = new ByteArrayOutputStream(64 + links.size() * 48);
        for (var link : links) {
            Protobuf.putBytes(out, LINK_FIELD, link.encode());
        }
        data.ifPresent(bytes -> Protobuf.putBytes(out, DATA_FIELD, bytes));
        return out.toByteArray();
    }
}
