package io.adit.sealing.proving;

import io.adit.core.fil.SectorId;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.StoragePath;
import io.adit.sealing.storage.StoragePaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * How many sectors of each storage path are under way at once: memory is bounded, a slow path keeps none of another from being
 * asked, and on one that is only tardy some sectors are done when the time is over rather than all of them begun.
 */
final class PathSlots {
    private final StoragePaths paths;
    private final int each;
    private final Map<Path, Semaphore> slots = new ConcurrentHashMap<>();

    /** @param each sectors of a path, at least 1 */
    PathSlots(StoragePaths paths, int each) {
        this.paths = paths;
        this.each = each;
    }

    /** What is done with a sector while there is room for it. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Waits until the path on which the sector lies has room for it, and does the work; one that is on no path needs none. */
    <T> T within(SectorId sector, Work<T> work) throws IOException, InterruptedException {
        Optional<StoragePath> path = paths.lastSeen(sector, SectorFileType.SEALED);
        if (path.isEmpty()) {
            path = paths.locate(sector, SectorFileType.SEALED);
        }
        if (path.isEmpty()) {
            return work.run();
        }
        var room = slots.computeIfAbsent(path.get().root(), root -> new Semaphore(each));
        room.acquire();
        try {
            return work.run();
        } finally {
            room.release();
        }
    }
}
