package io.adit.market.retrieve;

import io.adit.core.ipld.BlockSource;
import io.adit.core.ipld.Cid;
import java.io.IOException;
import java.util.Optional;

/**
 * The blocks that one request looks things up in: entries of directories and of documents. Anybody may have had them
 * stored, and anybody may ask; so they are bounded one by one and all together, and count as memory of walks until the
 * look-up ends.
 */
final class LookupBlocks implements BlockSource, AutoCloseable {
    /** What bitswap carries. Writers split directories at a fraction of it. */
    static final int MAX_BLOCK = 2 << 20;
    /** All blocks of one look-up; ten thousand entries of a sharded directory take three MiB. */
    static final long MAX_BYTES = 16 << 20;
    /** What a byte of a block becomes on the heap: 2^16 links of a block of the most bytes, and their names. */
    private static final int HEAP_PER_BYTE = 10;

    private final StoredBlocks blocks;
    private final WalkMemory.Share memory;
    private long read;

    LookupBlocks(StoredBlocks blocks, WalkMemory memory) {
        this.blocks = blocks;
        this.memory = memory.share();
    }

    /**
     * Reads a block.
     *
     * @throws RefusedException UNSUPPORTED when it or the look-up is too big, BUSY when all look-ups together are
     */
    @Override
    public Optional<byte[]> get(Cid cid) throws IOException {
        var place = blocks.find(cid);
        if (place.isEmpty()) {
            return Optional.empty();
        }
        int length = place.get().length();
        if (length > MAX_BLOCK) {
            throw new RefusedException(
                    RefusalCode.UNSUPPORTED,
                    "nothing is looked up in the block " + cid + " of " + length + " bytes",
                    MAX_BLOCK + " bytes");
        }
        if (length > MAX_BYTES - read) {
            throw new RefusedException(
                    RefusalCode.UNSUPPORTED, "looking this up takes too many blocks", MAX_BYTES + " bytes");
        }
        memory.take((long) length * HEAP_PER_BYTE);
        read += length;
        giveOthersATurn();
        return Optional.of(place.get().read());
    }

    /** Hashing and decoding never wait, and virtual threads are not preempted. Nothing relies on who is next. */
    @SuppressWarnings("ThreadPriorityCheck")
    private static void giveOthersATurn() {
        Thread.yield();
    }

    @Override
    public void close() {
        memory.close();
    }
}
