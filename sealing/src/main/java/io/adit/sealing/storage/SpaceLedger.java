package io.adit.sealing.storage;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorSize;
import io.adit.sealing.SealingError;
import io.adit.sealing.storage.Reservation.Place;
import io.adit.sealing.storage.StoragePath.Purpose;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who may still write how much where. A step is refused before it starts rather than failing with a full disk in its
 * middle. Disks are measured without the lock; a change of the reservations in between makes it measure again.
 */
final class SpaceLedger {

    private final SpaceProbe probe;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Reservation> reservations = new ArrayList<>();
    private long changes;

    SpaceLedger(SpaceProbe probe) {
        this.probe = probe;
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

    long room(StoragePath path) {
        return roomFor(path, snapshot());
    }

    long reserved(StoragePath path) {
        return outstanding(snapshot(), path);
    }

    private List<Reservation> snapshot() {
        lock.lock();
        try {
            return List.copyOf(reservations);
        } finally {
            lock.unlock();
        }
    }

    PathStatus status(StoragePath path) {
        List<Reservation> open = snapshot();
        try {
            // Looked at first: an unmounted disk leaves an empty directory behind whose file system is another one.
            StorageDeclaration.readSettings(path.root());
            long reserved = outstanding(open, path);
            return new PathStatus(
                    path.root(),
                    Optional.of(path.settings()),
                    probe.measure(path.root()).capacity(),
                    Math.max(0, available(path, reserved)),
                    reserved,
                    used(path),
                    sealedCount(path),
                    Optional.empty());
        } catch (IOException | AditException e) {
            return new PathStatus(
                    path.root(),
                    Optional.of(path.settings()),
                    0,
                    0,
                    0,
                    0,
                    0,
                    Optional.of(String.valueOf(e.getMessage())));
        }
    }

    private Map<SectorFileType, Place> choose(
            StoragePaths paths,
            List<Reservation> open,
            SectorId sector,
            SectorSize size,
            Set<SectorFileType> types,
            Purpose purpose) {
        var places = new EnumMap<SectorFileType, Place>(SectorFileType.class);
        for (SectorFileType type : types) {
            long bytes = purpose == Purpose.SEALING ? type.sealingBytes(size) : type.storedBytes(size);
            places.put(type, choosePlace(paths, open, places, sector, type, bytes, purpose));
        }
        return places;
    }

    private Place choosePlace(
            StoragePaths paths,
            List<Reservation> open,
            Map<SectorFileType, Place> chosen,
            SectorId sector,
            SectorFileType type,
            long bytes,
            Purpose purpose) {
        var candidates = new ArrayList<>(paths.locations(sector, type).stream()
                .filter(path -> path.accepts(type, purpose))
                .toList());
        boolean present = !candidates.isEmpty();
        if (!present) {
            candidates.addAll(paths.attached().stream()
                    .filter(path -> path.accepts(type, purpose))
                    .sorted(byPreference(paths, open, chosen, sector))
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
            long wanted = chosen.values().stream()
                    .filter(place -> place.path().equals(path))
                    .mapToLong(Place::bytes)
                    .sum();
            long room = roomFor(path, open) - wanted + (present ? onDisk(path, sector, type) : 0);
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
    private Comparator<StoragePath> byPreference(
            StoragePaths paths, List<Reservation> open, Map<SectorFileType, Place> chosen, SectorId sector) {
        return Comparator.comparing((StoragePath path) ->
                        chosen.values().stream().anyMatch(place -> place.path().equals(path))
                                || holds(paths, path, sector))
                .thenComparingDouble(path -> (double) path.settings().weight() * Math.max(0, roomFor(path, open)))
                .reversed();
    }

    private static boolean holds(StoragePaths paths, StoragePath path, SectorId sector) {
        for (SectorFileType type : SectorFileType.values()) {
            if (paths.locations(sector, type).contains(path)) {
                return true;
            }
        }
        return false;
    }

    private long roomFor(StoragePath path, List<Reservation> open) {
        try {
            return available(path, outstanding(open, path));
        } catch (IOException unreadable) {
            return 0;
        }
    }

    private long available(StoragePath path, long reserved) throws IOException {
        long free = probe.measure(path.root()).available();
        long limit = path.settings().maxStorage();
        if (limit > 0) {
            free = Math.min(free, limit - used(path));
        }
        return free - reserved;
    }

    private static long outstanding(List<Reservation> open, StoragePath path) {
        long sum = 0;
        for (Reservation reservation : open) {
            for (var entry : reservation.places().entrySet()) {
                if (entry.getValue().path().equals(path)) {
                    long written = onDisk(path, reservation.sector(), entry.getKey());
                    sum += Math.max(0, entry.getValue().bytes() - written);
                }
            }
        }
        return sum;
    }

    private static long onDisk(StoragePath path, SectorId sector, SectorFileType type) {
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
