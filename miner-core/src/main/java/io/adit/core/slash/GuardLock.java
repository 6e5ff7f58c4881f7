package io.adit.core.slash;

import io.adit.core.error.AditException;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The fence around a log: an operating-system lock on a file beside it, gone as soon as its process is, and in the file who
 * holds it.
 */
final class GuardLock implements AutoCloseable {
    private static final int MAX_HOLDER = 512;

    /**
     * What this process holds, by what the file system calls the file. Process-wide, as such a lock is: a process that closes any
     * descriptor of a locked file gives its lock up, so a second one must not even be opened. Weak, since a channel that nobody has
     * any more is closed.
     */
    private static final Map<Object, WeakReference<FileChannel>> HELD = new HashMap<>();

    private final FileChannel channel;

    private GuardLock(FileChannel channel) {
        this.channel = channel;
    }

    static GuardLock take(Path file, MachineMark mark, InstantSource clock) throws IOException {
        DurableFiles.createParent(file);
        synchronized (HELD) {
            HELD.values().removeIf(held -> !isOpen(held));
            if (isHeldHere(file)) {
                throw heldBy(file, process(mark) + ", which is this one");
            }
            return takeFirst(file, mark, clock);
        }
    }

    private static boolean isHeldHere(Path file) throws IOException {
        try {
            return HELD.containsKey(key(file));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static boolean isOpen(WeakReference<FileChannel> held) {
        var channel = held.get();
        return channel != null && channel.isOpen();
    }

    /** By whatever path it is reached. */
    private static Object key(Path file) throws IOException {
        var key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        return key == null ? file.toRealPath() : key;
    }

    private static GuardLock takeFirst(Path file, MachineMark mark, InstantSource clock) throws IOException {
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                DurableFiles.OWNER_ONLY);
        try {
            if (!locked(channel)) {
                throw heldBy(file, holder(channel));
            }
            var holder = "%s since %s\n".formatted(process(mark), clock.instant());
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
            HELD.put(key(file), new WeakReference<>(channel));
            return new GuardLock(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static String process(MachineMark mark) {
        return "process %d on %s".formatted(ProcessHandle.current().pid(), mark.text());
    }

    private static AditException heldBy(Path file, String holder) {
        return new AditException(
                SlashErrorCode.SLASH_HELD_ELSEWHERE,
                "opening the slash guard beside " + file + ": it is held by " + holder + "; stop that process first");
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
