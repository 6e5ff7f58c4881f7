package io.adit.core.fil;

import java.util.Comparator;

/** A sector, named for the whole network by its miner and number. */
public record SectorId(ActorId miner, SectorNumber number) implements Comparable<SectorId> {
    private static final Comparator<SectorId> ORDER =
            Comparator.comparing(SectorId::miner).thenComparing(SectorId::number);

    @Override
    public int compareTo(SectorId other) {
        return ORDER.compare(this, other);
    }

    /** The name that Lotus gives to the sector's files: {@code s-t01000-5}. */
    public String fileName() {
        return "s-t0" + miner + "-" + number;
    }

    @Override
    public String toString() {
        return fileName();
    }
}
