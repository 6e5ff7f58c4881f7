package io.adit.simulation;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.CommP;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.PieceTree;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.UnpaddedSize;
import io.adit.core.ipld.Hashes;
import io.adit.core.time.Timeline;
import io.adit.proofs.PartialProofs;
import io.adit.proofs.PoStProof;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.ProofsError;
import io.adit.proofs.ProofsException;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.SealVerification;
import io.adit.proofs.SealedCommitments;
import io.adit.proofs.SectorFiles;
import io.adit.proofs.WindowPoSt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Proofs without their mathematics: a window or winning proof is a hash over the miner, the challenge and the sectors it
 * claims, a seal proof one over what the chain verifies it against; each takes simulated time to make. A proof over other
 * sectors, another challenge or of another miner does not verify, as with real ones. The worker behind it can be made to
 * die, to be slow, or to give wrong proofs; winning proofs have a worker of their own, which is always well.
 */
final class SimulatedProofs extends PartialProofs {
    private static final int PROOF_BYTES = 192;

    /** Of a winning proof. */
    private static final Duration WINNING = Duration.ofSeconds(3);

    private static final Duration SHORT = Duration.ofSeconds(5);
    private static final Duration LABELLING = Duration.ofMinutes(5);
    private static final Duration TREES = Duration.ofMinutes(2);

    private final Coverage story;
    private final Timeline timeline;
    private final SimulatedDisks disks;
    private final RandomGenerator random;
    private final Set<ByteBuffer> verifiedHere = new HashSet<>();
    private Duration proofTime = Duration.ofSeconds(40);
    private double dies;
    private double wrong;

    SimulatedProofs(Timeline timeline, SimulatedDisks disks, RandomGenerator random, Coverage story) {
        this.story = story;
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
                number(seal.sector()),
                seal.commR().bytes(),
                seal.commD().bytes(),
                seal.ticket().bytes(),
                seal.seed().bytes());
    }

    private static byte[] windowProof(ActorId miner, Randomness challenge, List<PublicReplica> replicas) {
        return spacetimeProof("window", miner, challenge, replicas);
    }

    private static byte[] spacetimeProof(
            String kind, ActorId miner, Randomness challenge, List<PublicReplica> replicas) {
        var said = new ByteArrayOutputStream();
        replicas.stream().sorted(Comparator.comparing(PublicReplica::number)).forEach(replica -> {
            said.writeBytes(
                    ByteBuffer.allocate(8).putLong(replica.number().value()).array());
            said.writeBytes(replica.commR().bytes());
        });
        // The real library makes a field element of the challenge in this way.
        var element = challenge.bytes();
        element[element.length - 1] &= 0x3f;
        return hash(kind, ByteBuffer.allocate(8).putLong(miner.value()).array(), element, said.toByteArray());
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
        work(proofTime);
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
        var bytes = spoiled(windowProof(miner, randomness, proven));
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

    // ---- winning ---------------------------------------------------------------------------------

    @Override
    public List<Long> winningPoStChallenge(
            RegisteredPoStProof proof, Randomness randomness, ActorId miner, long eligible) {
        var drawn = new BigInteger(1, hash("challenge", randomness.bytes()));
        return List.of(drawn.mod(BigInteger.valueOf(eligible)).longValueExact());
    }

    @Override
    public List<PoStProof> winningPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
        pass(WINNING);
        var claimed = replicas.stream()
                .map(replica -> new PublicReplica(replica.number(), replica.commR()))
                .toList();
        return List.of(new PoStProof(proof, spacetimeProof("winning", miner, randomness, claimed)));
    }

    @Override
    public boolean verifyWinningPoSt(
            Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner) {
        return proofs.size() == 1
                && ByteBuffer.wrap(spacetimeProof("winning", miner, randomness, replicas))
                        .equals(ByteBuffer.wrap(proofs.getFirst().proof()));
    }

    // ---- sealing ---------------------------------------------------------------------------------

    @Override
    public boolean verifySeal(SealVerification seal) {
        boolean holds = ByteBuffer.wrap(sealProof(seal)).equals(ByteBuffer.wrap(seal.proof()));
        if (holds) {
            verifiedHere.add(ByteBuffer.wrap(seal.proof()));
        }
        return holds;
    }

    @Override
    public PieceInfo addPiece(
            RegisteredSealProof proof,
            Optional<Path> source,
            UnpaddedSize size,
            Path staged,
            List<UnpaddedSize> existing) {
        pass(SHORT);
        var payload = source.map(SimulatedProofs::read).orElseGet(() -> new byte[(int) size.bytes()]);
        // Its length is what counts: nothing of the simulation reads the sector's data again.
        write(staged, new byte[(int) size.padded().bytes()], StandardOpenOption.APPEND);
        var commP = new CommP();
        commP.update(payload, 0, payload.length);
        return commP.finish(size.padded());
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Commitment commD(RegisteredSealProof proof, List<PieceInfo> pieces) {
        return PieceTree.commD(pieces, proof.sectorSize().padded());
    }

    @Override
    public byte[] preCommit1(
            RegisteredSealProof proof, SectorFiles files, SectorId sector, Randomness ticket, List<PieceInfo> pieces) {
        work(LABELLING);
        write(files.sealed(), new byte[(int) proof.sectorSize().bytes()], StandardOpenOption.TRUNCATE_EXISTING);
        write(files.cache().resolve("layers"), ticket.bytes(), StandardOpenOption.TRUNCATE_EXISTING);
        // What the second phase knows of the data comes with the first one's output.
        var data = commD(proof, pieces).bytes();
        var labels = ByteBuffer.allocate(PROOF_BYTES + data.length);
        return labels.put(hash("labels", number(sector), ticket.bytes(), data))
                .put(data)
                .array();
    }

    @Override
    public SealedCommitments preCommit2(byte[] phase1, SectorFiles files) {
        work(TREES);
        var replica = Arrays.copyOf(hash("replica", phase1), Commitment.LENGTH);
        replica[Commitment.LENGTH - 1] &= 0x1f;
        write(files.cache().resolve("p_aux"), replica, StandardOpenOption.TRUNCATE_EXISTING);
        var data = Arrays.copyOfRange(phase1, PROOF_BYTES, phase1.length);
        return new SealedCommitments(Commitment.of(replica), Commitment.of(data));
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
        work(SHORT);
        return sealProof(new SealVerification(
                proof, sector, commitments.commR(), commitments.commD(), ticket, seed, new byte[0]));
    }

    @Override
    public byte[] commit2(byte[] phase1, SectorId sector) {
        work(TREES);
        return spoiled(phase1.clone());
    }

    @Override
    public void clearCache(SectorFiles files) {
        try {
            Files.deleteIfExists(files.cache().resolve("layers"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] number(SectorId sector) {
        return ByteBuffer.allocate(16)
                .putLong(sector.miner().value())
                .putLong(sector.number().value())
                .array();
    }

    private static void write(Path file, byte[] bytes, StandardOpenOption how) {
        try {
            Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A call of the worker: takes its time, and may be its last. */
    private void work(Duration time) {
        pass(time.plusMillis(random.nextLong(1, time.toMillis() / 2 + 2)));
        if (random.nextDouble() < dies) {
            story.saw("prover died");
            throw new ProofsException(ProofsError.WORKER_DIED, "the simulated worker died");
        }
    }

    private byte[] spoiled(byte[] proof) {
        if (random.nextDouble() < wrong) {
            story.saw("prover gave a wrong proof");
            proof[random.nextInt(proof.length)] ^= 1;
        }
        return proof;
    }

    @Override
    public String version() {
        return "simulated";
    }
}
