package io.adit.proofs;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The values that cross between node and worker, as CBOR; arrays in the order of the records' components. */
final class WorkerValues {
    static final int MAX_PATH = 4096;
    /** A window PoSt partition has at most 2349 sectors, an aggregate at most 819 seals. */
    static final int MAX_ITEMS = 10_000;

    static final int MAX_PROOF = 4 << 20;

    private WorkerValues() {}

    static void path(CborWriter out, Path path) {
        out.text(path.toAbsolutePath().toString());
    }

    static Path path(CborReader in) {
        return Path.of(in.text(MAX_PATH));
    }

    static void commitment(CborWriter out, Commitment commitment) {
        out.bytes(commitment.bytes());
    }

    static Commitment commitment(CborReader in) {
        return Commitment.of(in.bytes(Commitment.LENGTH));
    }

    static void randomness(CborWriter out, Randomness randomness) {
        out.bytes(randomness.bytes());
    }

    static Randomness randomness(CborReader in) {
        return Randomness.of(in.bytes(Randomness.LENGTH));
    }

    static void sector(CborWriter out, SectorId sector) {
        out.array(2).uint(sector.miner().value()).uint(sector.number().value());
    }

    static SectorId sector(CborReader in) {
        in.array(2);
        return new SectorId(new ActorId(in.uint()), new SectorNumber(in.uint()));
    }

    static void files(CborWriter out, SectorFiles files) {
        out.array(3);
        path(out, files.unsealed());
        path(out, files.sealed());
        path(out, files.cache());
    }

    static SectorFiles files(CborReader in) {
        in.array(3);
        return new SectorFiles(path(in), path(in), path(in));
    }

    static RegisteredSealProof sealProof(CborReader in) {
        return RegisteredSealProof.fromNumber(in.uint());
    }

    static RegisteredPoStProof postProofType(CborReader in) {
        return RegisteredPoStProof.fromNumber(in.uint());
    }

    static void piece(CborWriter out, PieceInfo piece) {
        out.array(2).bytes(piece.commP().bytes()).uint(piece.size().bytes());
    }

    static PieceInfo piece(CborReader in) {
        in.array(2);
        return new PieceInfo(commitment(in), new PaddedSize(in.uint()));
    }

    static void commitments(CborWriter out, SealedCommitments commitments) {
        out.array(2);
        commitment(out, commitments.commR());
        commitment(out, commitments.commD());
    }

    static SealedCommitments commitments(CborReader in) {
        in.array(2);
        return new SealedCommitments(commitment(in), commitment(in));
    }

    static void seal(CborWriter out, SealVerification seal) {
        out.array(7).uint(seal.proofType().number());
        sector(out, seal.sector());
        commitment(out, seal.commR());
        commitment(out, seal.commD());
        randomness(out, seal.ticket());
        randomness(out, seal.seed());
        out.bytes(seal.proof());
    }

    static SealVerification seal(CborReader in) {
        in.array(7);
        return new SealVerification(
                sealProof(in),
                sector(in),
                commitment(in),
                commitment(in),
                randomness(in),
                randomness(in),
                in.bytes(MAX_PROOF));
    }

    static void privateReplica(CborWriter out, PrivateReplica replica) {
        out.array(4).uint(replica.number().value());
        commitment(out, replica.commR());
        path(out, replica.cache());
        path(out, replica.sealed());
    }

    static PrivateReplica privateReplica(CborReader in) {
        in.array(4);
        return new PrivateReplica(new SectorNumber(in.uint()), commitment(in), path(in), path(in));
    }

    static void publicReplica(CborWriter out, PublicReplica replica) {
        out.array(2).uint(replica.number().value());
        commitment(out, replica.commR());
    }

    static PublicReplica publicReplica(CborReader in) {
        in.array(2);
        return new PublicReplica(new SectorNumber(in.uint()), commitment(in));
    }

    static void postProof(CborWriter out, PoStProof proof) {
        out.array(2).uint(proof.type().number()).bytes(proof.proof());
    }

    static PoStProof postProof(CborReader in) {
        in.array(2);
        return new PoStProof(postProofType(in), in.bytes(MAX_PROOF));
    }

    static <T> void list(CborWriter out, List<T> items, BiConsumer<CborWriter, T> write) {
        out.array(items.size());
        items.forEach(item -> write.accept(out, item));
    }

    static <T> List<T> list(CborReader in, Function<CborReader, T> read) {
        var count = in.array();
        if (count > MAX_ITEMS) {
            throw new InvalidValueException("items in a worker's list", count, "at most " + MAX_ITEMS);
        }
        var items = new ArrayList<T>(count);
        for (int i = 0; i < count; i++) {
            items.add(read.apply(in));
        }
        return List.copyOf(items);
    }
}
