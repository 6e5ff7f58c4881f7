package io.adit.sealing.storage;

import io.adit.core.error.AditException;
import io.adit.sealing.SealingError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
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

    /**
     * Renames what an earlier run left half written or half deleted, so that no step meets it: it is of no use, its step starts
     * again. Renaming is quick where deleting may take minutes.
     *
     * @return the new names, to be {@linkplain #delete deleted} beside everything else
     */
    static List<Path> setAside(StoragePath path) throws IOException {
        var aside = new ArrayList<Path>();
        for (SectorFileType type : SectorFileType.values()) {
            for (Path entry : DurableFiles.children(path.unfinishedDirectory(type))) {
                String name = String.valueOf(entry.getFileName());
                if (name.endsWith(StoragePaths.WRITING) || name.endsWith(StoragePaths.DELETING)) {
                    Path doomed = entry.resolveSibling(UUID.randomUUID() + StoragePaths.DELETING);
                    LOG.info("{}, which an interrupted step left, is {} now and will be removed", entry, doomed);
                    DurableFiles.rename(entry, doomed);
                    aside.add(doomed);
                }
            }
        }
        return aside;
    }

    /** Answers how many there were. */
    static int delete(List<Path> aside) throws IOException {
        for (Path doomed : aside) {
            DurableFiles.deleteTree(doomed);
        }
        return aside.size();
    }
}
