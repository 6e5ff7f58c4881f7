package io.adit.sealing.storage;

import io.adit.core.fil.SectorId;
import java.nio.file.Path;
import java.util.Map;

/**
 * Space set aside for one step on one sector, until closed. What the step has already written counts as used disk, the
 * rest of the promise is kept from others. Reservations live in memory: after a crash the step starts again and asks
 * again.
 */
public final class Reservation implements AutoCloseable {

    record Place(StoragePath path, long bytes) {}

    private final StoragePaths owner;
    private final SectorId sector;
    private final Map<SectorFileType, Place> places;

    Reservation(StoragePaths owner, SectorId sector, Map<SectorFileType, Place> places) {
        this.owner = owner;
        this.sector = sector;
        this.places = Map.copyOf(places);
    }

    /** The final name of the sector's file of this kind; the kind must be one that was reserved. */
    public Path file(SectorFileType type) {
        return path(type).file(sector, type);
    }

    /** The storage path chosen for this kind. */
    public StoragePath path(SectorFileType type) {
        Place place = places.get(type);
        if (place == null) {
            throw new IllegalArgumentException(type + " was not reserved for " + SectorNames.nameOf(sector));
        }
        return place.path();
    }

    SectorId sector() {
        return sector;
    }

    Map<SectorFileType, Place> places() {
        return places;
    }

    @Override
    public void close() {
        owner.release(this);
    }
}
