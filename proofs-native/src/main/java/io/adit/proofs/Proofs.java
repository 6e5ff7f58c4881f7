package io.adit.proofs;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.UnpaddedSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Every proof operation a storage provider needs, over the chain's own proof numbers.
 *
 * <p>All calls block; sealing calls may take hours for large sectors and use every core. All calls are safe to use from
 * several threads. Each one can be repeated after a crash at any instant and then gives the same answer. A failure is a
 * {@link ProofsException} whose code says whether parameters are missing, an input was refused, the library failed or
 * the worker process died too often.
 *
 * <p>Source of the operations: {@code filecoin-proofs-api} 19.1.0; of the numbers: the built-in actors'
 * {@code RegisteredSealProof} and {@code RegisteredPoStProof}.
 */
public interface Proofs extends AutoCloseable {

    /**
     * Appends one piece to a staged sector file, fr32-padded, and computes its commitment.
     *
     * @param source the piece's bytes; a file shorter than {@code size} is followed by zeroes, empty means all zeroes
     * @param size unpadded size of the piece, 127 * 2^n bytes
     * @param staged the sector's unsealed file (created when missing); whatever follows the existing pieces is dropped
     * @param existing unpadded sizes of the pieces already in the file, in order, padding pieces included
     */
    PieceInfo addPiece(
            RegisteredSealProof proof,
            Optional<Path> source,
            UnpaddedSize size,
            Path staged,
            List<UnpaddedSize> existing);

    /** Unsealed sector commitment of the pieces in order; the rest of the sector is zeroes. */
    Commitment commD(RegisteredSealProof proof, List<PieceInfo> pieces);

    /**
     * Labels the sector (phase 1 of pre-commit). The sealed file is written anew, and the cache directory, too, but for layers
     * of the same replica that an earlier call has put on disk.
     *
     * @param ticket chain randomness of the seal epoch
     * @return opaque bytes for {@link #preCommit2}
     */
    byte[] preCommit1(
            RegisteredSealProof proof, SectorFiles files, SectorId sector, Randomness ticket, List<PieceInfo> pieces);

    /**
     * Encodes the replica in place and builds its trees (phase 2 of pre-commit). When an earlier try was cut off midway
     * the sealed file is first restored from the unsealed one, which must therefore still be there.
     */
    SealedCommitments preCommit2(byte[] phase1, SectorFiles files);

    /**
     * Opens the challenged nodes (phase 1 of commit).
     *
     * @param seed interactive randomness, not all zero
     * @return opaque bytes for {@link #commit2}
     */
    byte[] commit1(
            RegisteredSealProof proof,
            SectorFiles files,
            SectorId sector,
            Randomness ticket,
            Randomness seed,
            SealedCommitments commitments,
            List<PieceInfo> pieces);

    /** Makes the Groth16 proof: 192 bytes per partition. Uses every core and some 3 GiB at the devnet's sizes. */
    byte[] commit2(byte[] phase1, SectorId sector);

    /** Whether the seal proof holds; malformed proof bytes or commitments are {@code false}, missing keys an error. */
    boolean verifySeal(SealVerification seal);

    /** Removes layers and trees that are of no use once the sector is proven; keeps what window PoSt and unseal need. */
    void clearCache(SectorFiles files);

    /**
     * Recovers a byte range of the original data.
     *
     * @param out written under a temporary name, synced, then renamed into place
     * @param unpaddedOffset first byte in the unpadded sector
     * @return bytes written
     */
    long unseal(
            RegisteredSealProof proof,
            SectorFiles files,
            Path out,
            SectorId sector,
            Commitment commD,
            Randomness ticket,
            long unpaddedOffset,
            UnpaddedSize size);

    /** Aggregates seal proofs of one miner (SnarkPack v2, FIP-0013); all must be of the given type, at least one. */
    byte[] aggregateSeals(RegisteredSealProof proof, List<SealVerification> seals);

    /** Whether the aggregate holds for exactly these seals in this order (their own {@code proof} bytes are unused). */
    boolean verifyAggregateSeals(RegisteredSealProof proof, List<SealVerification> seals, byte[] aggregate);

    /**
     * Proves a partition's sectors for window PoSt. Sectors whose files cannot be read or do not match are left out of
     * the proof and named; when none is left there are no proofs.
     *
     * @param proof a window PoSt type
     * @param randomness challenge; the top two bits are cleared as the chain does
     */
    WindowPoSt windowPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas);

    /**
     * As above, with the time there is for it, waiting for a free worker included. A proof in a process of its own is stopped
     * then and fails with {@link ProofsError#WORKER_TIMEOUT}; who asked knows whether another try still has time. Within this
     * process nothing can stop the library, so there the time is no limit.
     */
    default WindowPoSt windowPoSt(
            RegisteredPoStProof proof,
            ActorId miner,
            Randomness randomness,
            List<PrivateReplica> replicas,
            Duration within) {
        return windowPoSt(proof, miner, randomness, replicas);
    }

    /** Whether the window proofs hold for these sectors; malformed bytes are {@code false}, missing keys an error. */
    boolean verifyWindowPoSt(
            Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner);

    /** Indices into the list of eligible sectors that a block's election challenges (winning PoSt). */
    List<Long> winningPoStChallenge(RegisteredPoStProof proof, Randomness randomness, ActorId miner, long eligible);

    /** Proves the challenged sectors for a won election. */
    List<PoStProof> winningPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas);

    /** Whether the winning proofs hold for these sectors; malformed bytes are {@code false}, missing keys an error. */
    boolean verifyWinningPoSt(
            Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner);

    /** Version, CPU features and accelerator of the library behind this object, for logs and {@code --version}. */
    String version();

    @Override
    void close();
}
