package io.adit.sealing.mining;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.SectorNumber;
import io.adit.proofs.PrivateReplica;
import java.time.Duration;
import java.util.Optional;

/** What winning PoSt must know of the sectors' files. */
public interface ChallengedSectors {

    /**
     * Looks at a sector's files.
     *
     * @param patience how long each of its disks may take
     * @return why it cannot be proven, in words; empty where it can
     */
    Optional<String> problem(SectorNumber sector, Duration patience);

    /**
     * Where the prover finds a sector.
     *
     * @throws io.adit.core.error.AditException when its files are on no path
     */
    PrivateReplica replica(SectorNumber sector, Commitment commR);
}
