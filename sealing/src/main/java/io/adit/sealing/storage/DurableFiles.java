package io.adit.sealing.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * Writing so that a power cut leaves either the old state or the new one: bytes go to a temporary name, the file is
 * fsynced, its directory is fsynced, and only then it gets its final name by a rename that is fsynced in turn.
 */
public final class DurableFiles {

    private DurableFiles() {}

    /** Replaces a small file's content atomically; the temporary name is the final one with {@code .new} behind it. */
    public static void write(Path file, byte[] content) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        try (var channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        rename(temporary, file);
    }

    /** Makes a finished temporary file or directory durable, with all below it, and gives it its final name. */
    public static void publish(Path temporary, Path target) throws IOException {
        syncTree(temporary);
        rename(temporary, target);
    }

    /** Renames on one file system and makes the renaming durable in both directories. */
    public static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(parent(to));
        if (!parent(from).equals(parent(to))) {
            syncDirectory(parent(from));
        }
    }

    /** fsyncs a file, or every file and directory below a directory, children first. */
    public static void syncTree(Path tree) throws IOException {
        if (!Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
            syncFile(tree);
            return;
        }
        for (Path child : children(tree)) {
            syncTree(child);
        }
        syncDirectory(tree);
    }

    /** fsyncs one file's bytes. */
    public static void syncFile(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** fsyncs a directory, so that names made in it survive. */
    public static void syncDirectory(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Deletes a file or a directory with all below it; does not follow links; absent is fine. */
    public static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @org.jspecify.annotations.Nullable IOException e)
                    throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The bytes in a file or in all files below a directory; 0 where it is absent. */
    public static long sizeOf(Path tree) throws IOException {
        try {
            if (!Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
                return Files.size(tree);
            }
            long sum = 0;
            for (Path child : children(tree)) {
                sum += sizeOf(child);
            }
            return sum;
        } catch (NoSuchFileException gone) {
            return 0;
        }
    }

    /** The entries of a directory in name order. */
    public static List<Path> children(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    private static Path parent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException(path + " has no parent directory");
        }
        return parent;
    }
}
