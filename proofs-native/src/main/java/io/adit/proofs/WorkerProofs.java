package io.adit.proofs;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.UnpaddedSize;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The proof library in supervised child processes.
 *
 * <p>A call goes to a worker of its operation's lane. When the worker panics, is killed or dies, another one is started
 * and the call repeated, a bounded number of times, once when it took longer than its limit; all operations of {@link Proofs} can be repeated. An error that the
 * library reports is not repeated, for it would come again.
 */
public final class WorkerProofs implements Proofs {
    private final Map<WorkerLane, WorkerPool> pools = new EnumMap<>(WorkerLane.class);
    private final WorkerOptions options;

    public WorkerProofs(WorkerOptions options, ProofsListener listener) {
        this.options = options;
        for (var lane : WorkerLane.values()) {
            pools.put(lane, new WorkerPool(lane, options, listener));
        }
    }

    /** The live workers; a lane has none before its first call. */
    public List<WorkerState> workers() {
        return pools.values().stream().flatMap(pool -> pool.states().stream()).toList();
    }

    private <T> T call(
            ProofOperation operation, int parameters, Consumer<CborWriter> write, Function<CborReader, T> read) {
        return call(operation, Optional.empty(), parameters, write, read);
    }

    private <T> T call(
            ProofOperation operation,
            Optional<Duration> within,
            int parameters,
            Consumer<CborWriter> write,
            Function<CborReader, T> read) {
        var arguments = new CborWriter().array(parameters);
        write.accept(arguments);
        var pool = pools.get(operation.lane());
        if (pool == null) {
            throw new IllegalStateException("no workers for " + operation.lane());
        }
        var answer = new CborReader(pool.call(operation, arguments.toByteArray(), within));
        var value = read.apply(answer);
        answer.end();
        return value;
    }

    private static byte[] readBytes(CborReader in) {
        return in.bytes(FrameChannel.MAX_FRAME);
    }

    @Override
    public PieceInfo addPiece(
            RegisteredSealProof proof,
            Optional<Path> source,
            UnpaddedSize size,
            Path staged,
            List<UnpaddedSize> existing) {
        return call(
                ProofOperation.ADD_PIECE,
                5,
                out -> {
                    out.uint(proof.number());
                    source.ifPresentOrElse(path -> WorkerValues.path(out, path), out::nul);
                    out.uint(size.bytes());
                    WorkerValues.path(out, staged);
                    WorkerValues.list(out, existing, (to, item) -> to.uint(item.bytes()));
                },
                WorkerValues::piece);
    }

    @Override
    public Commitment commD(RegisteredSealProof proof, List<PieceInfo> pieces) {
        return call(
                ProofOperation.COMM_D,
                2,
                out -> {
                    out.uint(proof.number());
                    WorkerValues.list(out, pieces, WorkerValues::piece);
                },
                WorkerValues::commitment);
    }

    @Override
    public byte[] preCommit1(
            RegisteredSealProof proof, SectorFiles files, SectorId sector, Randomness ticket, List<PieceInfo> pieces) {
        return call(
                ProofOperation.PRE_COMMIT_1,
                5,
                out -> {
                    out.uint(proof.number());
                    WorkerValues.files(out, files);
                    WorkerValues.sector(out, sector);
                    WorkerValues.randomness(out, ticket);
                    WorkerValues.list(out, pieces, WorkerValues::piece);
                },
                WorkerProofs::readBytes);
    }

    @Override
    public SealedCommitments preCommit2(byte[] phase1, SectorFiles files) {
        return call(
                ProofOperation.PRE_COMMIT_2,
                2,
                out -> {
                    out.bytes(phase1);
                    WorkerValues.files(out, files);
                },
                WorkerValues::commitments);
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
        return call(
                ProofOperation.COMMIT_1,
                7,
                out -> {
                    out.uint(proof.number());
                    WorkerValues.files(out, files);
                    WorkerValues.sector(out, sector);
                    WorkerValues.randomness(out, ticket);
                    WorkerValues.randomness(out, seed);
                    WorkerValues.commitments(out, commitments);
                    WorkerValues.list(out, pieces, WorkerValues::piece);
                },
                WorkerProofs::readBytes);
    }

    @Override
    public byte[] commit2(byte[] phase1, SectorId sector) {
        return call(
                ProofOperation.COMMIT_2,
                2,
                out -> {
                    out.bytes(phase1);
                    WorkerValues.sector(out, sector);
                },
                WorkerProofs::readBytes);
    }

    @Override
    public boolean verifySeal(SealVerification seal) {
        if (seal.proof().length > WorkerValues.MAX_PROOF) {
            return false;
        }
        return call(ProofOperation.VERIFY_SEAL, 1, out -> WorkerValues.seal(out, seal), CborReader::bool);
    }

    @Override
    public void clearCache(SectorFiles files) {
        call(ProofOperation.CLEAR_CACHE, 1, out -> WorkerValues.files(out, files), CborReader::bool);
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
        return call(
                ProofOperation.UNSEAL,
                8,
                to -> {
                    to.uint(proof.number());
                    WorkerValues.files(to, files);
                    WorkerValues.path(to, out);
                    WorkerValues.sector(to, sector);
                    WorkerValues.commitment(to, commD);
                    WorkerValues.randomness(to, ticket);
                    to.uint(unpaddedOffset).uint(size.bytes());
                },
                CborReader::uint);
    }

    @Override
    public byte[] aggregateSeals(RegisteredSealProof proof, List<SealVerification> seals) {
        return call(
                ProofOperation.AGGREGATE_SEALS,
                2,
                out -> {
                    out.uint(proof.number());
                    WorkerValues.list(out, seals, WorkerValues::seal);
                },
                WorkerProofs::readBytes);
    }

    @Override
    public boolean verifyAggregateSeals(RegisteredSealProof proof, List<SealVerification> seals, byte[] aggregate) {
        if (aggregate.length > WorkerValues.MAX_PROOF) {
            return false;
        }
        return call(
                ProofOperation.VERIFY_AGGREGATE_SEALS,
                3,
                out -> {
                    out.uint(proof.number());
                    WorkerValues.list(out, seals, WorkerValues::seal);
                    out.bytes(aggregate);
                },
                CborReader::bool);
    }

    /** Also leaves out sectors whose files make the library panic, as {@link PanickingSectors} tells. */
    @Override
    public WindowPoSt windowPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
        return PanickingSectors.leaveOut(
                replicas, order -> tryWindowPoSt(proof, miner, randomness, order, Optional.empty()));
    }

    @Override
    public WindowPoSt windowPoSt(
            RegisteredPoStProof proof,
            ActorId miner,
            Randomness randomness,
            List<PrivateReplica> replicas,
            Duration within) {
        long until = System.nanoTime() + within.toNanos();
        return PanickingSectors.leaveOut(
                replicas,
                order -> tryWindowPoSt(
                        proof,
                        miner,
                        randomness,
                        order,
                        Optional.of(Duration.ofNanos(Math.max(0, until - System.nanoTime())))));
    }

    private WindowPoSt tryWindowPoSt(
            RegisteredPoStProof proof,
            ActorId miner,
            Randomness randomness,
            List<PrivateReplica> replicas,
            Optional<Duration> within) {
        return call(
                ProofOperation.WINDOW_POST,
                within,
                4,
                out -> {
                    out.uint(proof.number()).uint(miner.value());
                    WorkerValues.randomness(out, randomness);
                    WorkerValues.list(out, replicas, WorkerValues::privateReplica);
                },
                WorkerDispatcher::readWindowPoSt);
    }

    @Override
    public boolean verifyWindowPoSt(
            Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner) {
        return verifyPoSt(ProofOperation.VERIFY_WINDOW_POST, randomness, proofs, replicas, miner);
    }

    @Override
    public List<Long> winningPoStChallenge(
            RegisteredPoStProof proof, Randomness randomness, ActorId miner, long eligible) {
        return call(
                ProofOperation.WINNING_POST_CHALLENGE,
                4,
                out -> {
                    out.uint(proof.number());
                    WorkerValues.randomness(out, randomness);
                    out.uint(miner.value()).uint(eligible);
                },
                in -> WorkerValues.list(in, CborReader::uint));
    }

    @Override
    public List<PoStProof> winningPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
        return call(
                ProofOperation.WINNING_POST,
                4,
                out -> {
                    out.uint(proof.number()).uint(miner.value());
                    WorkerValues.randomness(out, randomness);
                    WorkerValues.list(out, replicas, WorkerValues::privateReplica);
                },
                in -> WorkerValues.list(in, WorkerValues::postProof));
    }

    @Override
    public boolean verifyWinningPoSt(
            Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner) {
        return verifyPoSt(ProofOperation.VERIFY_WINNING_POST, randomness, proofs, replicas, miner);
    }

    private boolean verifyPoSt(
            ProofOperation operation,
            Randomness randomness,
            List<PoStProof> proofs,
            List<PublicReplica> replicas,
            ActorId miner) {
        if (proofs.size() != 1 || proofs.getFirst().proof().length > WorkerValues.MAX_PROOF) {
            return false;
        }
        return call(
                operation,
                4,
                out -> {
                    WorkerValues.randomness(out, randomness);
                    WorkerValues.list(out, proofs, WorkerValues::postProof);
                    WorkerValues.list(out, replicas, WorkerValues::publicReplica);
                    out.uint(miner.value());
                },
                CborReader::bool);
    }

    /** The library's file; its version is in the log when a worker starts. */
    @Override
    public String version() {
        return "workers with " + options.library().file();
    }

    /** Stops all workers; calls in flight end with {@link ProofsError#CLOSED}. */
    @Override
    public void close() {
        pools.values().forEach(WorkerPool::close);
    }
}
