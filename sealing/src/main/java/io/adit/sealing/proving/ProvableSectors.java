package io.adit.sealing.proving;

import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorNumber;
import io.adit.proofs.PrivateReplica;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What proving must know of the sectors' files. */
public interface ProvableSectors {

    /**
     * Looks at the files of these sectors. A disk that fails or does not answer in time costs its own sectors only.
     *
     * @param left asked again and again: how long it may still take; what has not answered then is late
     */
    SectorLook look(Collection<SectorNumber> sectors, Supplier<Duration> left) throws InterruptedException;

    /**
     * Where a sector's files lie.
     *
     * @throws AditException when its files are on no path
     */
    PrivateReplica replica(SectorNumber sector, Commitment commR);

    /**
     * Makes the sectors ready to be proven: as far as it can, reads now what the challenge opens, so that the proof itself
     * waits for no disk. Here the files are only looked at, and the proof reads them where they lie.
     *
     * @param type a window PoSt
     * @param sectors with their sealed commitments
     * @param left asked again and again: how long it may still take; what was not read then is late
     * @return every sector of these, readable or not
     */
    default ReadReplicas read(
            RegisteredPoStProof type,
            Randomness challenge,
            Map<SectorNumber, Commitment> sectors,
            Supplier<Duration> left)
            throws InterruptedException {
        var looked = look(sectors.keySet(), left);
        var problems = new TreeMap<>(looked.problems());
        var replicas = new TreeMap<SectorNumber, PrivateReplica>();
        for (var sector : sectors.entrySet()) {
            if (!problems.containsKey(sector.getKey())) {
                try {
                    replicas.put(sector.getKey(), replica(sector.getKey(), sector.getValue()));
                } catch (AditException e) {
                    problems.put(sector.getKey(), String.valueOf(e.getMessage()));
                }
            }
        }
        return new ReadReplicas(replicas, problems, looked.late(), () -> {});
    }
}
