package io.adit.market.deal;

import io.adit.core.fil.BitField;
import io.adit.core.fil.SectorNumber;

/**
 * A miner's sectors in the partitions of its deadlines.
 *
 * @param all also those that have ended, until their partition is compacted
 * @param live those that have not ended
 */
record MinerSectors(BitField all, BitField live) {
    boolean lives(SectorNumber sector) {
        return live.contains(sector);
    }

    /** Whether the chain says that it ended; one that is not there at all may not be proven yet. */
    boolean hasEnded(SectorNumber sector) {
        return all.contains(sector) && !lives(sector);
    }
}
