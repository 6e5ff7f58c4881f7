package io.adit.market.retrieve;

import io.netty.channel.DefaultFileRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;

/** A piece's file while it is read from. Closed when its opener and every region handed out have let go of it. */
final class OpenPiece implements AutoCloseable {
    private final FileChannel channel;
    private final long base;
    private final AtomicInteger holders = new AtomicInteger(1);

    private OpenPiece(FileChannel channel, long base) {
        this.channel = channel;
        this.base = base;
    }

    /**
     * Opens the piece's file.
     *
     * @throws RefusedException when the file is gone or shorter than the payload
     */
    static OpenPiece open(StoredPiece piece) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(piece.file(), StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw new RefusedException(RefusalCode.GONE, "the piece's unsealed copy is not on disk at present", "");
        }
        var open = new OpenPiece(channel, piece.offset());
        if (channel.size() - piece.offset() < piece.rawSize()) {
            open.close();
            throw new RefusedException(
                    RefusalCode.DAMAGED,
                    "the stored copy has " + channel.size() + " of " + piece.rawSize() + " bytes",
                    "");
        }
        return open;
    }

    /** This piece for one more holder, who closes it, too. */
    OpenPiece retained() {
        holders.incrementAndGet();
        return this;
    }

    byte[] read(long offset, int length) throws IOException {
        var bytes = new byte[length];
        read(offset, bytes, 0, length);
        return bytes;
    }

    void read(long offset, byte[] target, int at, int length) throws IOException {
        var buffer = ByteBuffer.wrap(target, at, length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, base + offset + buffer.position() - at) < 0) {
                throw new IOException("the piece's file ended before byte " + (offset + length));
            }
        }
    }

    /** A part of the file for Netty to send without copying; sending it, or failing to, lets go of the file. */
    DefaultFileRegion region(long offset, long length) {
        holders.incrementAndGet();
        return new Region(base + offset, length);
    }

    @Override
    public void close() throws IOException {
        if (holders.decrementAndGet() == 0) {
            channel.close();
        }
    }

    /** Shares the file with other regions, where Netty's own would close it. */
    private final class Region extends DefaultFileRegion {
        Region(long offset, long length) {
            super(channel, offset, length);
        }

        @Override
        protected void deallocate() {
            try {
                OpenPiece.this.close();
            } catch (IOException e) {
                // The file was only read; there is nothing that closing it could have lost.
                return;
            }
        }
    }
}
