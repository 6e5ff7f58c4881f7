package io.adit.libp2p.mux;

import java.nio.ByteBuffer;

/** A ring that grows as it fills; the stream's window bounds it. Many small frames cost no allocation each. */
public final class ReceiveBuffer {
    static final int SMALLEST = 1024;
    private static final byte[] EMPTY = new byte[0];

    private byte[] ring = EMPTY;
    private int head;
    private int size;

    /** Bytes in it. */
    public int size() {
        return size;
    }

    /** Bytes of memory that it has. */
    public int capacity() {
        return ring.length;
    }

    /** What the capacity will be once {@code length} more bytes are in. */
    public int capacityWith(int length) {
        var needed = size + length;
        return needed <= ring.length ? ring.length : Math.max(SMALLEST, Integer.highestOneBit(needed - 1) << 1);
    }

    /** Appends bytes of an array. */
    public void append(byte[] source, int offset, int length) {
        if (size + length > ring.length) {
            grow(capacityWith(length));
        }
        var tail = (head + size) & (ring.length - 1);
        var first = Math.min(length, ring.length - tail);
        System.arraycopy(source, offset, ring, tail, first);
        System.arraycopy(source, offset + first, ring, 0, length - first);
        size += length;
    }

    /** Appends what remains in the source. */
    public void append(ByteBuffer source) {
        var length = source.remaining();
        if (size + length > ring.length) {
            grow(capacityWith(length));
        }
        var tail = (head + size) & (ring.length - 1);
        var first = Math.min(length, ring.length - tail);
        source.get(ring, tail, first);
        source.get(ring, 0, length - first);
        size += length;
    }

    /** Moves up to {@code length} bytes out; zero only if there are none. */
    public int take(byte[] target, int offset, int length) {
        var taken = Math.min(length, size);
        var first = Math.min(taken, ring.length - head);
        System.arraycopy(ring, head, target, offset, first);
        System.arraycopy(ring, 0, target, offset + first, taken - first);
        size -= taken;
        head = size == 0 ? 0 : (head + taken) & (ring.length - 1);
        return taken;
    }

    /** Forgets what is in it, and its memory. */
    public void clear() {
        ring = EMPTY;
        head = 0;
        size = 0;
    }

    private void grow(int capacity) {
        var larger = new byte[capacity];
        var held = size;
        take(larger, 0, held);
        ring = larger;
        head = 0;
        size = held;
    }
}
