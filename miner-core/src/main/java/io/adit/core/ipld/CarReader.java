package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads a CAR version 1 archive from beginning to end, checking every block against its CID
 * (<a href="https://ipld.io/specs/transport/car/carv1/">specification</a>).
 *
 * <p>One block is held at a time. Lengths are checked against {@link CarLimits} before anything is allocated. Blocks
 * whose hash function cannot be checked are refused.
 */
public final class CarReader implements Closeable {
    private static final int MAX_CID = 160;
    private static final int MAX_KEY = 64;

    private final InputStream in;
    private final CarLimits limits;
    private final List<Cid> roots;
    private long position;
    private boolean ended;

    /**
     * One block.
     *
     * @param dataOffset where in the archive its bytes begin
     */
    public record Entry(Cid cid, long dataOffset, int dataLength, byte[] data) {
        public Block block() {
            return new Block(cid, data);
        }
    }

    /**
     * Reads the header.
     *
     * @throws CarException when it is malformed
     */
    public CarReader(InputStream source, CarLimits limits) throws IOException {
        this.in = new BufferedInputStream(source, 1 << 16);
        this.limits = limits;
        this.roots = readHeader();
    }

    public CarReader(InputStream source) throws IOException {
        this(source, CarLimits.STANDARD);
    }

    /** The roots that the header names; they need not be in the archive. */
    public List<Cid> roots() {
        return roots;
    }

    /** Bytes of the archive read so far. */
    public long position() {
        return position;
    }

    /**
     * The next block, or empty at the end.
     *
     * @throws CarException when the archive is malformed or the block does not hash to its CID
     */
    public Optional<Entry> next() throws IOException {
        if (ended) {
            return Optional.empty();
        }
        long start = position;
        long length = readLength();
        if (length < 0) {
            ended = true;
            return Optional.empty();
        }
        if (length == 0 && limits.zeroSection() == CarLimits.ZeroSection.IS_END) {
            ended = true;
            return Optional.empty();
        }
        if (length == 0 || length > (long) limits.maxBlock() + MAX_CID) {
            throw CarException.malformed(
                    start, "a section of " + length + " bytes; 1 to " + limits.maxBlock() + " and a CID are allowed");
        }
        return Optional.of(readEntry((int) length));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private Entry readEntry(int length) throws IOException {
        long start = position;
        var head = readFully(Math.min(length, MAX_CID));
        var cid = readCid(head, start);
        int dataLength = length - cid.length();
        if (dataLength > limits.maxBlock()) {
            throw CarException.malformed(
                    start, "a block of " + dataLength + " bytes; at most " + limits.maxBlock() + " are allowed");
        }
        var data = Arrays.copyOfRange(head, cid.length(), cid.length() + dataLength);
        int have = head.length - cid.length();
        int n = in.readNBytes(data, Math.min(have, dataLength), Math.max(0, dataLength - have));
        position += n;
        if (have + n < dataLength) {
            throw CarException.malformed(position, "the archive ended inside a block");
        }
        if (!cid.multihash().canVerify()) {
            throw CarException.malformed(start, "the hash function of " + cid + " cannot be checked");
        }
        if (!cid.multihash().matches(data)) {
            throw CarException.mismatch(start, cid);
        }
        return new Entry(cid, start + cid.length(), dataLength, data);
    }

    private static Cid readCid(byte[] head, long start) {
        try {
            return Cid.readPrefix(head, 0, head.length);
        } catch (InvalidValueException e) {
            throw CarException.malformed(start, "a malformed CID: " + e.getMessage(), e);
        }
    }

    private List<Cid> readHeader() throws IOException {
        long length = readLength();
        if (length < 1 || length > limits.maxHeader()) {
            throw CarException.malformed(
                    0,
                    length < 0
                            ? "it is empty"
                            : "a header of " + length + " bytes; 1 to " + limits.maxHeader() + " are allowed");
        }
        try {
            return parseHeader(readFully((int) length));
        } catch (CborException e) {
            throw CarException.malformed(0, "a malformed header: " + e.getMessage(), e);
        }
    }

    private static List<Cid> parseHeader(byte[] header) {
        var reader = new CborReader(header, CborLimits.ANY_KEY_ORDER);
        var roots = new ArrayList<Cid>();
        long version = 0;
        for (int left = reader.map(); left > 0; left--) {
            switch (reader.text(MAX_KEY)) {
                case "version" -> version = reader.uint();
                case "roots" -> {
                    for (int root = reader.array(); root > 0; root--) {
                        roots.add(reader.cid());
                    }
                }
                default -> reader.skip();
            }
        }
        reader.end();
        if (version != 1) {
            throw CarException.malformed(0, "version " + version + "; only version 1 is read");
        }
        return List.copyOf(roots);
    }

    /** A section's length, or -1 at the end of the archive. */
    private long readLength() throws IOException {
        long start = position;
        try {
            long length = Varint.read(in);
            if (length >= 0) {
                position += Varint.length(length);
            }
            return length;
        } catch (InvalidValueException | EOFException e) {
            throw CarException.malformed(start, "a malformed section length", e);
        }
    }

    private byte[] readFully(int length) throws IOException {
        var bytes = in.readNBytes(length);
        position += bytes.length;
        if (bytes.length < length) {
            throw CarException.malformed(position, "the archive ended inside a section");
        }
        return bytes;
    }
}
