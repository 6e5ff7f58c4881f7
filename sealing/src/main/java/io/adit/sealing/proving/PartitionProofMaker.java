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
import io.adit.core.time.Timeline;
import io.adit.proofs.PoStProof;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.Proofs;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.WindowPoSt;
import io.adit.sealing.SealingError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final Timeline timeline;

    /** A verified proof, the sectors left out of it, and why, in words. */
    record Result(
            Randomness challenge, RegisteredPoStProof type, Bytes proof, BitField skipped, String skippedBecause) {}

    PartitionProofMaker(
            ProvingSettings settings, Proofs proofs, ProvableSectors files, ProvingMetrics metrics, Timeline timeline) {
        this.settings = settings;
        this.proofs = proofs;
        this.files = files;
        this.metrics = metrics;
        this.timeline = timeline;
    }

    /**
     * Proves the sectors.
     *
     * @throws AditException {@code POST_FAILED} where no sector is readable, or no proof verified
     */
    Result make(List<SectorOnChainInfo> sectors, Randomness challenge) throws InterruptedException {
        var commitments = new TreeMap<SectorNumber, Commitment>();
        sectors.forEach(sector -> commitments.put(sector.sectorNumber(), Commitment.fromCid(sector.sealedCid())));
        RegisteredPoStProof type =
                RegisteredSealProof.fromNumber(sectors.getFirst().sealProof()).windowPoSt();
        try (var read = new Reading(type, challenge, commitments)) {
            for (int attempt = 1; attempt <= PROOF_ATTEMPTS; attempt++) {
                Optional<Result> made = attempt(read);
                if (made.isPresent()) {
                    return made.get();
                }
            }
        }
        throw new AditException(SealingError.POST_FAILED, "the proof did not verify here " + PROOF_ATTEMPTS + " times");
    }

    /** Whether a proof that was made before holds for these sectors and no others. */
    boolean holds(PartitionProof.Made made, Randomness challenge, List<SectorOnChainInfo> sectors) {
        List<PublicReplica> replicas = sectors.stream()
                .map(sector -> new PublicReplica(sector.sectorNumber(), Commitment.fromCid(sector.sealedCid())))
                .toList();
        return proofs.verifyWindowPoSt(
                challenge, List.of(new PoStProof(made.type(), made.proof().array())), replicas, settings.miner());
    }

    /** One proof over all that can be read, empty when it does not verify. */
    private Optional<Result> attempt(Reading read) throws InterruptedException {
        WindowPoSt made = prove(read);
        while (read.again(made.faulty())) {
            made = prove(read);
        }
        made.faulty().forEach(sector -> read.skip(sector, "the proof library could not read it"));
        List<PublicReplica> proven = read.replicas().stream()
                .map(replica -> new PublicReplica(replica.number(), replica.commR()))
                .toList();
        if (proven.isEmpty() || made.proofs().isEmpty()) {
            throw new AditException(
                    SealingError.POST_FAILED, "no sector of the partition can be read: " + words(read.skipped));
        }
        if (proofs.verifyWindowPoSt(read.challenge, made.proofs(), proven, settings.miner())) {
            return Optional.of(new Result(
                    read.challenge,
                    read.type,
                    new Bytes(bytesOf(made.proofs())),
                    field(read.skipped),
                    words(read.skipped)));
        }
        metrics.rejected();
        LOG.error("a window proof over {} sectors does not verify here; it is not sent", proven.size());
        return Optional.empty();
    }

    private WindowPoSt prove(Reading read) {
        List<PrivateReplica> replicas = read.replicas();
        return replicas.isEmpty()
                ? new WindowPoSt(List.of(), List.of())
                : proofs.windowPoSt(read.type, settings.miner(), read.challenge, replicas);
    }

    /** The sectors as they were read, some of them twice, and those left out. */
    private final class Reading implements AutoCloseable {
        private final RegisteredPoStProof type;
        private final Randomness challenge;
        private final Map<SectorNumber, Commitment> commitments;
        private final Map<SectorNumber, PrivateReplica> readable = new TreeMap<>();
        private final Map<SectorNumber, String> skipped = new TreeMap<>();
        private final List<ReadReplicas> held = new ArrayList<>();
        private final Set<SectorNumber> readTwice = new TreeSet<>();

        Reading(RegisteredPoStProof type, Randomness challenge, Map<SectorNumber, Commitment> commitments)
                throws InterruptedException {
            this.type = type;
            this.challenge = challenge;
            this.commitments = commitments;
            read(commitments.keySet());
        }

        private ReadReplicas read(Set<SectorNumber> sectors) throws InterruptedException {
            var asked = new TreeMap<>(commitments);
            asked.keySet().retainAll(sectors);
            long start = timeline.nanoTime();
            ReadReplicas read = files.read(type, challenge, asked);
            held.add(read);
            metrics.read(read.replicas().size(), Duration.ofNanos(timeline.nanoTime() - start));
            readable.putAll(read.replicas());
            skipped.putAll(read.problems());
            return read;
        }

        /**
         * Whether a sector that the library could not use can be read now: its files may have been moved to another path
         * in between. Each sector is given this chance once.
         */
        boolean again(List<SectorNumber> faulty) throws InterruptedException {
            var anew = new TreeSet<>(faulty);
            anew.removeIf(sector -> !readTwice.add(sector));
            return !anew.isEmpty() && !read(anew).replicas().isEmpty();
        }

        void skip(SectorNumber sector, String why) {
            skipped.putIfAbsent(sector, why);
        }

        List<PrivateReplica> replicas() {
            return readable.values().stream()
                    .filter(replica -> !skipped.containsKey(replica.number()))
                    .toList();
        }

        @Override
        public void close() {
            held.forEach(ReadReplicas::close);
        }
    }

    /** One proof per message: the library returns one element whose bytes hold all its partitions. */
    private static byte[] bytesOf(List<PoStProof> made) {
        if (made.size() != 1) {
            throw new AditException(
                    SealingError.POST_FAILED, "the library gave " + made.size() + " proofs for one partition, not 1");
        }
        return made.getFirst().proof();
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
