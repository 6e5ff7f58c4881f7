package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** The two wire types of protobuf that dag-pb and UnixFS use: varints and length-delimited bytes. */
final class Protobuf {
    private static final int VARINT = 0;
    private static final int BYTES = 2;

    private Protobuf() {}

    static void putBytes(ByteArrayOutputStream out, int field, byte[] value) {
        Varint.write((long) field << 3 | BYTES, out);
        Varint.write(value.length, out);
        out.writeBytes(value);
    }

    static void putVarint(ByteArrayOutputStream out, int field, long value) {
        Varint.write((long) field << 3 | VARINT, out);
        Varint.write(value, out);
    }

    /** Pulls fields out of one message. Lengths are checked against what is left before anything is copied. */
    static final class Reader {
        private final byte[] data;
        private int position;
        private int field;
        private int wireType;

        Reader(byte[] data) {
            this.data = data;
        }

        boolean hasMore() {
            return position < data.length;
        }

        /** Reads the next field's number; its value follows. */
        int field() {
            long key = rawVarint();
            wireType = (int) (key & 7);
            if (key >>> 3 == 0 || key >>> 3 > 1000) {
                throw new UnixFsException("a protobuf field number of " + (key >>> 3));
            }
            field = (int) (key >>> 3);
            return field;
        }

        long varint() {
            require(VARINT);
            return rawVarint();
        }

        byte[] bytes() {
            require(BYTES);
            long length = rawVarint();
            if (length > data.length - position) {
                throw new UnixFsException(
                        "a protobuf field of " + length + " bytes where " + (data.length - position) + " are left");
            }
            position += (int) length;
            return Arrays.copyOfRange(data, position - (int) length, position);
        }

        boolean isBytes() {
            return wireType == BYTES;
        }

        /** Passes over the value of a field that is of no interest. */
        void skip() {
            switch (wireType) {
                case VARINT -> rawVarint();
                case 1 -> skipFixed(8);
                case BYTES -> bytes();
                case 5 -> skipFixed(4);
                default -> throw new UnixFsException("protobuf wire type " + wireType);
            }
        }

        private void skipFixed(int width) {
            if (width > data.length - position) {
                throw new UnixFsException("a protobuf field cut short");
            }
            position += width;
        }

        UnixFsException unknownField() {
            return new UnixFsException("field " + field + ", which dag-pb does not have");
        }

        private void require(int expected) {
            if (wireType != expected) {
                throw new UnixFsException("field " + field + " of protobuf wire type " + wireType);
            }
        }

        /** A varint without a field before it. */
        long rawVarint() {
            try {
                var decoded = Varint.decode(data, position);
                position += decoded.length();
                return decoded.value();
            } catch (InvalidValueException e) {
                throw new UnixFsException("a malformed protobuf varint", e);
            }
        }
    }
}
