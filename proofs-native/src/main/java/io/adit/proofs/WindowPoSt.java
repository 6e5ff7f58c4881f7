package io.adit.proofs;

import io.adit.core.fil.SectorNumber;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The outcome of proving a set of sectors for one deadline.
 *
 * @param proofs one element, 192 bytes per proof partition; empty when no sector could be proven
 * @param faulty sectors that could not be read, ascending; the caller declares or skips them
 */
public record WindowPoSt(List<PoStProof> proofs, List<SectorNumber> faulty) {
    public WindowPoSt {
        proofs = List.copyOf(proofs);
        faulty = List.copyOf(faulty);
    }

    /** The same proof with these sectors named too. */
    WindowPoSt alsoFaulty(List<SectorNumber> others) {
        return others.isEmpty()
                ? this
                : new WindowPoSt(
                        proofs,
                        Stream.concat(faulty.stream(), others.stream())
                                .sorted(Comparator.comparingLong(SectorNumber::value))
                                .toList());
    }
}
