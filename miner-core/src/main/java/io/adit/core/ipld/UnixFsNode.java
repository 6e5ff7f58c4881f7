package io.adit.core.ipld;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a dag-pb node's data says in UnixFS (<a href="https://specs.ipfs.tech/unixfs/">specification</a>).
 *
 * @param data bytes that lie in the node itself
 * @param fileSize bytes of the whole file below the node
 * @param blockSizes bytes of the file below each link
 * @param sharding how a sharded directory's entries are spread; what other nodes say of it means nothing
 */
public record UnixFsNode(Type type, byte[] data, long fileSize, List<Long> blockSizes, Sharding sharding) {
    /**
     * How entries are spread over a sharded directory.
     *
     * @param hash multicodec of the function that names are hashed with
     * @param fanout places in a shard
     */
    public record Sharding(long hash, long fanout) {
        static final Sharding NONE = new Sharding(0, 0);
    }

    /** What a node stands for; the order is that of the numbers. */
    public enum Type {
        RAW,
        DIRECTORY,
        FILE,
        METADATA,
        SYMLINK,
        HAMT_SHARD
    }

    private static final Type[] TYPES = Type.values();

    public UnixFsNode {
        blockSizes = List.copyOf(blockSizes);
    }

    /** A node that is no shard. */
    UnixFsNode(Type type, byte[] data, long fileSize, List<Long> blockSizes) {
        this(type, data, fileSize, blockSizes, Sharding.NONE);
    }

    /** A file that is nothing but its children. */
    static UnixFsNode file(List<Long> blockSizes) {
        long size = blockSizes.stream().mapToLong(Long::longValue).sum();
        return new UnixFsNode(Type.FILE, new byte[0], size, blockSizes);
    }

    static UnixFsNode directory() {
        return new UnixFsNode(Type.DIRECTORY, new byte[0], 0, List.of());
    }

    /**
     * Reads a dag-pb node's data.
     *
     * @throws UnixFsException when it is not UnixFS
     */
    public static UnixFsNode decode(byte[] bytes) {
        var reader = new Protobuf.Reader(bytes);
        Optional<Type> type = Optional.empty();
        var data = new byte[0];
        Optional<Long> fileSize = Optional.empty();
        var blockSizes = new ArrayList<Long>();
        long hash = 0;
        long fanout = 0;
        while (reader.hasMore()) {
            switch (reader.field()) {
                case 1 -> type = Optional.of(type(reader.varint()));
                case 2 -> data = reader.bytes();
                case 3 -> fileSize = Optional.of(reader.varint());
                case 4 -> readBlockSizes(reader, blockSizes);
                case 5 -> hash = reader.varint();
                case 6 -> fanout = reader.varint();
                default -> reader.skip();
            }
        }
        return new UnixFsNode(
                type.orElseThrow(() -> new UnixFsException("a node without a type")),
                data,
                fileSize.orElse((long) data.length),
                blockSizes,
                new Sharding(hash, fanout));
    }

    byte[] encode() {
        var out = new ByteArrayOutputStream(16 + blockSizes.size() * 4);
        Protobuf.putVarint(out, 1, type == Type.DIRECTORY ? 1 : 2);
        if (data.length > 0) {
            Protobuf.putBytes(out, 2, data);
        }
        if (type == Type.FILE) {
            Protobuf.putVarint(out, 3, fileSize);
            blockSizes.forEach(size -> Protobuf.putVarint(out, 4, size));
        }
        return out.toByteArray();
    }

    /** Whether the node is a file or a part of one. */
    public boolean isFile() {
        return type == Type.FILE || type == Type.RAW;
    }

    private static Type type(long number) {
        if (number >= TYPES.length) {
            throw new UnixFsException("a node of unknown type " + number);
        }
        return TYPES[(int) number];
    }

    /** Writers repeat the field; packed lists are allowed by protobuf. */
    private static void readBlockSizes(Protobuf.Reader reader, List<Long> sizes) {
        if (!reader.isBytes()) {
            addSize(reader.varint(), sizes);
            return;
        }
        var packed = new Protobuf.Reader(reader.bytes());
        while (packed.hasMore()) {
            addSize(packed.rawVarint(), sizes);
        }
    }

    /** A node has no more sizes than links. */
    private static void addSize(long size, List<Long> sizes) {
        if (sizes.size() == DagPb.MAX_LINKS) {
            throw new UnixFsException("a UnixFS node of more than " + DagPb.MAX_LINKS + " sizes");
        }
        sizes.add(size);
    }
}
