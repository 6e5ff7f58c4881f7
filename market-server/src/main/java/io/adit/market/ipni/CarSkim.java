package io.adit.market.ipni;

import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.CarLimits;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.core.ipld.Varint;
import io.adit.market.retrieve.StoredPiece;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * What the blocks of an indexed piece hash to, in their order, read without the blocks: of long blocks only their first
 * bytes are read from disk.
 */
final class CarSkim implements Closeable {
    private static final int MAX_CID = 160;
    private static final int HEAD = Varint.MAX_LENGTH + MAX_CID;
    private static final int LARGE_WINDOW = 64 << 10;
    private static final int SMALL_WINDOW = 512;
    /** Sections longer than this are worth a read each. */
    private static final int LONG_SECTION = 32 << 10;

    private final FileChannel channel;
    private final long base;
    private final long end;
    private final byte[] window = new byte[LARGE_WINDOW];
    private long windowStart;
    private int windowLength;
    private long position;
    private long lastSection;

    /**
     * A block.
     *
     * @param offset where its section begins in the payload
     */
    record Section(long offset, Multihash multihash) {}

    /**
     * Begins at a section.
     *
     * @param offset of a section that was named before; 0 for the first one
     */
    static CarSkim open(StoredPiece piece, long offset) throws IOException {
        var channel = FileChannel.open(piece.file(), StandardOpenOption.READ);
        try {
            var skim = new CarSkim(channel, piece.offset(), piece.rawSize());
            skim.position = offset == 0 ? skim.headerLength() : offset;
            return skim;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private CarSkim(FileChannel channel, long base, long end) {
        this.channel = channel;
        this.base = base;
        this.end = end;
    }

    /** The next block; empty at the archive's end, which zeros may follow. */
    Optional<Section> next() throws IOException {
        int available = fill();
        if (available == 0) {
            return Optional.empty();
        }
        int at = (int) (position - windowStart);
        try {
            var length = Varint.decode(window, at, at + available);
            if (length.value() == 0) {
                return Optional.empty();
            }
            int head = at + length.length();
            if (length.value() > end - position - length.length()) {
                throw malformed("a section goes beyond the piece");
            }
            var cid = Cid.readPrefix(window, head, (int) Math.min(at + available, head + length.value()));
            var section = new Section(position, cid.multihash());
            lastSection = length.value();
            position += length.length() + length.value();
            return Optional.of(section);
        } catch (InvalidValueException e) {
            throw new IOException(
                    "the piece was indexed and is no CAR any more at byte " + position + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private long headerLength() throws IOException {
        int available = fill();
        try {
            var length = Varint.decode(window, 0, available);
            if (length.value() < 1 || length.value() > CarLimits.IN_PIECE.maxHeader()) {
                throw malformed("a header of " + length.value() + " bytes");
            }
            return length.length() + length.value();
        } catch (InvalidValueException e) {
            throw new IOException("the piece was indexed and is no CAR any more: " + e.getMessage(), e);
        }
    }

    private IOException malformed(String what) {
        return new IOException("the piece was indexed and is no CAR any more at byte " + position + ": " + what);
    }

    /** Brings a section's first bytes into the window; how many there are. */
    private int fill() throws IOException {
        long wanted = Math.min(HEAD, end - position);
        if (wanted <= 0) {
            return 0;
        }
        boolean there = position >= windowStart && position + wanted <= windowStart + windowLength;
        if (!there) {
            int size = lastSection > LONG_SECTION ? SMALL_WINDOW : LARGE_WINDOW;
            var buffer = ByteBuffer.wrap(window, 0, (int) Math.min(size, end - position));
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, base + position + buffer.position()) < 0) {
                    throw new IOException("the piece's file ended at byte " + (position + buffer.position()) + " of "
                            + end + " bytes");
                }
            }
            windowStart = position;
            windowLength = buffer.position();
        }
        return (int) Math.min(wanted, windowStart + windowLength - position);
    }
}
