package io.adit.market.retrieve;

import io.adit.core.ipld.Cid;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The blocks that a CAR without duplicates holds already: 128 bits of each digest in an open-addressed table, 32 to 64
 * bytes a block where a set of CIDs takes about 200.
 */
final class SeenBlocks {
    private static final int INITIAL = 1 << 10;

    private final int limit;
    private final WalkMemory.Share memory;
    private long[] table = new long[2 * INITIAL];
    private int count;

    SeenBlocks(int limit, WalkMemory.Share memory) {
        this.limit = limit;
        this.memory = memory;
    }

    /**
     * Notes a block; answers whether it is new.
     *
     * @throws RefusedException when there are more different blocks than the limit
     */
    boolean add(Cid cid) {
        var bytes = Arrays.copyOf(cid.multihash().digest(), 16);
        long high = ByteBuffer.wrap(bytes).getLong();
        // Zero marks a free slot.
        long low = (ByteBuffer.wrap(bytes).getLong(8) ^ cid.codec()) | 1;
        if (!insert(high, low)) {
            return false;
        }
        if (++count > limit) {
            throw new RefusedException(
                    RefusalCode.UNSUPPORTED, "more than " + limit + " different blocks in one CAR", "dups=y");
        }
        if (count * 4 > table.length) {
            grow();
        }
        return true;
    }

    private boolean insert(long high, long low) {
        int mask = table.length / 2 - 1;
        for (int slot = (int) (high ^ (low >>> 1)) & mask; ; slot = (slot + 1) & mask) {
            if (table[2 * slot + 1] == 0) {
                table[2 * slot] = high;
                table[2 * slot + 1] = low;
                return true;
            }
            if (table[2 * slot] == high && table[2 * slot + 1] == low) {
                return false;
            }
        }
    }

    private void grow() {
        memory.take((long) table.length * Long.BYTES);
        var old = table;
        table = new long[old.length * 2];
        for (int i = 0; i < old.length; i += 2) {
            if (old[i + 1] != 0) {
                insert(old[i], old[i + 1]);
            }
        }
    }
}
