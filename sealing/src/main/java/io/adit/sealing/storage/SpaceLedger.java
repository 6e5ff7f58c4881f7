package io.adit.sealing.storage;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorSize;
import io.adit.sealing.SealingError;
import io.adit.sealing.storage.Reservation.Place;
import io.adit.sealing.storage.StoragePath.Purpose;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may still write how much where. A step is refused before it starts rather than failing with a full disk in its
 * middle. Disks are measured without the lock; a change of the reservations in between makes it measure again.
 */
final class SpaceLedger {

    private static final Logger LOG = LoggerFactory.getLogger(SpaceLedger.class);

    /** How long one path may take to say how full it is; adding up a large path's files takes a while. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final SpaceProbe probe;
    private final Disks disks;
    private final long keptFree;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Reservation> reservations = new ArrayList<>();
    private long changes;

    /** Asks one path, on that path's threads. */
    @FunctionalInterface
    interface Disks {
        <T> T ask(StoragePath path, Object about, Duration patience, Callable<T> question) throws IOException;
    }

    /**
     * A ledger without reservations.
     *
     * @param keptFree bytes that stay free on every file system
     */
    SpaceLedger(SpaceProbe probe, Disks disks, long keptFree) {
        this.probe = probe;
        this.disks = disks;
        this.keptFree = keptFree;
    }

    Reservation reserve(
            StoragePaths paths, SectorId sector, SectorSize size, Set<SectorFileType> types, Purpose purpose) {
        while (true) {
            long seen;
            List<Reservation> open;
            lock.lock();
            try {
                seen = changes;
                open = List.copyOf(reservations);
            } finally {
                lock.unlock();
            }
            var places = choose(paths, open, sector, size, types, purpose);
            lock.lock();
            try {
                if (seen == changes) {
                    var reservation = new Reservation(paths, sector, places);
                    reservations.add(reservation);
                    changes++;
                    return reservation;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    void release(Reservation reservation) {
        lock.lock();
        try {
            if (reservations.remove(reservation)) {
                changes++;
            }
        } finally {
            lock.unlock();
        }
    }

    /** What may still be put on one of these paths. */
    long room(StoragePath path, List<StoragePath> attached) {
        return look(attached, snapshot()).on(path);
    }

    long reserved(StoragePath path) {
        try {
            return disks.ask(path, "reserved", PATIENCE, () -> outstanding(snapshot(), path));
        } catch (IOException unreadable) {
            return 0;
        }
    }

    private List<Reservation> snapshot() {
        lock.lock();
        try {
            return List.copyOf(reservations);
        } finally {
            lock.unlock();
        }
    }

    /** Why nothing can be read there now. An unmounted disk leaves an empty directory behind, on another file system. */
    Optional<String> problemOf(StoragePath path) {
        try {
            disks.ask(path, "settings", PATIENCE, () -> StorageDeclaration.readSettings(path.root()));
            return Optional.empty();
        } catch (IOException | AditException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    PathStatus status(StoragePath path, List<StoragePath> attached) {
        try {
            var problem = problemOf(path);
            if (problem.isPresent()) {
                return unusable(path, problem.get());
            }
            long available = Math.max(0, room(path, attached));
            return disks.ask(
                    path,
                    "status",
                    PATIENCE,
                    () -> new PathStatus(
                            path.root(),
                            Optional.of(path.settings()),
                            probe.measure(path.root()).capacity(),
                            available,
                            outstanding(snapshot(), path),
                            used(path),
                            sealedCount(path),
                            Optional.empty()));
        } catch (IOException | AditException e) {
            return unusable(path, String.valueOf(e.getMessage()));
        }
    }

    private static PathStatus unusable(StoragePath path, String problem) {
        return new PathStatus(path.root(), Optional.of(path.settings()), 0, 0, 0, 0, 0, Optional.of(problem));
    }

    private Map<SectorFileType, Place> choose(
            StoragePaths paths,
            List<Reservation> open,
            SectorId sector,
            SectorSize size,
            Set<SectorFileType> types,
            Purpose purpose) {
        var free = look(paths.attached(), open);
        var holders = new HashSet<StoragePath>();
        for (SectorFileType type : SectorFileType.values()) {
            holders.addAll(paths.locations(sector, type));
        }
        var places = new EnumMap<SectorFileType, Place>(SectorFileType.class);
        for (SectorFileType type : types) {
            long bytes = purpose == Purpose.SEALING ? type.sealingBytes(size) : type.storedBytes(size);
            Place place = choosePlace(paths, free, holders, sector, type, bytes, purpose);
            places.put(type, place);
            holders.add(place.path());
            free.take(place.path(), bytes);
        }
        return places;
    }

    private Place choosePlace(
            StoragePaths paths,
            FreeSpace free,
            Set<StoragePath> holders,
            SectorId sector,
            SectorFileType type,
            long bytes,
            Purpose purpose) {
        var candidates = new ArrayList<>(paths.locations(sector, type).stream()
                .filter(path -> path.accepts(sector.miner(), type, purpose))
                .toList());
        boolean present = !candidates.isEmpty();
        if (!present) {
            candidates.addAll(paths.attached().stream()
                    .filter(path -> path.accepts(sector.miner(), type, purpose))
                    .sorted(byPreference(free, holders))
                    .toList());
        }
        if (candidates.isEmpty()) {
            throw new AditException(
                    SealingError.STORAGE_NO_PATH,
                    "placing " + type.directory() + " of sector "
                            + sector.number().value() + ": no attached path is for "
                            + (purpose == Purpose.SEALING ? "sealing" : "storing") + " it; attach one");
        }
        long most = 0;
        for (StoragePath path : candidates) {
            long room = free.on(path) + (present ? onDisk(path, sector, type) : 0);
            if (room >= bytes) {
                return new Place(path, bytes);
            }
            most = Math.max(most, room);
        }
        throw new AditException(
                SealingError.STORAGE_NO_SPACE,
                "placing " + type.directory() + " of sector " + sector.number().value() + ": " + bytes
                        + " bytes are needed, the best path has " + most + "; free space or attach a path");
    }

    /** Together with the sector's other files if possible, else the path with the largest weight times free space. */
    private static Comparator<StoragePath> byPreference(FreeSpace free, Set<StoragePath> holders) {
        return Comparator.comparing((StoragePath path) -> holders.contains(path))
                .thenComparingDouble(path -> (double) path.settings().weight() * Math.max(0, free.on(path)))
                .reversed();
    }

    /** Looks at every path once; one that does not answer has no room. */
    private FreeSpace look(List<StoragePath> attached, List<Reservation> open) {
        var free = new FreeSpace();
        var promised = new HashMap<StoragePath, Long>();
        for (StoragePath path : attached) {
            try {
                disks.ask(path, "space", PATIENCE, () -> {
                    long limit = path.settings().maxStorage();
                    free.seen(
                            path,
                            probe.fileSystem(path.root()),
                            probe.measure(path.root()).available() - keptFree,
                            limit > 0 ? limit - used(path) : Long.MAX_VALUE / 2);
                    promised.put(path, outstanding(open, path));
                    return true;
                });
            } catch (IOException unreadable) {
                LOG.warn("storage path {} cannot be measured: {}", path.root(), unreadable.getMessage());
            }
        }
        promised.forEach(free::take);
        return free;
    }

    private static long outstanding(List<Reservation> open, StoragePath path) {
        long sum = 0;
        for (Reservation reservation : open) {
            for (var entry : reservation.places().entrySet()) {
                if (entry.getValue().path().equals(path)) {
                    long written = written(path, reservation.sector(), entry.getKey());
                    sum += Math.max(0, entry.getValue().bytes() - written);
                }
            }
        }
        return sum;
    }

    private long onDisk(StoragePath path, SectorId sector, SectorFileType type) {
        try {
            return disks.ask(path, sector, PATIENCE, () -> written(path, sector, type));
        } catch (IOException unreadable) {
            return 0;
        }
    }

    private static long written(StoragePath path, SectorId sector, SectorFileType type) {
        try {
            return DurableFiles.sizeOf(path.file(sector, type))
                    + DurableFiles.sizeOf(path.unfinished(sector, type, StoragePaths.WRITING));
        } catch (IOException unreadable) {
            return 0;
        }
    }

    private static long used(StoragePath path) throws IOException {
        long sum = 0;
        for (SectorFileType type : SectorFileType.values()) {
            sum += DurableFiles.sizeOf(path.root().resolve(type.directory()));
        }
        return sum;
    }

    private static int sealedCount(StoragePath path) throws IOException {
        int count = 0;
        for (Path entry : DurableFiles.children(path.root().resolve(SectorFileType.SEALED.directory()))) {
            if (SectorNames.parse(String.valueOf(entry.getFileName())).isPresent()) {
                count++;
            }
        }
        return count;
    }
}
