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
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The chain on disk: an append-only file of records {@code [length u32][crc32c u32][CBOR]}. Blocks and pushed messages are
 * on disk (fsync) before anybody is told of them. A torn last record is cut off when the file is opened; anything after it
 * could not have been acknowledged.
 */
public final class ChainLog implements AutoCloseable {
    private static final int MAX_RECORD = 64 << 20;
    private static final String FILE = "chain.log";
    private static final int HEADER = 8;
    private static final int MAX_MESSAGES = 100_000;
    private static final long MADE = 1;
    private static final long SUBMITTED = 3;

    /** One thing that happened. */
    public sealed interface Entry {
        /** The first entry: what the chain is. */
        record Begun(ChainSettings settings) implements Entry {}

        /** A block that became the head. */
        record Made(BlockHeader header, List<SignedMessage> messages) implements Entry {}

        /** A provider's block that was found valid. */
        record Submitted(FullBlock block) implements Entry {}

        /** A message that the pool took from a client. */
        record Pushed(SignedMessage message) implements Entry {}
    }

    private final FileChannel file;
    private List<Entry> replay;

    private ChainLog(FileChannel file, List<Entry> replay) {
        this.file = file;
        this.replay = replay;
    }

    /** Opens or creates {@code chain.log} in a directory. */
    public static ChainLog open(Path directory) throws IOException {
        Files.createDirectories(directory);
        var file = FileChannel.open(
                directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (file.tryLock() == null) {
            file.close();
            throw new IOException("another devnet runs on " + directory);
        }
        // The file's name, and the directory's, must be as durable as what is appended to it.
        sync(directory);
        sync(directory.toAbsolutePath().getParent());
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

    /** The settings of the chain that a directory holds; empty when there is none. Takes no lock. */
    public static Optional<ChainSettings> settings(Path directory) throws IOException {
        var path = directory.resolve(FILE);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try (var file = FileChannel.open(path, StandardOpenOption.READ)) {
            return read(file, 0)
                    .map(ChainLog::decode)
                    .filter(Entry.Begun.class::isInstance)
                    .map(Entry.Begun.class::cast)
                    .map(Entry.Begun::settings);
        }
    }

    /** What the file held when it was opened, until {@link #forgetReplay}. */
    public List<Entry> replay() {
        return Collections.unmodifiableList(replay);
    }

    /** Lets go what was read, once the chain has been taken up again. */
    public void forgetReplay() {
        replay = List.of();
    }

    private static void sync(@Nullable Path directory) throws IOException {
        if (directory == null) {
            return;
        }
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
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
        if (kind == MADE || kind == SUBMITTED) {
            var header = BlockHeader.fromCbor(reader.rawItem());
            var messages = new ArrayList<SignedMessage>();
            for (int index = 2; index < Math.min(parts, MAX_MESSAGES); index++) {
                messages.add(SignedMessage.fromCbor(reader.rawItem()));
            }
            return kind == MADE
                    ? new Entry.Made(header, messages)
                    : new Entry.Submitted(new FullBlock(header, messages));
        }
        return new Entry.Pushed(SignedMessage.fromCbor(reader.rawItem()));
    }

    void append(Entry entry) {
        var writer = new CborWriter();
        switch (entry) {
            case Entry.Begun begun ->
                writer.array(2).uint(0).raw(begun.settings().toCbor());
            case Entry.Made made -> block(writer, MADE, made.header(), made.messages());
            case Entry.Submitted submitted ->
                block(
                        writer,
                        SUBMITTED,
                        submitted.block().header(),
                        submitted.block().messages());
            case Entry.Pushed pushed ->
                writer.array(2).uint(2).raw(pushed.message().toCbor());
        }
        write(writer.toByteArray());
    }

    private static void block(CborWriter writer, long kind, BlockHeader header, List<SignedMessage> messages) {
        writer.array(2 + messages.size()).uint(kind).raw(header.toCbor());
        messages.forEach(message -> writer.raw(message.toCbor()));
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
