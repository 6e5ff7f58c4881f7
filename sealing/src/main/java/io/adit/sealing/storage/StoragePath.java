package io.adit.sealing.storage;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.SectorId;
import java.nio.file.Path;

/**
 * One attached storage path.
 *
 * @param root the declared directory, absolute
 * @param settings its {@code sectorstore.json}
 */
public record StoragePath(Path root, PathSettings settings) {

    /** Where a sector's file of this kind lies, or would lie, under this path. */
    public Path file(SectorId sector, SectorFileType type) {
        return root.resolve(type.directory()).resolve(SectorNames.nameOf(sector));
    }

    /**
     * Where a file of this kind is written before it is complete. lotus-miner keeps unfinished downloads in the same
     * directory and does not look for sectors in it.
     */
    public Path unfinished(SectorId sector, SectorFileType type, String suffix) {
        return unfinishedDirectory(type).resolve(SectorNames.nameOf(sector) + suffix);
    }

    Path unfinishedDirectory(SectorFileType type) {
        return root.resolve(type.directory()).resolve("fetching");
    }

    Path quarantineDirectory(SectorFileType type) {
        return root.resolve("quarantine").resolve(type.directory());
    }

    boolean accepts(ActorId miner, SectorFileType type, Purpose purpose) {
        boolean allowed = purpose == Purpose.SEALING ? settings.canSeal() : settings.canStore();
        return allowed && settings.weight() > 0 && settings.allows(type) && settings.allows(miner);
    }

    /** What a path is wanted for. */
    public enum Purpose {
        /** Files that change while a sector is sealed. */
        SEALING,
        /** Files of finished sectors. */
        STORING
    }
}
