package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.CborLimits.KeyOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes DAG-CBOR: shortest integers, definite lengths, text keys in DAG-CBOR order
 * (<a href="https://ipld.io/specs/codecs/dag-cbor/spec/">specification</a>).
 *
 * <p>{@code array(n)} and {@code map(n)} are followed by their n items or n key and value pairs. The writer counts: an
 * item too few, a key out of order, or a key that is not text, is a mistake in the program and throws
 * {@link IllegalStateException}.
 */
public final class CborWriter {
    private final KeyOrder keyOrder;
    private final OpenContainers open;
    private byte[] buffer = new byte[128];
    private int size;

    public CborWriter() {
        this(KeyOrder.SORTED);
    }

    /** For peers that expect their own key order; repeated keys are refused still. */
    public CborWriter(KeyOrder keyOrder) {
        this.keyOrder = keyOrder;
        this.open = new OpenContainers(1024);
    }

    public CborWriter array(int count) {
        startValue();
        head(4, count);
        if (!open.push(requireCount(count), false)) {
            throw new IllegalStateException("more than 1024 CBOR containers inside one another");
        }
        return this;
    }

    public CborWriter map(int pairs) {
        startValue();
        head(5, pairs);
        if (!open.push(2L * requireCount(pairs), true)) {
            throw new IllegalStateException("more than 1024 CBOR containers inside one another");
        }
        return this;
    }

    /** An integer that is not negative. */
    public CborWriter uint(long value) {
        if (value < 0) {
            throw new InvalidValueException("unsigned integer to write", value, "not negative");
        }
        return uint64(value);
    }

    /** Sixty-four bits taken as unsigned. */
    public CborWriter uint64(long bits) {
        startValue();
        head(0, bits);
        return endItem();
    }

    public CborWriter integer(long value) {
        startValue();
        if (value < 0) {
            head(1, ~value);
        } else {
            head(0, value);
        }
        return endItem();
    }

    public CborWriter bytes(byte[] value) {
        startValue();
        head(2, value.length);
        append(value);
        return endItem();
    }

    /** A text value or a map key. */
    public CborWriter text(String value) {
        var utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (open.atKey()) {
            checkKey(utf8);
        }
        head(3, utf8.length);
        append(utf8);
        return endItem();
    }

    public CborWriter bool(boolean value) {
        startValue();
        one(value ? 0xf5 : 0xf4);
        return endItem();
    }

    public CborWriter nul() {
        startValue();
        one(0xf6);
        return endItem();
    }

    /** A float64; DAG-CBOR has no NaN and no infinities. */
    public CborWriter float64(double value) {
        if (!Double.isFinite(value)) {
            throw new InvalidValueException("float to write", value, "finite");
        }
        startValue();
        one(0xfb);
        long bits = Double.doubleToRawLongBits(value);
        for (int shift = 56; shift >= 0; shift -= 8) {
            one((int) (bits >>> shift));
        }
        return endItem();
    }

    /** A link: tag 42 over a byte string that begins with 0x00. */
    public CborWriter cid(Cid cid) {
        startValue();
        var bytes = cid.bytes();
        head(6, 42);
        head(2, bytes.length + 1L);
        one(0);
        append(bytes);
        return endItem();
    }

    /** One item that is encoded already. The bytes are trusted to be one whole item. */
    public CborWriter raw(byte[] item) {
        startValue();
        append(item);
        return endItem();
    }

    public byte[] toByteArray() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("CBOR containers are still open: " + open.missing() + " items are missing");
        }
        return Arrays.copyOf(buffer, size);
    }

    private void checkKey(byte[] key) {
        if (keyOrder == KeyOrder.SORTED) {
            if (!open.firstKey() && OpenContainers.compareKeys(open.previousKey(), key) >= 0) {
                throw new IllegalStateException(
                        "CBOR map key out of order: " + new String(key, StandardCharsets.UTF_8));
            }
            open.previousKey(key);
        } else if (!open.keysSeen().add(new String(key, StandardCharsets.UTF_8))) {
            throw new IllegalStateException("CBOR map key repeated: " + new String(key, StandardCharsets.UTF_8));
        }
    }

    private void startValue() {
        if (open.atKey()) {
            throw new IllegalStateException("a CBOR map key must be text");
        }
    }

    private CborWriter endItem() {
        open.itemDone();
        return this;
    }

    private void head(int major, long argument) {
        int top = major << 5;
        if (argument >= 0 && argument < 24) {
            one(top | (int) argument);
        } else if (argument >= 0 && argument <= 0xff) {
            one(top | 24);
            one((int) argument);
        } else {
            int width = argument >>> 16 == 0 ? 2 : argument >>> 32 == 0 ? 4 : 8;
            one(top | (width == 2 ? 25 : width == 4 ? 26 : 27));
            for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
                one((int) (argument >>> shift));
            }
        }
    }

    private void one(int value) {
        ensure(1);
        buffer[size++] = (byte) value;
    }

    private void append(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, buffer, size, value.length);
        size += value.length;
    }

    private void ensure(int more) {
        if (more > buffer.length - size) {
            buffer = Arrays.copyOf(buffer, Math.max(Math.addExact(size, more), Math.min(buffer.length * 2, 1 << 30)));
        }
    }

    private static int requireCount(int count) {
        if (count < 0) {
            throw new InvalidValueException("CBOR item count", count, "not negative");
        }
        return count;
    }
}
