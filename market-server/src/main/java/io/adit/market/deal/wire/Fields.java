package io.adit.market.deal.wire;

import io.adit.core.ipld.CborException;
import io.adit.core.ipld.CborLimits;
import io.adit.core.ipld.CborReader;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** The fields of one CBOR map, each kept as its own bytes until it is asked for. */
final class Fields {
    private static final int MAX_FIELDS = 32;
    private static final int MAX_NAME = 64;

    private final String message;
    private final Map<String, byte[]> items = new HashMap<>();

    private Fields(String message) {
        this.message = message;
    }

    /** Reads exactly one map. */
    static Fields decode(String message, byte[] cbor) {
        var reader = new CborReader(cbor, CborLimits.ANY_KEY_ORDER);
        var fields = read(message, reader);
        reader.end();
        return fields;
    }

    /** Reads the map that comes next. */
    static Fields read(String message, CborReader reader) {
        var fields = new Fields(message);
        int count = reader.map();
        if (count > MAX_FIELDS) {
            throw new CborException(
                    reader.position(), message + " has " + count + " fields; at most " + MAX_FIELDS + " are read");
        }
        for (int i = 0; i < count; i++) {
            fields.items.put(reader.text(MAX_NAME), reader.rawItem());
        }
        return fields;
    }

    <T> T get(String name, Function<CborReader, T> read) {
        var item = items.get(name);
        if (item == null) {
            throw new CborException(0, message + " lacks the field " + name);
        }
        var reader = new CborReader(item, CborLimits.ANY_KEY_ORDER);
        var value = read.apply(reader);
        reader.end();
        return value;
    }

    /** A flag; false when it is left out, as senders of older versions do. */
    boolean flag(String name) {
        return items.containsKey(name) && get(name, CborReader::bool);
    }

    /**
     * A text that is stored and shown: PostgreSQL takes no NUL in one, and whoever reads it no other control character.
     *
     * @param most bytes
     */
    String plainText(String name, int most) {
        var text = get(name, item -> item.text(most));
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new CborException(0, message + "'s " + name + " holds control characters; send it without");
        }
        return text;
    }

    UUID uuid(String name) {
        return get(name, Fields::uuid);
    }

    static UUID uuid(CborReader reader) {
        var bytes = ByteBuffer.wrap(reader.bytes(16));
        if (bytes.remaining() != 16) {
            throw new CborException(reader.position(), "a deal UUID has 16 bytes, this one " + bytes.remaining());
        }
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    static byte[] bytes(UUID uuid) {
        return ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }
}
