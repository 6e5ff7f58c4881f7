package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.CborLimits.KeyOrder;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Pulls items out of DAG-CBOR, strictly: integers and lengths in shortest form, definite lengths only, text keys sorted
 * and never repeated (unless {@link CborLimits} says otherwise), tag 42 only, floats of 64 bits only and finite, no
 * simple values but false, true and null (<a href="https://ipld.io/specs/codecs/dag-cbor/spec/">specification</a>).
 *
 * <p>The caller asks for what it expects; anything else is a {@link CborException}. Lengths and counts are checked
 * against the bytes that are left before anything is allocated, and nesting is counted, not recursed. Not thread-safe.
 */
public final class CborReader {
    private static final int CID_TAG = 42;
    private static final int MAX_CID = 256;

    private final byte[] data;
    private final CborLimits limits;
    private final OpenContainers open;
    private int position;
    private int itemStart;
    private int additional;

    public CborReader(byte[] data, CborLimits limits) {
        this.data = data;
        this.limits = limits;
        this.open = new OpenContainers(limits.maxDepth());
    }

    /** Strict DAG-CBOR. */
    public CborReader(byte[] data) {
        this(data, CborLimits.STRICT);
    }

    /** Enters an array and returns how many items it has. */
    public int array() {
        int count = count(head(MajorType.ARRAY), 1);
        push(count, false);
        return count;
    }

    /** Enters an array that must have {@code expected} items. */
    public void array(int expected) {
        int count = count(head(MajorType.ARRAY), 1);
        if (count != expected) {
            throw problem("an array of " + count + " items where " + expected + " were expected");
        }
        push(count, false);
    }

    /** Enters a map and returns how many pairs it has; each key is read with {@link #text}. */
    public int map() {
        int pairs = count(head(MajorType.MAP), 2);
        push(2L * pairs, true);
        return pairs;
    }

    /** An integer between 0 and 2^63 - 1. */
    public long uint() {
        long value = head(MajorType.UINT);
        if (value < 0) {
            throw problem("an integer above 2^63 - 1");
        }
        open.itemDone();
        return value;
    }

    /** An integer between 0 and 2^64 - 1, as sixty-four bits to be taken as unsigned. */
    public long uint64() {
        long value = head(MajorType.UINT);
        open.itemDone();
        return value;
    }

    /** An integer of either sign that fits in a long. */
    public long integer() {
        boolean negative = peek() == MajorType.NEGATIVE;
        long value = head(negative ? MajorType.NEGATIVE : MajorType.UINT);
        if (value < 0) {
            throw problem("an integer outside 64 bits");
        }
        open.itemDone();
        return negative ? ~value : value;
    }

    /** A byte string of at most {@code max} bytes. */
    public byte[] bytes(int max) {
        int length = length(head(MajorType.BYTES), max);
        var value = Arrays.copyOfRange(data, position, position + length);
        position += length;
        open.itemDone();
        return value;
    }

    /** A text, or a map key, of at most {@code max} UTF-8 bytes. */
    public String text(int max) {
        boolean key = open.atKey();
        int length = length(head(MajorType.TEXT), max);
        var value = takeText(length, key);
        open.itemDone();
        return value;
    }

    public boolean bool() {
        head(MajorType.SIMPLE);
        if (additional != 20 && additional != 21) {
            throw problem("a simple value that is not a boolean");
        }
        open.itemDone();
        return additional == 21;
    }

    public double float64() {
        double value = Double.longBitsToDouble(head(MajorType.SIMPLE));
        if (additional != 27) {
            throw problem("a simple value that is not a float of 64 bits");
        }
        open.itemDone();
        return value;
    }

    /** A link. */
    public Cid cid() {
        head(MajorType.TAG);
        var cid = takeCid();
        open.itemDone();
        return cid;
    }

    /** Takes a null if one is next, and says whether it was. */
    public boolean tryNull() {
        if (position >= data.length || (data[position] & 0xff) != 0xf6 || open.atKey()) {
            return false;
        }
        position++;
        open.itemDone();
        return true;
    }

    /** The major type of the next item, which is not taken. */
    public MajorType peek() {
        if (position >= data.length) {
            itemStart = position;
            throw problem("the data ended where an item was expected");
        }
        return majorOf(data[position]);
    }

    /** Passes over the next item, whatever it is, checking it as if it were read. */
    public void skip() {
        int outside = open.depth();
        long missing = open.innermostMissing();
        do {
            skipHead();
        } while (open.depth() > outside
                || (outside > 0 && open.depth() == outside && open.innermostMissing() == missing));
    }

    /** The encoded bytes of the next item, checked as if it were read. */
    public byte[] rawItem() {
        int from = position;
        skip();
        return Arrays.copyOfRange(data, from, position);
    }

    /** Requires that everything has been read. */
    public void end() {
        itemStart = position;
        if (!open.isEmpty()) {
            throw problem(open.missing() + " items of open containers were not read");
        }
        if (position != data.length) {
            throw problem((data.length - position) + " bytes after the last item");
        }
    }

    /** Bytes read so far. */
    public int position() {
        return position;
    }

    /**
     * Takes exactly one CBOR item from a stream, for protocols that send one item and keep the stream open.
     *
     * <p>Only heads are looked at, so read the result with a {@link CborReader} to check the rest.
     *
     * @param maxBytes refuse items longer than this; no more than this is ever held
     * @throws EOFException when the stream ends before or inside the item
     * @throws CborException when the bytes cannot be one CBOR item within the limit
     */
    public static byte[] readOneItem(InputStream in, int maxBytes) throws IOException {
        return new CborItemStream(in, maxBytes).next();
    }

    static MajorType majorOf(byte initial) {
        return MAJOR_TYPES[(initial & 0xff) >>> 5];
    }

    private static final MajorType[] MAJOR_TYPES = MajorType.values();

    private void skipHead() {
        switch (peek()) {
            case UINT, NEGATIVE -> {
                head(peek());
                open.itemDone();
            }
            case BYTES -> {
                int length = length(head(MajorType.BYTES), Integer.MAX_VALUE);
                position += length;
                open.itemDone();
            }
            case TEXT -> text(Integer.MAX_VALUE);
            case ARRAY -> array();
            case MAP -> map();
            case TAG -> cid();
            case SIMPLE -> {
                head(MajorType.SIMPLE);
                open.itemDone();
            }
        }
    }

    /** Reads an initial byte and its argument, requiring the major type and the shortest form. */
    private long head(MajorType expected) {
        itemStart = position;
        var major = peek();
        if (open.atKey() && major != MajorType.TEXT) {
            throw problem("a map key that is not text");
        }
        if (major != expected) {
            throw problem("found " + major + " where " + expected + " was expected");
        }
        additional = data[position++] & 0x1f;
        if (major == MajorType.SIMPLE) {
            return simple();
        }
        long argument = argument();
        if (major == MajorType.TAG && argument != CID_TAG) {
            throw problem("tag " + Long.toUnsignedString(argument) + "; only 42, a CID, is allowed");
        }
        return argument;
    }

    private long argument() {
        if (additional < 24) {
            return additional;
        }
        if (additional > 27) {
            throw problem(additional == 31 ? "an indefinite length" : "a reserved length code");
        }
        int width = 1 << (additional - 24);
        long value = fixed(width);
        boolean shortest = switch (width) {
            case 1 -> value >= 24;
            case 2 -> value > 0xff;
            case 4 -> value > 0xffff;
            default -> value >>> 32 != 0;
        };
        if (!shortest) {
            throw problem("a number or length that is not in its shortest form");
        }
        return value;
    }

    private long simple() {
        if (additional >= 20 && additional <= 22) {
            return 0;
        }
        if (additional != 27) {
            throw problem("a simple value or float that DAG-CBOR does not have");
        }
        long bits = fixed(8);
        if (!Double.isFinite(Double.longBitsToDouble(bits))) {
            throw problem("a float that is not finite");
        }
        return bits;
    }

    private long fixed(int width) {
        if (width > data.length - position) {
            throw problem("the data ended inside a number");
        }
        long value = 0;
        for (int i = 0; i < width; i++) {
            value = (value << 8) | (data[position++] & 0xff);
        }
        return value;
    }

    private int length(long length, int max) {
        if (length < 0 || length > data.length - position) {
            throw problem("a string of " + Long.toUnsignedString(length) + " bytes where " + (data.length - position)
                    + " are left");
        }
        if (length > max) {
            throw problem("a string of " + length + " bytes; at most " + max + " are allowed");
        }
        return (int) length;
    }

    private int count(long count, int itemsEach) {
        if (count < 0 || count > (data.length - position) / itemsEach) {
            throw problem("a container of " + Long.toUnsignedString(count) + " entries where "
                    + (data.length - position) + " bytes are left");
        }
        return (int) count;
    }

    private void push(long items, boolean map) {
        if (!open.push(items, map)) {
            throw problem("nesting deeper than " + limits.maxDepth());
        }
    }

    private String takeText(int length, boolean key) {
        try {
            var value = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data, position, length))
                    .toString();
            if (key && limits.keyOrder() != KeyOrder.UNCHECKED) {
                checkKey(value, Arrays.copyOfRange(data, position, position + length));
            }
            position += length;
            return value;
        } catch (CharacterCodingException e) {
            throw new CborException(itemStart, "a text that is not UTF-8", e);
        }
    }

    private void checkKey(String text, byte[] utf8) {
        if (limits.keyOrder() == KeyOrder.ANY) {
            if (!open.keysSeen().add(text)) {
                throw problem("the map key \"" + text + "\" twice");
            }
            return;
        }
        int order = open.firstKey() ? -1 : OpenContainers.compareKeys(open.previousKey(), utf8);
        if (order >= 0) {
            throw problem(
                    order == 0 ? "the map key \"" + text + "\" twice" : "map keys out of order at \"" + text + "\"");
        }
        open.previousKey(utf8);
    }

    /** The byte string after tag 42. A tag and its content count as one item. */
    private Cid takeCid() {
        if (peek() != MajorType.BYTES) {
            throw problem("tag 42 over something that is not a byte string");
        }
        additional = data[position++] & 0x1f;
        int length = length(argument(), MAX_CID);
        if (length == 0 || data[position] != 0) {
            throw problem("a CID that does not begin with the 0x00 byte");
        }
        try {
            var cid = Cid.fromBytes(Arrays.copyOfRange(data, position + 1, position + length));
            position += length;
            return cid;
        } catch (InvalidValueException e) {
            throw new CborException(itemStart, "a malformed CID: " + e.getMessage(), e);
        }
    }

    private CborException problem(String what) {
        return new CborException(itemStart, what);
    }
}
