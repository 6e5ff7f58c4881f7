package io.adit.devnet.chain;

import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.SignedMessage;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The chain on disk: an append-only file of records {@code [length u32][crc32c u32][CBOR]}. Blocks and pushed messages are
 * on disk (fsync) before anybody is told of them. A torn last record is cut off when the file is opened; anything after it
 * could not have been acknowledged.
 */
public final class ChainLog implements AutoCloseable {
    private static final int MAX_RECORD = 64 << 20;
    private static final int HEADER = 8;
    private static final int MAX_MESSAGES = 100_000;

    /** One thing that happened. */
    public sealed interface Entry {
        /** The first entry: what the chain is. */
        record Begun(ChainSettings settings) implements Entry {}

        /** A block that became the head. */
        record Made(BlockHeader header, List<SignedMessage> messages) implements Entry {}

        /** A message that the pool took from a client. */
        record Pushed(SignedMessage message) implements Entry {}
    }

    private final FileChannel file;
    private final List<Entry> replay;

    private ChainLog(FileChannel file, List<Entry> replay) {
        this.file = file;
        this.replay = replay;
    }

    /** Opens or creates {@code chain.log} in a directory. */
    public static ChainLog open(Path directory) throws IOException {
        Files.createDirectories(directory);
        var file = FileChannel.open(
                directory.resolve("chain.log"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        if (file.tryLock() == null) {
            file.close();
            throw new IOException("another devnet runs on " + directory);
        }
        var entries = new ArrayList<Entry>();
        long end = 0;
        while (true) {
            var record = read(file, end);
            if (record.isEmpty()) {
                break;
            }
            entries.add(decode(record.get()));
            end += HEADER + record.get().length;
        }
        file.truncate(end);
        file.position(end);
        return new ChainLog(file, entries);
    }

    /** What the file held when it was opened. */
    public List<Entry> replay() {
        return List.copyOf(replay);
    }

    private static Optional<byte[]> read(FileChannel file, long at) throws IOException {
        var header = ByteBuffer.allocate(HEADER);
        if (!fill(file, header, at)) {
            return Optional.empty();
        }
        int length = header.getInt(0);
        if (length <= 0 || length > MAX_RECORD) {
            return Optional.empty();
        }
        var body = ByteBuffer.allocate(length);
        if (!fill(file, body, at + HEADER) || checksum(body.array()) != header.getInt(4)) {
            return Optional.empty();
        }
        return Optional.of(body.array());
    }

    private static boolean fill(FileChannel file, ByteBuffer buffer, long at) throws IOException {
        while (buffer.hasRemaining()) {
            if (file.read(buffer, at + buffer.position()) < 0) {
                return false;
            }
        }
        return true;
    }

    private static int checksum(byte[] body) {
        var crc = new CRC32C();
        crc.update(body);
        return (int) crc.getValue();
    }

    private static Entry decode(byte[] record) {
        var reader = new CborReader(record);
        int parts = reader.array();
        long kind = reader.uint();
        if (kind == 0) {
            return new Entry.Begun(ChainSettings.fromCbor(reader.rawItem()));
        }
        if (kind == 1) {
            var header = BlockHeader.fromCbor(reader.rawItem());
            var messages = new ArrayList<SignedMessage>();
            for (int index = 2; index < Math.min(parts, MAX_MESSAGES); index++) {
                messages.add(SignedMessage.fromCbor(reader.rawItem()));
            }
            return new Entry.Made(header, messages);
        }
        return new Entry.Pushed(SignedMessage.fromCbor(reader.rawItem()));
    }

    void append(Entry entry) {
        var writer = new CborWriter();
        switch (entry) {
            case Entry.Begun begun ->
                writer.array(2).uint(0).raw(begun.settings().toCbor());
            case Entry.Made made -> {
                writer.array(2 + made.messages().size())
                        .uint(1)
                        .raw(made.header().toCbor());
                made.messages().forEach(message -> writer.raw(message.toCbor()));
            }
            case Entry.Pushed pushed ->
                writer.array(2).uint(2).raw(pushed.message().toCbor());
        }
        write(writer.toByteArray());
    }

    private void write(byte[] body) {
        var record = ByteBuffer.allocate(HEADER + body.length);
        record.putInt(body.length).putInt(checksum(body)).put(body).flip();
        try {
            while (record.hasRemaining()) {
                file.write(record);
            }
            file.force(false);
        } catch (IOException failed) {
            throw new UncheckedIOException("writing the chain's log", failed);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException failed) {
            throw new UncheckedIOException("closing the chain's log", failed);
        }
    }
}
