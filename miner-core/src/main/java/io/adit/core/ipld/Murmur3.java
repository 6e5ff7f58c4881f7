package io.adit.core.ipld;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first 64 bits of MurmurHash3 for x64 with 128 bits and seed 0 (multicodec {@code murmur3-x64-64}), which spreads names over
 * sharded directories. Not a cryptographic hash.
 */
final class Murmur3 {
    /** The multicodec. */
    static final long CODE = 0x22;

    private static final long C1 = 0x87c37b91114253d5L;
    private static final long C2 = 0x4cf5ad432745937fL;
    private static final int BLOCK = 16;

    private Murmur3() {}

    static long hash64(byte[] data) {
        var in = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        long h1 = 0;
        long h2 = 0;
        while (in.remaining() >= BLOCK) {
            h1 ^= first(in.getLong());
            h1 = (Long.rotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
            h2 ^= second(in.getLong());
            h2 = (Long.rotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
        }
        // What is left counts as if zeros filled it up: they do not change the hash.
        var tail = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        tail.put(in).rewind();
        h1 ^= first(tail.getLong());
        h2 ^= second(tail.getLong());
        h1 ^= data.length;
        h2 ^= data.length;
        h1 += h2;
        h2 += h1;
        h1 = mix(h1);
        h2 = mix(h2);
        return h1 + h2;
    }

    private static long first(long k) {
        return Long.rotateLeft(k * C1, 31) * C2;
    }

    private static long second(long k) {
        return Long.rotateLeft(k * C2, 33) * C1;
    }

    private static long mix(long k) {
        long mixed = (k ^ (k >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
