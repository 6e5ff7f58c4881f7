package io.adit.core.slash;

import io.adit.core.error.AditException;
import io.adit.core.ipld.Hashes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The append-only file under the guard.
 *
 * <p>After eight bytes of magic, each record is a big-endian 32-bit length, a CRC-32C of that length, the CBOR, and a
 * BLAKE2b-256 over the hash of the record before and the CBOR. So a record cannot be lost, changed or moved in the middle
 * without notice. A last record that ends with the file and does not verify is the trace of a crash before its sync: nobody
 * was given a permit for it, and it is cut off. Anything else that does not verify is damage. That a record at the end was
 * cut off although its permit was given, the anchor tells.
 */
final class GuardLog implements AutoCloseable {
    private static final byte[] MAGIC = "ADITSG1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LENGTHS = 2 * Integer.BYTES;
    private static final int HASH = 32;
    private static final int MAX_RECORD = 128 << 10;
    private static final long MAX_FILE = 512L << 20;

    private final FileChannel channel;
    private byte[] chain;
    private long end;

    /**
     * What is in a file.
     *
     * @param records those that verify
     * @param end the byte after the last of them
     * @param chain that record's hash
     * @param torn whether an unfinished record follows
     * @param damage what is wrong beyond that; empty if nothing is
     */
    record Content(List<GuardRecord> records, long end, byte[] chain, boolean torn, String damage) {}

    /** Another process writes to the file in spite of the lock. */
    static final class SharedException extends IOException {
        private static final long serialVersionUID = 1;

        SharedException(String message) {
            super(message);
        }
    }

    private GuardLog(FileChannel channel, long end, byte[] chain) {
        this.channel = channel;
        this.end = end;
        this.chain = chain;
    }

    /** Reads and verifies the whole file. */
    static Content read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > MAX_FILE) {
            return new Content(List.of(), 0, start(), false, "it is longer than " + MAX_FILE + " bytes");
        }
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length < MAGIC.length || !Arrays.equals(MAGIC, Arrays.copyOf(bytes, MAGIC.length))) {
            return new Content(List.of(), 0, start(), false, "it does not begin as a slash guard log");
        }
        return scan(bytes);
    }

    private static Content scan(byte[] bytes) {
        var records = new ArrayList<GuardRecord>();
        byte[] chain = start();
        int at = MAGIC.length;
        while (at < bytes.length) {
            int left = bytes.length - at;
            if (left < LENGTHS || allZero(bytes, at)) {
                return new Content(records, at, chain, true, "");
            }
            var lengths = ByteBuffer.wrap(bytes, at, LENGTHS);
            int length = lengths.getInt();
            if (lengths.getInt() != checksum(length) || length <= 0 || length > MAX_RECORD) {
                return new Content(records, at, chain, false, "the length of the record at byte " + at + " is wrong");
            }
            int whole = LENGTHS + length + HASH;
            if (whole > left) {
                return new Content(records, at, chain, true, "");
            }
            byte[] payload = Arrays.copyOfRange(bytes, at + LENGTHS, at + LENGTHS + length);
            byte[] hash = Arrays.copyOfRange(bytes, at + LENGTHS + length, at + whole);
            if (!Arrays.equals(hash, link(chain, payload))) {
                boolean last = whole == left;
                return new Content(
                        records, at, chain, last, last ? "" : "the record at byte " + at + " does not match its hash");
            }
            try {
                records.add(GuardRecord.decode(payload));
            } catch (AditException e) {
                return new Content(records, at, chain, false, "the record at byte " + at + ": " + e.getMessage());
            }
            chain = hash;
            at += whole;
        }
        return new Content(records, at, chain, false, "");
    }

    /** Opens a file for appending after what {@link #read} found, cutting an unfinished record off. */
    static GuardLog open(Path file, Content content) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.size() != content.end()) {
                channel.truncate(content.end());
                channel.force(true);
            }
            return new GuardLog(channel, content.end(), content.chain());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Replaces the file by one with these records and its own place; on disk when this returns. */
    static GuardLog rewrite(Path file, List<GuardRecord> records) throws IOException {
        DurableFiles.replace(file, written -> {
            var all = new ArrayList<>(records);
            LogFile.name(written).map(GuardRecord.Place::new).ifPresent(all::add);
            return encode(all);
        });
        return open(file, read(file));
    }

    /** A whole file. */
    static byte[] encode(List<GuardRecord> records) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(MAGIC);
        byte[] chain = start();
        for (GuardRecord record : records) {
            byte[] payload = record.encode();
            chain = link(chain, payload);
            out.writeBytes(frame(payload, chain));
        }
        return out.toByteArray();
    }

    /** Appends records, without syncing. */
    void append(GuardRecord record) throws IOException {
        if (channel.size() != end) {
            throw new SharedException("the log has %d bytes where this process wrote %d: something else writes to it"
                    .formatted(channel.size(), end));
        }
        byte[] payload = record.encode();
        byte[] hash = link(chain, payload);
        var buffer = ByteBuffer.wrap(frame(payload, hash));
        long position = end;
        while (buffer.hasRemaining()) {
            position += channel.write(buffer, position);
        }
        end = position;
        chain = hash;
    }

    /** Returns when everything appended is on disk. */
    void sync() throws IOException {
        channel.force(true);
    }

    long size() {
        return end;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static byte[] frame(byte[] payload, byte[] hash) {
        if (payload.length > MAX_RECORD) {
            throw new IllegalStateException("a slash guard record of " + payload.length + " bytes");
        }
        return ByteBuffer.allocate(LENGTHS + payload.length + HASH)
                .putInt(payload.length)
                .putInt(checksum(payload.length))
                .put(payload)
                .put(hash)
                .array();
    }

    private static byte[] start() {
        return Hashes.blake2b256(MAGIC);
    }

    private static byte[] link(byte[] chain, byte[] payload) {
        byte[] both = Arrays.copyOf(chain, chain.length + payload.length);
        System.arraycopy(payload, 0, both, chain.length, payload.length);
        return Hashes.blake2b256(both);
    }

    private static int checksum(int length) {
        var crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).flip());
        return (int) crc.getValue();
    }

    private static boolean allZero(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
