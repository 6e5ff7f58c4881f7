package io.adit.simulation;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.SectorNumber;
import io.adit.core.time.Timeline;
import io.adit.proofs.PrivateReplica;
import io.adit.sealing.proving.ProvableSectors;
import io.adit.sealing.proving.SectorLook;
import io.adit.sealing.proving.SideBySide;
import io.adit.sealing.storage.DiskLane;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Storage paths that hold sectors (a sector's path follows from its number) and that fail in the ways disks do. A path reads one
 * sector after another, whoever asks; how long that is waited for is decided by the node's own {@link DiskLane} and
 * {@link SideBySide}, of which each process has its own.
 */
final class SimulatedDisks {
    /** What a path does when it is read. */
    enum Health {
        GOOD,
        /** A thousand times slower, and not yet so that a single read is given up. */
        SLOW,
        /** Every read fails at once. */
        FAILING,
        /** No read returns until it is well again. */
        HUNG;

        static final List<Health> TROUBLES = List.of(SLOW, FAILING, HUNG);
    }

    private static final Duration READ = Duration.ofMillis(30);
    private static final Duration SLOW_READ = READ.multipliedBy(1000);

    /** After which the node gives a single read up: its default. */
    private static final Duration CHECK_TIMEOUT = Duration.ofMinutes(1);

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

    private final Timeline timeline;
    private final Health[] paths;

    /** When each path has read what it was asked for, in nanoseconds of the timeline. */
    private final long[] busyUntil;

    SimulatedDisks(Timeline timeline, int paths) {
        this.timeline = timeline;
        this.paths = new Health[paths];
        this.busyUntil = new long[paths];
        Arrays.fill(this.paths, Health.GOOD);
    }

    int paths() {
        return paths.length;
    }

    void become(int path, Health health) {
        paths[path] = health;
    }

    Health of(SectorNumber sector) {
        return paths[pathOf(sector)];
    }

    int pathOf(SectorNumber sector) {
        return (int) (sector.value() % paths.length);
    }

    /** Whether a proof over the sector could be made now. */
    boolean isProvable(SectorNumber sector) {
        return of(sector) == Health.GOOD || of(sector) == Health.SLOW;
    }

    /** As a process sees them that begins now. */
    ProvableSectors opened() {
        return new Opened();
    }

    private boolean readFrom(int path) throws IOException, InterruptedException {
        while (paths[path] == Health.HUNG) {
            timeline.sleep(LOOK_AGAIN);
        }
        if (paths[path] == Health.FAILING) {
            throw new IOException("input/output error");
        }
        long takes = (paths[path] == Health.SLOW ? SLOW_READ : READ).toNanos();
        busyUntil[path] = Math.max(busyUntil[path], timeline.nanoTime()) + takes;
        timeline.sleep(Duration.ofNanos(busyUntil[path] - timeline.nanoTime()));
        return true;
    }

    private final class Opened implements ProvableSectors {
        private final SideBySide sideBySide = new SideBySide(timeline, "disks");
        private final List<DiskLane> lanes = IntStream.range(0, paths.length)
                .mapToObj(path -> new DiskLane(Path.of("path-" + path), timeline))
                .toList();

        @Override
        public SectorLook look(Collection<SectorNumber> sectors, Supplier<Duration> left) throws InterruptedException {
            var looked = sideBySide.ask(sectors, left, sector -> {
                int path = pathOf(sector);
                return lanes.get(path).ask(sector, CHECK_TIMEOUT, () -> readFrom(path));
            });
            var problems = new TreeMap<>(looked.problems());
            looked.late().forEach(sector -> problems.put(sector, "its disk is too slow"));
            return new SectorLook(problems, looked.late());
        }

        @Override
        public PrivateReplica replica(SectorNumber sector, Commitment commR) {
            return new PrivateReplica(sector, commR, Path.of("cache"), Path.of("sealed"));
        }
    }
}
