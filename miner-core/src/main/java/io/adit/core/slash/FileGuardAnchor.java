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
    /** The first version did not know of the log's file. */
    private static final int WITHOUT_STATE = 1;

    private static final int VERSION = 2;
    private static final int MAX_FILE = 256;
    private static final int CHECKSUM = 32;

    private final Path file;

    public FileGuardAnchor(Path file) {
        this.file = file;
    }

    @Override
    public Optional<Mark> read() throws IOException {
        if (!DurableFiles.isThere(file)) {
            return Optional.empty();
        }
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_FILE);
        } catch (IOException e) {
            throw new IOException("reading the anchor " + file + ": " + e.getMessage(), e);
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
            long fields = reader.array();
            long version = reader.uint();
            if (version > VERSION) {
                throw new IOException(file + " is an anchor of version " + version + ", written by a newer release");
            }
            if (fields != (version == WITHOUT_STATE ? 3 : 4)) {
                throw new IOException(file + " is no anchor: it has " + fields + " fields");
            }
            byte[] identity = reader.bytes(Mark.IDENTITY_LENGTH);
            long highWater = reader.integer();
            String state = version == WITHOUT_STATE ? "" : reader.text(LogFile.MAX_STATE);
            reader.end();
            return new Mark(identity, highWater, Optional.of(state).filter(text -> !text.isEmpty()));
        } catch (CborException e) {
            throw new IOException(file + " is no anchor: " + e.getMessage(), e);
        }
    }

    @Override
    public void write(Mark mark) throws IOException {
        byte[] content = new CborWriter()
                .array(4)
                .uint(VERSION)
                .bytes(mark.identity())
                .integer(mark.highWater())
                .text(mark.logState().orElse(""))
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
