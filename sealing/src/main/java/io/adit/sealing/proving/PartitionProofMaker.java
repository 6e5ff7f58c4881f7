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
import io.adit.core.state.StateStore;
import io.adit.core.time.Timeline;
import io.adit.proofs.PoStProof;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.Proofs;
import io.adit.proofs.ProofsError;
import io.adit.proofs.ProofsException;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.WindowPoSt;
import io.adit.sealing.SealingError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
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

    /** What has to be read once more while the worker waits may take this part of the time left. */
    private static final int IN_THE_LANE = 16;

    private final ProvingSettings settings;
    private final Proofs proofs;
    private final ProvableSectors files;
    private final ProvingMetrics metrics;
    private final Timeline timeline;
    private final ProofPatience patience;

    /**
     * A verified proof, the sectors left out of it, those that the library refused, and why, in words.
     *
     * @param took from when it had its place in the lane
     */
    record Result(
            Randomness challenge,
            RegisteredPoStProof type,
            Bytes proof,
            BitField skipped,
            BitField refused,
            String skippedBecause,
            Duration took) {}

    PartitionProofMaker(
            ProvingSettings settings,
            Proofs proofs,
            ProvableSectors files,
            StateStore store,
            ProvingMetrics metrics,
            Timeline timeline) {
        this.settings = settings;
        this.proofs = proofs;
        this.files = files;
        this.metrics = metrics;
        this.timeline = timeline;
        this.patience = new ProofPatience(settings.proofLimit(), store);
    }

    /**
     * Reads the sectors, takes a place in the lane and proves them.
     *
     * @throws AditException {@code POST_FAILED} where no sector is readable, or no proof verified
     */
    Result make(List<SectorOnChainInfo> sectors, Randomness challenge, ProofTurn turn) throws InterruptedException {
        var commitments = new TreeMap<SectorNumber, Commitment>();
        sectors.forEach(sector -> commitments.put(sector.sectorNumber(), Commitment.fromCid(sector.sealedCid())));
        RegisteredPoStProof type =
                RegisteredSealProof.fromNumber(sectors.getFirst().sealProof()).windowPoSt();
        try (var read = new Reading(type, challenge, commitments, turn)) {
            turn.take();
            long start = timeline.nanoTime();
            for (int attempt = 1; attempt <= PROOF_ATTEMPTS; attempt++) {
                Optional<Result> made = attempt(read, start);
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
    private Optional<Result> attempt(Reading read, long start) throws InterruptedException {
        WindowPoSt made = prove(read);
        while (read.again(made.faulty())) {
            made = prove(read);
        }
        if (read.fallBack(made.faulty())) {
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
                    BitField.ofSectors(made.faulty()),
                    words(read.skipped),
                    Duration.ofNanos(timeline.nanoTime() - start)));
        }
        metrics.rejected();
        LOG.error("a window proof over {} sectors does not verify here; it is not sent", proven.size());
        return Optional.empty();
    }

    private WindowPoSt prove(Reading read) {
        List<PrivateReplica> replicas = read.replicas();
        if (replicas.isEmpty()) {
            return new WindowPoSt(List.of(), List.of());
        }
        long start = timeline.nanoTime();
        Duration limit = patience.forTry(replicas.size(), read.turn.left());
        WindowPoSt made;
        try {
            made = proofs.windowPoSt(read.type, settings.miner(), read.challenge, replicas, limit);
        } catch (ProofsException e) {
            if (e.error() == ProofsError.WORKER_TIMEOUT) {
                // Slower than ever rather than hung, perhaps: the next try has three times as long.
                patience.gaveUp(replicas.size(), limit);
            }
            throw e;
        }
        if (!made.proofs().isEmpty()) {
            patience.took(replicas.size(), Duration.ofNanos(timeline.nanoTime() - start));
        }
        return made;
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
        private final Set<SectorNumber> late = new TreeSet<>();
        private final ProofTurn turn;
        private boolean fellBack;

        Reading(
                RegisteredPoStProof type,
                Randomness challenge,
                Map<SectorNumber, Commitment> commitments,
                ProofTurn turn)
                throws InterruptedException {
            this.turn = turn;
            this.type = type;
            this.challenge = challenge;
            this.commitments = commitments;
            long start = timeline.nanoTime();
            read(commitments.keySet(), () -> stillToRead(start));
        }

        /** Of reading before there is a place: until the budget is used up, or the worker idle for too long. */
        private Duration stillToRead(long start) {
            var used = Duration.ofNanos(timeline.nanoTime() - start);
            Duration most = settings.readBudget();
            if (!turn.mustWait()) {
                Duration share =
                        patience.forReading(commitments.size(), turn.left().plus(used), turn.rounds());
                most = share.compareTo(most) < 0 ? share : most;
            }
            return most.minus(used);
        }

        /** Of what has to be read while the worker waits for it. */
        private Supplier<Duration> shortly() {
            long start = timeline.nanoTime();
            Duration share = turn.left().dividedBy(IN_THE_LANE);
            Duration most = ProofPatience.LEAST_READING.compareTo(share) < 0 ? share : ProofPatience.LEAST_READING;
            return () -> most.minusNanos(timeline.nanoTime() - start);
        }

        private ReadReplicas read(Set<SectorNumber> sectors, Supplier<Duration> left) throws InterruptedException {
            var asked = new TreeMap<>(commitments);
            asked.keySet().retainAll(sectors);
            long start = timeline.nanoTime();
            ReadReplicas read = files.read(type, challenge, asked, left);
            held.add(read);
            metrics.read(read.replicas().size(), Duration.ofNanos(timeline.nanoTime() - start));
            readable.putAll(read.replicas());
            skipped.putAll(read.problems());
            late.addAll(read.late());
            return read;
        }

        /**
         * Whether a sector that the library could not use can be read now: its files may have been moved to another path
         * in between. Each sector is given this chance once.
         */
        boolean again(List<SectorNumber> faulty) throws InterruptedException {
            var anew = new TreeSet<>(faulty);
            anew.removeIf(sector -> !readTwice.add(sector));
            return !anew.isEmpty() && !read(anew, shortly()).replicas().isEmpty();
        }

        /**
         * Whether most of the partition could not be proven from what was copied, although its files look whole: then the
         * copies may be what is wrong. Those sectors are then proven where they lie, once.
         */
        boolean fallBack(List<SectorNumber> faulty) throws InterruptedException {
            var failed = new TreeSet<>(faulty);
            failed.addAll(skipped.keySet());
            // A disk that is too slow for the few bytes of a copy would keep the worker waiting all the more.
            failed.removeAll(late);
            if (fellBack || failed.size() * 2 <= commitments.size()) {
                return false;
            }
            failed.removeAll(files.look(failed, shortly()).problems().keySet());
            if (failed.size() * 2 <= commitments.size()) {
                return false;
            }
            fellBack = true;
            LOG.error(
                    "{} of {} sectors could not be proven from the copies of what the challenge opens, though their files look"
                            + " whole; they are proven where they lie. One of them: sector {}, {}",
                    failed.size(),
                    commitments.size(),
                    failed.getFirst().value(),
                    skipped.getOrDefault(failed.getFirst(), "which the proof library could not read"));
            for (SectorNumber sector : failed) {
                readable.put(sector, files.replica(sector, Objects.requireNonNull(commitments.get(sector))));
                skipped.remove(sector);
            }
            return true;
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
