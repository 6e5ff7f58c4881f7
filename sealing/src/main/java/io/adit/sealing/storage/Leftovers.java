package io.adit.sealing.storage;

import io.adit.core.error.AditException;
import io.adit.sealing.SealingError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What lies under a storage path's root when it comes into use: its settings, and files that an earlier run left unfinished. */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    private Leftovers() {}

    static StoragePath load(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new AditException(
                    SealingError.STORAGE_PATH_INVALID, root + " is not a directory; check that the disk is mounted");
        }
        var path = new StoragePath(root, StorageDeclaration.readSettings(root));
        for (SectorFileType type : SectorFileType.values()) {
            Files.createDirectories(path.unfinishedDirectory(type));
        }
        return path;
    }

    /** What an earlier run left half written or half deleted is of no use: its step starts again. Answers how much it was. */
    static int sweep(StoragePath path) throws IOException {
        int removed = 0;
        for (SectorFileType type : SectorFileType.values()) {
            for (Path entry : DurableFiles.children(path.unfinishedDirectory(type))) {
                String name = String.valueOf(entry.getFileName());
                if (name.endsWith(StoragePaths.WRITING) || name.endsWith(StoragePaths.DELETING)) {
                    LOG.info("removing what an interrupted step left: {}", entry);
                    DurableFiles.deleteTree(entry);
                    removed++;
                }
            }
        }
        return removed;
    }
}
