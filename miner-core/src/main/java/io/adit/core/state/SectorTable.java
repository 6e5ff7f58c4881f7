package io.adit.core.state;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.SectorNumber;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Sectors of the one miner this store belongs to. */
public interface SectorTable {
    /**
     * Takes the next sector number. It is above every number this store ever gave out and not below the given one, so a
     * number is used at most once even after the state was lost.
     *
     * @param lowest one above the highest number in the miner actor's AllocatedSectors; 0 for a new miner
     */
    SectorNumber allocateNumber(SectorNumber lowest);

    /** Adds a sector; its number must be new. */
    void insert(SectorRecord sector);

    /** The sector with this number. */
    Optional<SectorRecord> find(SectorNumber number);

    /** All sectors by number. */
    List<SectorRecord> list();

    /** The sectors in one state, by number. */
    List<SectorRecord> listInState(SectorState state);

    /** How many sectors are in each of the states; states without any are left out. */
    Map<SectorState, Integer> count(Set<SectorState> states);

    /**
     * Replaces the stored sector if its version is still the given one.
     *
     * @return the record with its new version
     * @throws io.adit.core.error.AditException {@link StateErrorCode#STATE_STALE_RECORD}
     */
    SectorRecord update(SectorRecord sector);

    /** Where a piece lies in sectors, whatever their state. */
    List<PieceLocation> locations(Commitment commP);
}
