package io.adit.core.ipld;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Writes a CAR version 1 archive (<a href="https://ipld.io/specs/transport/car/carv1/">specification</a>). Blocks are
 * trusted to be what their CIDs say, and are written as often as they are given.
 */
public final class CarWriter implements Closeable {
    private final OutputStream out;
    private long position;

    /** Writes the header. */
    public CarWriter(OutputStream sink, List<Cid> roots) throws IOException {
        this.out = new BufferedOutputStream(sink, 1 << 16);
        var header = header(roots);
        out.write(header);
        position = header.length;
    }

    /** The header alone, with its length before it. */
    public static byte[] header(List<Cid> roots) {
        var cbor = new CborWriter().map(2).text("roots").array(roots.size());
        roots.forEach(cbor::cid);
        var body = cbor.text("version").uint(1).toByteArray();
        var header = new byte[Varint.length(body.length) + body.length];
        int at = Varint.put(body.length, header, 0);
        System.arraycopy(body, 0, header, at, body.length);
        return header;
    }

    /** Bytes that a block takes in an archive. */
    public static long sectionLength(Cid cid, int dataLength) {
        long section = (long) cid.length() + dataLength;
        return Varint.length(section) + section;
    }

    /** Appends a block and returns where in the archive its data begins. */
    public long write(Block block) throws IOException {
        var cid = block.cid().bytes();
        Varint.write((long) cid.length + block.data().length, out);
        out.write(cid);
        out.write(block.data());
        position += sectionLength(block.cid(), block.data().length);
        return position - block.data().length;
    }

    /** Bytes of the archive so far. */
    public long position() {
        return position;
    }

    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
