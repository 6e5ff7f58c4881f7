package io.adit.core.slash;

import io.adit.core.ipld.CborException;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** An anchor in a file; put it on another volume than the log, or at least in a folder with other backups. */
public final class FileGuardAnchor implements GuardAnchor {
    private static final int VERSION = 1;
    private static final int MAX_FILE = 256;
    private static final int CHECKSUM = 32;

    private final Path file;

    public FileGuardAnchor(Path file) {
        this.file = file;
    }

    @Override
    public Optional<Mark> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_FILE);
        }
        int length = bytes.length - CHECKSUM;
        if (length <= 0) {
            return Optional.empty();
        }
        byte[] content = Arrays.copyOf(bytes, length);
        if (!Arrays.equals(Hashes.blake2b256(content), Arrays.copyOfRange(bytes, length, bytes.length))) {
            return Optional.empty();
        }
        return Optional.of(decode(content));
    }

    private Mark decode(byte[] content) throws IOException {
        try {
            var reader = new CborReader(content);
            reader.array(3);
            long version = reader.uint();
            if (version != VERSION) {
                throw new IOException(file + " is an anchor of version " + version + ", written by a newer release");
            }
            var mark = new Mark(reader.bytes(Mark.IDENTITY_LENGTH), reader.integer());
            reader.end();
            return mark;
        } catch (CborException e) {
            throw new IOException(file + " is no anchor: " + e.getMessage(), e);
        }
    }

    @Override
    public void write(Mark mark) throws IOException {
        byte[] content = new CborWriter()
                .array(3)
                .uint(VERSION)
                .bytes(mark.identity())
                .integer(mark.highWater())
                .toByteArray();
        byte[] bytes = Arrays.copyOf(content, content.length + CHECKSUM);
        System.arraycopy(Hashes.blake2b256(content), 0, bytes, content.length, CHECKSUM);
        DurableFiles.replace(file, bytes);
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
