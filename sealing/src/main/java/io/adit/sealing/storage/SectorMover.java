package io.adit.sealing.storage;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorSize;
import io.adit.core.task.CrashPoints;
import io.adit.sealing.SealingError;
import io.adit.sealing.storage.StoragePath.Purpose;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves a sector's files to a path that stores: copy under a temporary name, fsync, read back and compare hashes, give
 * it its final name, and only then delete the source. Killed anywhere, a second run finds either the source or two
 * equal copies, never none.
 */
public final class SectorMover {

    private static final Logger LOG = LoggerFactory.getLogger(SectorMover.class);
    private static final int BUFFER = 1 << 20;

    private final StoragePaths paths;

    /** Moves between these paths. */
    public SectorMover(StoragePaths paths) {
        this.paths = paths;
    }

    /**
     * Brings the sector's files of these kinds, where they exist, to paths that store; those already there stay.
     *
     * @throws AditException {@code STORAGE_NO_SPACE} before anything was written; {@code STORAGE_COPY_DIFFERS}; {@code
     *     STORAGE_IO}
     */
    public void toStore(SectorId sector, SectorSize size, Set<SectorFileType> types) {
        var wanted = EnumSet.noneOf(SectorFileType.class);
        for (SectorFileType type : types) {
            if (!paths.locations(sector, type).isEmpty()) {
                wanted.add(type);
            }
        }
        if (wanted.isEmpty()) {
            return;
        }
        try (var reservation = paths.reserve(sector, size, wanted, Purpose.STORING)) {
            for (SectorFileType type : wanted) {
                move(sector, type, reservation.path(type));
            }
        }
    }

    /** Moves one kind of file to one path, whatever other paths it lies on. */
    void move(SectorId sector, SectorFileType type, StoragePath target) {
        List<StoragePath> copies = paths.locations(sector, type);
        Path destination = target.file(sector, type);
        for (StoragePath source : copies) {
            if (source.equals(target)) {
                continue;
            }
            Path from = source.file(sector, type);
            try {
                if (isSameFile(from, destination)) {
                    throw new AditException(
                            SealingError.STORAGE_PATH_INVALID,
                            "moving " + from + ": " + destination + " is the same file; one disk is attached twice");
                }
                byte[] expected = digest(from);
                if (!Files.exists(destination)) {
                    copy(from, target.unfinished(sector, type, StoragePaths.WRITING), destination, expected);
                    LOG.info("sector {}: copied {} to {}", sector.number().value(), type.directory(), target.root());
                } else if (!Arrays.equals(expected, digest(destination))) {
                    throw differs(from, destination);
                }
            } catch (IOException | UncheckedIOException e) {
                throw new AditException(SealingError.STORAGE_IO, "moving " + from + " to " + destination + ": " + e, e);
            }
            CrashPoints.reach("storage.move.copied");
            paths.removeFrom(source, sector, type);
        }
    }

    private static void copy(Path from, Path temporary, Path destination, byte[] expected) throws IOException {
        DurableFiles.deleteTree(temporary);
        copyTree(from, temporary);
        DurableFiles.syncTree(temporary);
        if (!Arrays.equals(expected, digest(temporary))) {
            throw differs(from, temporary);
        }
        CrashPoints.reach("storage.move.verified");
        DurableFiles.publish(temporary, destination);
    }

    private static void copyTree(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            Files.copy(from, to);
            return;
        }
        Files.createDirectories(to);
        for (Path child : DurableFiles.children(from)) {
            copyTree(child, to.resolve(String.valueOf(child.getFileName())));
        }
    }

    private static boolean isSameFile(Path from, Path destination) throws IOException {
        return Files.exists(destination) && Files.isSameFile(from, destination);
    }

    /** SHA-256 over names, sizes and bytes, in name order. */
    static byte[] digest(Path tree) throws IOException {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digestInto(digest, tree);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void digestInto(MessageDigest digest, Path tree) throws IOException {
        if (!Files.isDirectory(tree)) {
            digest.update(
                    ByteBuffer.allocate(Long.BYTES).putLong(Files.size(tree)).flip());
            try (var channel = FileChannel.open(tree, StandardOpenOption.READ)) {
                var buffer = ByteBuffer.allocate(BUFFER);
                while (channel.read(buffer) >= 0) {
                    digest.update(buffer.flip());
                    buffer.clear();
                }
            }
            return;
        }
        for (Path child : DurableFiles.children(tree)) {
            digest.update(String.valueOf(child.getFileName()).getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digestInto(digest, child);
        }
    }

    private static AditException differs(Path from, Path copy) {
        return new AditException(
                SealingError.STORAGE_COPY_DIFFERS,
                "moving " + from + ": the copy " + copy + " has another SHA-256; the source was kept");
    }
}
