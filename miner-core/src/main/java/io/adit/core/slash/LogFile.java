package io.adit.core.slash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * By what a file is told from a copy of it: its inode number. Renaming and moving inside a file system keep it, and so do
 * reboots; copies, archives and most backups that are restored have another. A snapshot of a whole file system keeps it too.
 */
final class LogFile {
    static final int MAX = 64;

    private LogFile() {}

    /** What the file system calls the file; empty where it has no such number. */
    static Optional<String> name(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return Optional.empty();
        }
        long inode = ((Number) Files.getAttribute(file, "unix:ino")).longValue();
        return Optional.of("inode " + Long.toUnsignedString(inode));
    }
}
