package io.adit.core.slash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/**
 * What the file system knows of the log beside its bytes.
 *
 * <p>By its inode number a file is told from a copy of it. Renaming and moving inside a file system keep it, and so do
 * reboots; copies, archives and most backups that are restored have another. A snapshot of a whole file system keeps it too.
 *
 * <p>By the time of its last change (ctime) it is told whether something wrote into it: the kernel sets that time itself, and
 * no program can set it back. A changed mode, a new name and a hard link move it too.
 */
final class LogFile {
    static final int MAX = 64;
    static final int MAX_STATE = 64;

    private LogFile() {}

    /** What the file system calls the file; empty where it has no such number. */
    static Optional<String> name(Path file) throws IOException {
        if (!tells(file)) {
            return Optional.empty();
        }
        long inode = ((Number) Files.getAttribute(file, "unix:ino")).longValue();
        return Optional.of("inode " + Long.toUnsignedString(inode));
    }

    /** How long the file is and when it was last changed; empty where the file system does not say. */
    static Optional<String> state(Path file) throws IOException {
        if (!tells(file)) {
            return Optional.empty();
        }
        var changed = ((FileTime) Files.getAttribute(file, "unix:ctime")).toInstant();
        return Optional.of("%d bytes %d.%09d".formatted(Files.size(file), changed.getEpochSecond(), changed.getNano()));
    }

    private static boolean tells(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("unix");
    }
}
