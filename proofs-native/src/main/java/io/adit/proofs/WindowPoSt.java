package io.adit.proofs;

import io.adit.core.fil.SectorNumber;
import java.util.List;

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
}
