package io.adit.sealing.proving;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.SectorNumber;
import io.adit.proofs.PrivateReplica;
import java.util.Collection;
import java.util.Map;

/** What proving must know of the sectors' files. */
public interface ProvableSectors {

    /**
     * Looks at the files of these sectors. A disk that fails or does not answer in time costs its own sectors only.
     *
     * @return those that cannot be proven, each with the reason in words
     */
    Map<SectorNumber, String> unreadable(Collection<SectorNumber> sectors) throws InterruptedException;

    /**
     * Where the prover finds a sector.
     *
     * @throws io.adit.core.error.AditException when its files are on no path
     */
    PrivateReplica replica(SectorNumber sector, Commitment commR);
}
