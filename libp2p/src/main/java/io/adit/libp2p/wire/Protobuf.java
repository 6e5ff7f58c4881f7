package io.adit.libp2p.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The subset of Protocol Buffers that libp2p's messages use: varint and length-delimited fields. Fixed-width fields are
 * skipped; groups are refused.
 */
public final class Protobuf {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final List<Field> fields;

    private record Field(int number, long varint, Optional<byte[]> bytes) {}

    private Protobuf(List<Field> fields) {
        this.fields = fields;
    }

    /**
     * Parses a message.
     *
     * @param maxFields how many fields it may hold; a longer message is refused
     */
    public static Protobuf parse(byte[] message, int maxFields) {
        var reader = new WireReader(message);
        var fields = new ArrayList<Field>();
        while (reader.hasRemaining()) {
            if (fields.size() == maxFields) {
                throw new MalformedWireException("message has more than " + maxFields + " fields");
            }
            var key = reader.varint();
            var number = (int) (key >>> 3);
            if (number <= 0 || key > 0xffff_ffffL) {
                throw new MalformedWireException("field number " + (key >>> 3) + " is out of range");
            }
            switch ((int) key & 7) {
                case VARINT -> fields.add(new Field(number, reader.varint(), Optional.empty()));
                case LENGTH_DELIMITED -> fields.add(new Field(number, 0, Optional.of(reader.bytes(reader.varint()))));
                case FIXED64 -> reader.bytes(Long.BYTES);
                case FIXED32 -> reader.bytes(Integer.BYTES);
                default -> throw new MalformedWireException("field " + number + " has wire type " + (key & 7));
            }
        }
        return new Protobuf(fields);
    }

    /** How many fields were read, known or not. */
    public int size() {
        return fields.size();
    }

    /** The last varint field with this number, as protobuf's "last one wins" demands. */
    public OptionalLong varint(int number) {
        return fields.reversed().stream()
                .filter(field -> field.number == number && field.bytes.isEmpty())
                .mapToLong(Field::varint)
                .findFirst();
    }

    /** The last byte-string field with this number. */
    public Optional<byte[]> bytes(int number) {
        return fields.reversed().stream()
                .filter(field -> field.number == number)
                .flatMap(field -> field.bytes.stream())
                .findFirst();
    }

    /** Every byte-string field with this number, in order. */
    public List<byte[]> repeated(int number) {
        return fields.stream()
                .filter(field -> field.number == number)
                .flatMap(field -> field.bytes.stream())
                .toList();
    }

    /** Writes a message, field by field in the order of the calls. */
    public static final class Writer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        public Writer varint(int number, long value) {
            Varint.write(out, (long) number << 3 | VARINT);
            Varint.write(out, value);
            return this;
        }

        public Writer bytes(int number, byte[] value) {
            Varint.write(out, (long) number << 3 | LENGTH_DELIMITED);
            Varint.write(out, value.length);
            out.writeBytes(value);
            return this;
        }

        public Writer text(int number, String value) {
            return bytes(number, value.getBytes(StandardCharsets.UTF_8));
        }

        public byte[] toByteArray() {
            return out.toByteArray();
        }
    }
}
