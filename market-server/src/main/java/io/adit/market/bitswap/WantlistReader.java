package io.adit.market.bitswap;

import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.Cid;
import io.adit.libp2p.wire.MalformedWireException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads the wants in messages as they arrive. What a server has no use for, blocks above all, is passed over; nothing longer
 * than one entry is ever held, however long the message is.
 *
 * <p>Fields (message.proto): of a message wantlist = 1; of a wantlist entries = 1, full = 2; of an entry block = 1 (a CID),
 * priority = 2, cancel = 3, wantType = 4, sendDontHave = 5.
 */
final class WantlistReader {
    /** As go-bitswap reads. */
    static final int MAX_MESSAGE = 4 << 20;
    /** As go-bitswap takes: a digest of 128 bytes and four varints of ten. */
    static final int MAX_CID = 168;

    private static final int MAX_ENTRY = 256;
    private static final int MAX_VARINT = 10;

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final InputStream in;
    private final Taker taker;
    /** Of the message that is being read. */
    private int left;

    /** Takes what is read. */
    interface Taker {
        void entry(WantEntry entry) throws IOException;
    }

    WantlistReader(InputStream in, Taker taker) {
        this.in = in;
        this.taker = taker;
    }

    /** What a message said besides its entries. */
    enum Scope {
        /** Its wants come on top of earlier ones. */
        ADDS,
        /** They are all that the peer wants. */
        REPLACES
    }

    /**
     * Reads the next message to its end.
     *
     * @return empty once the peer has ended the stream between two messages
     * @throws MalformedWireException for what is no message, or one of more than {@link #MAX_MESSAGE} bytes
     * @throws EOFException when the stream ends within it
     */
    Optional<Scope> next() throws IOException {
        var first = in.read();
        if (first < 0) {
            return Optional.empty();
        }
        left = MAX_VARINT;
        var length = varint(first);
        if (length < 0 || length > MAX_MESSAGE) {
            throw new MalformedWireException(
                    "a message of " + Long.toUnsignedString(length) + " bytes; the limit is " + MAX_MESSAGE + " bytes");
        }
        left = (int) length;
        var full = false;
        while (left > 0) {
            var key = varint();
            if (isField(key, 1, LENGTH_DELIMITED)) {
                full |= wantlist(length());
            } else {
                skip(key);
            }
        }
        return Optional.of(full ? Scope.REPLACES : Scope.ADDS);
    }

    private boolean wantlist(int length) throws IOException {
        var end = left - length;
        var full = false;
        while (left > end) {
            var key = varint();
            if (isField(key, 1, LENGTH_DELIMITED)) {
                entry(length());
            } else if (isField(key, 2, VARINT)) {
                full = varint() != 0;
            } else {
                skip(key);
            }
        }
        requireEnd(end);
        return full;
    }

    private void entry(int length) throws IOException {
        if (length > MAX_ENTRY) {
            throw new MalformedWireException("a want of " + length + " bytes; the limit is " + MAX_ENTRY + " bytes");
        }
        var end = left - length;
        Optional<Cid> cid = Optional.empty();
        int priority = 0;
        var cancel = false;
        long type = 0;
        var sendDontHave = false;
        while (left > end) {
            var key = varint();
            if (isField(key, 1, LENGTH_DELIMITED)) {
                cid = Optional.of(cid(length()));
            } else if (isField(key, 2, VARINT)) {
                priority = (int) varint();
            } else if (isField(key, 3, VARINT)) {
                cancel = varint() != 0;
            } else if (isField(key, 4, VARINT)) {
                type = varint();
            } else if (isField(key, 5, VARINT)) {
                sendDontHave = varint() != 0;
            } else {
                skip(key);
            }
        }
        requireEnd(end);
        var kind = kind(cancel, type);
        var wanted = cid.orElseThrow(() -> new MalformedWireException("a want names no CID"));
        if (kind.isPresent()) {
            taker.entry(new WantEntry(wanted, priority, kind.get(), sendDontHave));
        }
    }

    /** Empty for a kind that a later version may have added. */
    private static Optional<WantEntry.Kind> kind(boolean cancel, long type) {
        if (cancel) {
            return Optional.of(WantEntry.Kind.CANCEL);
        }
        if (type == 0) {
            return Optional.of(WantEntry.Kind.BLOCK);
        }
        return type == 1 ? Optional.of(WantEntry.Kind.HAVE) : Optional.empty();
    }

    private Cid cid(int length) throws IOException {
        if (length > MAX_CID) {
            throw new MalformedWireException("a CID of " + length + " bytes; the limit is " + MAX_CID + " bytes");
        }
        var bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("stream ended within a CID");
        }
        left -= length;
        try {
            return Cid.fromBytes(bytes);
        } catch (InvalidValueException e) {
            throw new MalformedWireException("a want names no CID: " + e.getMessage(), e);
        }
    }

    private static boolean isField(long key, int number, int wireType) {
        return key == ((long) number << 3 | wireType);
    }

    private void skip(long key) throws IOException {
        if (key >>> 3 == 0 || key >>> 32 != 0) {
            throw new MalformedWireException("field number " + Long.toUnsignedString(key >>> 3) + " is out of range");
        }
        switch ((int) key & 7) {
            case VARINT -> varint();
            case LENGTH_DELIMITED -> skipBytes(length());
            case FIXED64 -> skipBytes(Long.BYTES);
            case FIXED32 -> skipBytes(Integer.BYTES);
            default -> throw new MalformedWireException("field " + (key >>> 3) + " has wire type " + (key & 7));
        }
    }

    private void skipBytes(int count) throws IOException {
        requireLeft(count);
        in.skipNBytes(count);
        left -= count;
    }

    /** A length that fits into what is left of the message. */
    private int length() throws IOException {
        var length = varint();
        requireLeft(length);
        return (int) length;
    }

    private void requireLeft(long count) {
        if (count < 0 || count > left) {
            throw new MalformedWireException(
                    "a field of " + Long.toUnsignedString(count) + " bytes was announced, " + left + " bytes are left");
        }
    }

    private void requireEnd(int end) {
        if (left < end) {
            throw new MalformedWireException("a field ends beyond what it lies in");
        }
    }

    private long varint() throws IOException {
        return varint(-1);
    }

    /**
     * The next varint, of up to 64 bits: negative priorities take ten bytes.
     *
     * @param first its first byte, if that was read before; else -1
     */
    private long varint(int first) throws IOException {
        long value = 0;
        for (int index = 0; index < MAX_VARINT; index++) {
            requireLeft(1);
            var next = index == 0 && first >= 0 ? first : in.read();
            if (next < 0) {
                throw new EOFException("stream ended within a message");
            }
            left--;
            value |= (long) (next & 0x7f) << (7 * index);
            if (next < 0x80) {
                return value;
            }
        }
        throw new MalformedWireException("a varint is longer than " + MAX_VARINT + " bytes");
    }
}
