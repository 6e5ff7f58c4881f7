package io.adit.sealing.proving;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Pieces of a file in memory, with the length of the whole. Written out, what lies between them is a hole: a file as long
 * as the first one that answers reads of these places the same.
 */
record SparseCopy(long length, List<Part> parts) {

    /** Bytes and the place they were read from. */
    record Part(long offset, byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Part that && offset == that.offset && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(offset);
        }
    }

    SparseCopy {
        parts = List.copyOf(parts);
    }

    /** Reads a whole file that is at most so long. */
    static SparseCopy whole(Path file, int most) throws IOException {
        try (var channel = FileChannel.open(file)) {
            long length = channel.size();
            if (length > most) {
                throw new IOException(file + " has " + length + " bytes, more than the " + most + " it may have");
            }
            return blocks(channel, file, length, (int) Math.max(length, 1), length == 0 ? List.of() : List.of(0L));
        }
    }

    /**
     * Reads blocks of one size.
     *
     * @param offsets where they begin; the last may be cut off by the end of the file
     */
    static SparseCopy blocks(FileChannel channel, Path file, long length, int size, Iterable<Long> offsets)
            throws IOException {
        NavigableSet<Long> once = new TreeSet<>();
        offsets.forEach(once::add);
        var parts = new ArrayList<Part>();
        for (long offset : once) {
            var into = ByteBuffer.allocate((int) Math.min(size, length - offset));
            while (into.hasRemaining()) {
                if (channel.read(into, offset + into.position()) < 0) {
                    throw new EOFException(file + " ends before byte " + (offset + into.capacity()));
                }
            }
            parts.add(new Part(offset, into.array()));
        }
        return new SparseCopy(length, parts);
    }

    /** Writes the pieces to a file of the whole's length; one that is there is written anew. */
    void writeTo(Path file) throws IOException {
        Files.deleteIfExists(file);
        try (var channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            for (Part part : parts) {
                channel.position(part.offset());
                writeAll(channel, ByteBuffer.wrap(part.bytes()));
            }
            if (length > channel.size()) {
                channel.position(length - 1);
                writeAll(channel, ByteBuffer.allocate(1));
            }
        }
    }

    private static void writeAll(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
