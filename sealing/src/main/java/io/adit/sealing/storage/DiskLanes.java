package io.adit.sealing.storage;

import io.adit.core.time.SystemTimeline;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The threads of each storage path, made when it is first asked. */
final class DiskLanes {
    private final Map<Path, DiskLane> lanes = new ConcurrentHashMap<>();

    DiskLane of(Path root) {
        return lanes.computeIfAbsent(root, path -> new DiskLane(path, new SystemTimeline()));
    }
}
