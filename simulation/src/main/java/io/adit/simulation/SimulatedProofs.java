package io.adit.simulation;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.UnpaddedSize;
import io.adit.core.ipld.Hashes;
import io.adit.core.time.Timeline;
import io.adit.proofs.PoStProof;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.Proofs;
import io.adit.proofs.ProofsError;
import io.adit.proofs.ProofsException;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.SealVerification;
import io.adit.proofs.SealedCommitments;
import io.adit.proofs.SectorFiles;
import io.adit.proofs.WindowPoSt;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Proofs without their mathematics: a window proof is a hash over the miner, the challenge and the sectors it claims, which
 * takes simulated time to make. A proof over other sectors, another challenge or of another miner does not verify, as with
 * real ones. The worker behind it can be made to die, to be slow, or to give wrong proofs.
 */
final class SimulatedProofs implements Proofs {
    private static final int PROOF_BYTES = 192;

    private final Timeline timeline;
    private final SimulatedDisks disks;
    private final RandomGenerator random;
    private final Set<ByteBuffer> verifiedHere = new HashSet<>();
    private Duration proofTime = Duration.ofSeconds(40);
    private double dies;
    private double wrong;

    SimulatedProofs(Timeline timeline, SimulatedDisks disks, RandomGenerator random) {
        this.timeline = timeline;
        this.disks = disks;
        this.random = random;
    }

    /** How the worker behaves from now on: probabilities per call, and the time of one proof. */
    void worker(double dyingCalls, double wrongProofs, Duration time) {
        dies = dyingCalls;
        wrong = wrongProofs;
        proofTime = time;
    }

    /** Whether the node has found these proof bytes to be right before. */
    boolean wasVerifiedHere(byte[] proof) {
        return verifiedHere.contains(ByteBuffer.wrap(proof));
    }

    /** The only bytes that verify for such a seal. */
    static byte[] sealProof(SealVerification seal) {
        return hash(
                "seal",
                ByteBuffer.allocate(16)
                        .putLong(seal.sector().miner().value())
                        .putLong(seal.sector().number().value())
                        .array(),
                seal.commR().bytes(),
                seal.commD().bytes(),
                seal.ticket().bytes(),
                seal.seed().bytes());
    }

    private static byte[] windowProof(ActorId miner, Randomness challenge, List<PublicReplica> replicas) {
        var said = new ByteArrayOutputStream();
        replicas.stream().sorted(Comparator.comparing(PublicReplica::number)).forEach(replica -> {
            said.writeBytes(
                    ByteBuffer.allocate(8).putLong(replica.number().value()).array());
            said.writeBytes(replica.commR().bytes());
        });
        // The real library makes a field element of the challenge in this way.
        var element = challenge.bytes();
        element[element.length - 1] &= 0x3f;
        return hash("window", ByteBuffer.allocate(8).putLong(miner.value()).array(), element, said.toByteArray());
    }

    private static byte[] hash(String what, byte[]... parts) {
        var said = new ByteArrayOutputStream();
        said.writeBytes(what.getBytes(StandardCharsets.UTF_8));
        for (var part : parts) {
            said.writeBytes(part);
        }
        var proof = ByteBuffer.allocate(PROOF_BYTES);
        var block = Hashes.sha256(said.toByteArray());
        while (proof.hasRemaining()) {
            proof.put(block);
        }
        return proof.array();
    }

    @Override
    public WindowPoSt windowPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
        pass(proofTime.plusMillis(random.nextLong(1, proofTime.toMillis() / 2 + 2)));
        if (random.nextDouble() < dies) {
            throw new ProofsException(ProofsError.WORKER_DIED, "the simulated worker died");
        }
        var proven = new ArrayList<PublicReplica>();
        var faulty = new ArrayList<SectorNumber>();
        for (var replica : replicas) {
            if (disks.isProvable(replica.number())) {
                proven.add(new PublicReplica(replica.number(), replica.commR()));
            } else {
                faulty.add(replica.number());
            }
        }
        if (proven.isEmpty()) {
            return new WindowPoSt(List.of(), faulty);
        }
        var bytes = windowProof(miner, randomness, proven);
        if (random.nextDouble() < wrong) {
            bytes[random.nextInt(bytes.length)] ^= 1;
        }
        return new WindowPoSt(List.of(new PoStProof(proof, bytes)), faulty);
    }

    private void pass(Duration time) {
        try {
            timeline.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProofsException(ProofsError.INTERRUPTED, "the simulated worker was interrupted");
        }
    }

    @Override
    public boolean verifyWindowPoSt(
            Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner) {
        boolean holds = proofs.size() == 1
                && ByteBuffer.wrap(windowProof(miner, randomness, replicas))
                        .equals(ByteBuffer.wrap(proofs.getFirst().proof()));
        if (holds) {
            verifiedHere.add(ByteBuffer.wrap(proofs.getFirst().proof()));
        }
        return holds;
    }

    @Override
    public boolean verifySeal(SealVerification seal) {
        return ByteBuffer.wrap(sealProof(seal)).equals(ByteBuffer.wrap(seal.proof()));
    }

    private static UnsupportedOperationException notSimulated() {
        return new UnsupportedOperationException("the simulation plays window proofs only");
    }

    @Override
    public PieceInfo addPiece(
            RegisteredSealProof proof,
            Optional<Path> source,
            UnpaddedSize size,
            Path staged,
            List<UnpaddedSize> existing) {
        throw notSimulated();
    }

    @Override
    public Commitment commD(RegisteredSealProof proof, List<PieceInfo> pieces) {
        throw notSimulated();
    }

    @Override
    public byte[] preCommit1(
            RegisteredSealProof proof, SectorFiles files, SectorId sector, Randomness ticket, List<PieceInfo> pieces) {
        throw notSimulated();
    }

    @Override
    public SealedCommitments preCommit2(byte[] phase1, SectorFiles files) {
        throw notSimulated();
    }

    @Override
    public byte[] commit1(
            RegisteredSealProof proof,
            SectorFiles files,
            SectorId sector,
            Randomness ticket,
            Randomness seed,
            SealedCommitments commitments,
            List<PieceInfo> pieces) {
        throw notSimulated();
    }

    @Override
    public byte[] commit2(byte[] phase1, SectorId sector) {
        throw notSimulated();
    }

    @Override
    public void clearCache(SectorFiles files) {
        throw notSimulated();
    }

    @Override
    public long unseal(
            RegisteredSealProof proof,
            SectorFiles files,
            Path out,
            SectorId sector,
            Commitment commD,
            Randomness ticket,
            long unpaddedOffset,
            UnpaddedSize size) {
        throw notSimulated();
    }

    @Override
    public byte[] aggregateSeals(RegisteredSealProof proof, List<SealVerification> seals) {
        throw notSimulated();
    }

    @Override
    public boolean verifyAggregateSeals(RegisteredSealProof proof, List<SealVerification> seals, byte[] aggregate) {
        throw notSimulated();
    }

    @Override
    public List<Long> winningPoStChallenge(
            RegisteredPoStProof proof, Randomness randomness, ActorId miner, long eligible) {
        throw notSimulated();
    }

    @Override
    public List<PoStProof> winningPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
        throw notSimulated();
    }

    @Override
    public boolean verifyWinningPoSt(
            Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner) {
        throw notSimulated();
    }

    @Override
    public String version() {
        return "simulated";
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
