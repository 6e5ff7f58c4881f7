package io.adit.market.retrieve;

import io.adit.core.ipld.CarWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Varint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.List;

/**
 * A CAR on its way to a client. Small blocks are gathered into chunks; large ones go from file to socket without being
 * read.
 */
final class CarStream implements DagWalk.Visitor, AutoCloseable {
    private static final int CHUNK = 64 << 10;
    /** Below this, copying costs less than a call to the kernel of its own. */
    private static final int LARGE = 32 << 10;

    private final Exchange exchange;
    private ByteBuf gathered;

    CarStream(Exchange exchange, Cid root) {
        this.exchange = exchange;
        this.gathered = buffer();
        gathered.writeBytes(CarWriter.header(List.of(root)));
    }

    @Override
    public void visit(Cid cid, StoredBlocks.Place place) throws IOException {
        gathered.writeBytes(Varint.encode((long) cid.length() + place.length()));
        gathered.writeBytes(cid.bytes());
        if (place.length() >= LARGE && place instanceof StoredBlocks.InPiece large) {
            flush();
            exchange.stream(large.piece(), large.offset(), large.length());
            return;
        }
        gathered.writeBytes(place.read());
        if (gathered.readableBytes() >= CHUNK) {
            flush();
        }
    }

    void end() throws IOException {
        if (gathered.isReadable()) {
            flush();
        }
        exchange.endStream();
    }

    @Override
    public void close() {
        gathered.release();
    }

    private void flush() throws IOException {
        var full = gathered;
        gathered = buffer();
        exchange.stream(full);
    }

    private static ByteBuf buffer() {
        return ByteBufAllocator.DEFAULT.buffer(1024, CHUNK * 2);
    }
}
