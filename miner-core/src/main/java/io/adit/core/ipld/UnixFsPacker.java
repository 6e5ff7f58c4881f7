package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Turns a file into a CAR archive with the UnixFS graph of it: leaves first, the root last, one root in the header. */
public final class UnixFsPacker {
    /** All roots made here are 36 bytes, so the header can be written before the root is known. */
    private static final Cid PLACEHOLDER = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));

    private UnixFsPacker() {}

    /**
     * What was made.
     *
     * @param root the file's CID, or the directory's if it was wrapped
     * @param carSize bytes of the archive
     */
    public record Packed(Cid root, long carSize) {}

    public static Packed pack(Path file, Path carOut, UnixFsOptions options) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return pack(in, Files.size(file), carOut, options);
        }
    }

    /**
     * Packs {@code size} bytes. When this returns the archive is on disk under its name; before that, only a file beside
     * it that ends in {@code .part} exists.
     *
     * @throws InvalidValueException when the stream holds fewer or more bytes
     */
    public static Packed pack(InputStream file, long size, Path carOut, UnixFsOptions options) throws IOException {
        var part = carOut.resolveSibling(carOut.getFileName() + ".part");
        Packed packed;
        try (var channel = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            packed = writeArchive(file, size, channel, options);
            var header = ByteBuffer.wrap(CarWriter.header(List.of(packed.root())));
            while (header.hasRemaining()) {
                channel.write(header, header.position());
            }
            channel.force(true);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(part);
            throw e;
        }
        Files.move(part, carOut, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory(carOut.toAbsolutePath().resolveSibling(""));
        return packed;
    }

    private static Packed writeArchive(InputStream file, long size, FileChannel channel, UnixFsOptions options)
            throws IOException {
        // Closing the writer would close the channel, which is still needed.
        var writer = new CarWriter(Channels.newOutputStream(channel), List.of(PLACEHOLDER));
        var builder = new UnixFsBuilder(options, writer::write);
        long taken = 0;
        while (taken < size) {
            var chunk = file.readNBytes((int) Math.min(options.chunkSize(), size - taken));
            if (chunk.length == 0) {
                throw new InvalidValueException("file to pack", taken + " bytes", size + " bytes long, as announced");
            }
            builder.leaf(chunk);
            taken += chunk.length;
        }
        if (file.read() >= 0) {
            throw new InvalidValueException("file to pack", "longer", size + " bytes long, as announced");
        }
        var root = builder.finish();
        writer.flush();
        return new Packed(root, writer.position());
    }

    private static void forceDirectory(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
