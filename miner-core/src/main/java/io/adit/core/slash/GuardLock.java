package io.adit.core.slash;

import io.adit.core.error.AditException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Set;

/**
 * The fence around a log: an operating-system lock on a file beside it, gone as soon as its process is, and in the file who
 * holds it.
 */
final class GuardLock implements AutoCloseable {
    private static final int MAX_HOLDER = 512;

    private final FileChannel channel;

    private GuardLock(FileChannel channel) {
        this.channel = channel;
    }

    static GuardLock take(Path file, MachineMark mark, InstantSource clock) throws IOException {
        DurableFiles.createParent(file);
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                DurableFiles.OWNER_ONLY);
        try {
            if (!locked(channel)) {
                throw new AditException(
                        SlashErrorCode.SLASH_HELD_ELSEWHERE,
                        "opening the slash guard beside " + file + ": it is held by " + holder(channel)
                                + "; stop that process first");
            }
            var holder = "process %d on %s since %s\n"
                    .formatted(ProcessHandle.current().pid(), mark.text(), clock.instant());
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
            return new GuardLock(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        var buffer = ByteBuffer.allocate(MAX_HOLDER);
        channel.read(buffer, 0);
        String text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? "another process" : text;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
