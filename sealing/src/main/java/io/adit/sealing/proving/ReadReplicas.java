package io.adit.sealing.proving;

import io.adit.core.fil.SectorNumber;
import io.adit.proofs.PrivateReplica;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Sectors as a proof will find them.
 *
 * @param replicas where the prover reads each
 * @param problems sectors that cannot be proven, each with the reason in words
 * @param late those among them that there was no time for, sound or not
 * @param release what to do once no proof reads them any more
 */
public record ReadReplicas(
        Map<SectorNumber, PrivateReplica> replicas,
        Map<SectorNumber, String> problems,
        Set<SectorNumber> late,
        Runnable release)
        implements AutoCloseable {

    /** Copies the maps and the set. */
    public ReadReplicas {
        replicas = new TreeMap<>(replicas);
        problems = new TreeMap<>(problems);
        late = new TreeSet<>(late);
    }

    @Override
    public void close() {
        release.run();
    }
}
