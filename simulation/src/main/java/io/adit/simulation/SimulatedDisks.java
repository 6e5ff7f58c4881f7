package io.adit.simulation;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.SectorNumber;
import io.adit.core.time.Timeline;
import io.adit.proofs.PrivateReplica;
import io.adit.sealing.proving.ProvableSectors;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Storage paths that hold sectors (a sector's path follows from its number) and that fail in the ways disks do. */
final class SimulatedDisks implements ProvableSectors {
    /** What a path does when it is read. */
    enum Health {
        GOOD,
        /** A hundred times slower. */
        SLOW,
        /** Every read fails at once. */
        FAILING,
        /** No read ever returns. */
        HUNG;

        static final List<Health> TROUBLES = List.of(SLOW, FAILING, HUNG);
    }

    private static final Duration READ = Duration.ofMillis(30);
    /** After which the node's check of a disk that does not answer gives up. */
    private static final Duration CHECK_TIMEOUT = Duration.ofMinutes(1);

    private final Timeline timeline;
    private final Health[] paths;

    SimulatedDisks(Timeline timeline, int paths) {
        this.timeline = timeline;
        this.paths = new Health[paths];
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

    @Override
    public Map<SectorNumber, String> unreadable(Collection<SectorNumber> sectors) throws InterruptedException {
        var problems = new TreeMap<SectorNumber, String>();
        var longest = READ;
        for (var sector : sectors) {
            switch (of(sector)) {
                case GOOD -> {}
                case SLOW -> longest = max(longest, READ.multipliedBy(100));
                case FAILING -> problems.put(sector, "input/output error");
                case HUNG -> {
                    problems.put(sector, "its disk did not answer");
                    longest = max(longest, CHECK_TIMEOUT);
                }
            }
        }
        // The paths are asked side by side, so the slowest decides.
        timeline.sleep(longest);
        return problems;
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    @Override
    public PrivateReplica replica(SectorNumber sector, Commitment commR) {
        return new PrivateReplica(sector, commR, Path.of("cache"), Path.of("sealed"));
    }
}
