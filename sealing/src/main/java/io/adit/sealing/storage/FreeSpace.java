package io.adit.sealing.storage;

import java.util.HashMap;
import java.util.Map;

/**
 * What the paths had free when they were looked at, less what is promised since. Paths on one file system share its
 * room, so a promise on one of them is a promise on all.
 */
final class FreeSpace {

    private final Map<StoragePath, Object> fileSystems = new HashMap<>();
    private final Map<Object, Long> onFileSystem = new HashMap<>();
    private final Map<StoragePath, Long> underLimit = new HashMap<>();

    /**
     * Adds a path that answered.
     *
     * @param free bytes its file system has left
     * @param belowLimit bytes left below the path's own limit
     */
    void seen(StoragePath path, Object fileSystem, long free, long belowLimit) {
        fileSystems.put(path, fileSystem);
        onFileSystem.merge(fileSystem, free, Math::min);
        underLimit.put(path, belowLimit);
    }

    /** Promises bytes on a path. */
    void take(StoragePath path, long bytes) {
        Object fileSystem = fileSystems.get(path);
        if (fileSystem != null) {
            onFileSystem.merge(fileSystem, -bytes, Long::sum);
            underLimit.merge(path, -bytes, Long::sum);
        }
    }

    /** What is left; 0 for a path that did not answer. */
    long on(StoragePath path) {
        Object fileSystem = fileSystems.get(path);
        return fileSystem == null
                ? 0
                : Math.min(onFileSystem.getOrDefault(fileSystem, 0L), underLimit.getOrDefault(path, 0L));
    }
}
