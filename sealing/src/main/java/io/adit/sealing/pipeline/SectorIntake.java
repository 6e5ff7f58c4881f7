package io.adit.sealing.pipeline;

import io.adit.core.fil.SectorNumber;
import io.adit.core.state.Tx;
import java.util.Optional;
import java.util.UUID;

/** The door through which deals' pieces enter sealing. */
public interface SectorIntake {

    /**
     * Gives the piece a place in a sector, in the caller's transaction: when that commits, the piece will be sealed;
     * when it does not, nothing happened. A deal that was accepted before keeps its place.
     *
     * @return the sector; it may change before its data is written, if the chain says that the number is taken
     * @throws io.adit.core.error.AditException {@code PIECE_DOES_NOT_FIT}
     */
    SectorNumber accept(Tx tx, DealPiece piece);

    /** Given to tasks when a sector is proven, so that nobody has to look for each of its deals at every epoch. */
    static String provenSignal(SectorNumber sector) {
        return "sector.proven." + sector.value();
    }

    /** The sector that holds, or will hold, the deal's piece. */
    Optional<SectorNumber> sectorOf(Tx tx, UUID deal);
}
