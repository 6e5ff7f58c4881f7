package io.adit.sealing.proving;

import io.adit.chain.actor.SectorOnChainInfo;
import io.adit.core.error.AditException;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.Bytes;
import io.adit.proofs.PoStProof;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.Proofs;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.WindowPoSt;
import io.adit.sealing.SealingError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and verifies the proof of one partition. Sectors that cannot be read are left out by name; the others are proven
 * all the same. The chain verifies over the sectors that were not skipped, so the proof is made over just these.
 */
final class PartitionProofMaker {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionProofMaker.class);

    /** A proof made by faulty hardware may come out right the next time. */
    private static final int PROOF_ATTEMPTS = 3;

    private final ProvingSettings settings;
    private final Proofs proofs;
    private final ProvableSectors files;
    private final ProvingMetrics metrics;

    /** A verified proof, and why sectors were skipped, in words. */
    record Result(PartitionProof.Made proof, String skippedBecause) {}

    PartitionProofMaker(ProvingSettings settings, Proofs proofs, ProvableSectors files, ProvingMetrics metrics) {
        this.settings = settings;
        this.proofs = proofs;
        this.files = files;
        this.metrics = metrics;
    }

    /**
     * Proves the sectors.
     *
     * @throws AditException {@code POST_FAILED} where no sector is readable, or no proof verified
     */
    Result make(List<SectorOnChainInfo> sectors, Randomness challenge) throws InterruptedException {
        var all = new TreeMap<SectorNumber, SectorOnChainInfo>();
        sectors.forEach(sector -> all.put(sector.sectorNumber(), sector));
        Map<SectorNumber, String> skipped = new TreeMap<>(files.unreadable(all.keySet()));
        RegisteredPoStProof type =
                RegisteredSealProof.fromNumber(sectors.getFirst().sealProof()).windowPoSt();
        var lookedTwice = new TreeSet<SectorNumber>();
        for (int attempt = 1; ; attempt++) {
            List<SectorOnChainInfo> good = all.values().stream()
                    .filter(sector -> !skipped.containsKey(sector.sectorNumber()))
                    .toList();
            WindowPoSt made = prove(type, challenge, good, skipped);
            if (mayHaveMoved(made.faulty(), lookedTwice)) {
                attempt--;
                continue;
            }
            made.faulty().forEach(sector -> skipped.put(sector, "the proof library could not read it"));
            List<PublicReplica> proven = good.stream()
                    .filter(sector -> !skipped.containsKey(sector.sectorNumber()))
                    .map(sector -> new PublicReplica(sector.sectorNumber(), commR(sector)))
                    .toList();
            if (proven.isEmpty() || made.proofs().isEmpty()) {
                throw new AditException(
                        SealingError.POST_FAILED, "no sector of the partition can be read: " + words(skipped));
            }
            if (proofs.verifyWindowPoSt(challenge, made.proofs(), proven, settings.miner())) {
                return new Result(
                        new PartitionProof.Made(challenge, type, new Bytes(bytesOf(made.proofs())), field(skipped)),
                        words(skipped));
            }
            metrics.rejected();
            LOG.error("a window proof over {} sectors does not verify here; it is not sent", proven.size());
            if (attempt == PROOF_ATTEMPTS) {
                throw new AditException(
                        SealingError.POST_FAILED, "the proof did not verify here " + PROOF_ATTEMPTS + " times");
            }
        }
    }

    /**
     * Whether a sector that the library could not read can be read now: its files may have been moved to another path
     * in between. Each sector is given this chance once.
     */
    private boolean mayHaveMoved(List<SectorNumber> faulty, Set<SectorNumber> lookedTwice) throws InterruptedException {
        List<SectorNumber> anew = faulty.stream().filter(lookedTwice::add).toList();
        if (anew.isEmpty()) {
            return false;
        }
        var problems = files.unreadable(anew);
        return anew.stream().anyMatch(sector -> !problems.containsKey(sector));
    }

    private WindowPoSt prove(
            RegisteredPoStProof type,
            Randomness challenge,
            List<SectorOnChainInfo> good,
            Map<SectorNumber, String> skipped) {
        var replicas = new ArrayList<PrivateReplica>();
        for (SectorOnChainInfo sector : good) {
            try {
                replicas.add(files.replica(sector.sectorNumber(), commR(sector)));
            } catch (AditException e) {
                skipped.put(sector.sectorNumber(), String.valueOf(e.getMessage()));
            }
        }
        return replicas.isEmpty()
                ? new WindowPoSt(List.of(), List.of())
                : proofs.windowPoSt(type, settings.miner(), challenge, replicas);
    }

    /** One proof per message: the library returns one element whose bytes hold all its partitions. */
    private static byte[] bytesOf(List<PoStProof> made) {
        if (made.size() != 1) {
            throw new AditException(
                    SealingError.POST_FAILED, "the library gave " + made.size() + " proofs for one partition, not 1");
        }
        return made.getFirst().proof();
    }

    private static Commitment commR(SectorOnChainInfo sector) {
        return Commitment.fromCid(sector.sealedCid());
    }

    private static BitField field(Map<SectorNumber, String> skipped) {
        return BitField.ofSectors(new TreeSet<>(skipped.keySet()));
    }

    private static String words(Map<SectorNumber, String> skipped) {
        return skipped.entrySet().stream()
                .map(entry -> "sector " + entry.getKey().value() + ": " + entry.getValue())
                .collect(Collectors.joining("; "));
    }
}
