package io.adit.sealing.proving;

import io.adit.core.fil.SectorNumber;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a look at sectors' files has found.
 *
 * @param problems sectors that cannot be said to be provable, each with the reason in words
 * @param late those among them that had not answered when the time for it was over: sound or not, nobody knows
 */
public record SectorLook(Map<SectorNumber, String> problems, Set<SectorNumber> late) {

    /** Copies both. */
    public SectorLook {
        problems = new TreeMap<>(problems);
        late = new TreeSet<>(late);
    }

    /** Those that answered that they cannot be proven. */
    public Map<SectorNumber, String> broken() {
        var broken = new TreeMap<>(problems);
        broken.keySet().removeAll(late);
        return broken;
    }
}
