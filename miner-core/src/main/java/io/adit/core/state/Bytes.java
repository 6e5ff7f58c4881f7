package io.adit.core.state;

import java.util.Arrays;
import java.util.HexFormat;

/** An immutable byte string with value equality, for records that carry encoded data. */
public record Bytes(byte[] array) {
    private static final int SHOWN = 16;

    /** Copies the array. */
    public Bytes {
        array = array.clone();
    }

    /** The bytes, as a copy. */
    @Override
    public byte[] array() {
        return array.clone();
    }

    /** Length in bytes. */
    public int length() {
        return array.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    /** Length and the first bytes in hex: a proof of 192 bytes does not belong in a log line. */
    @Override
    public String toString() {
        String head = HexFormat.of().formatHex(array, 0, Math.min(SHOWN, array.length));
        return array.length + " bytes " + head + (array.length > SHOWN ? "…" : "");
    }
}
