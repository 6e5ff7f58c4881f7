package io.adit.proofs;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.UnpaddedSize;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proof library inside this process.
 *
 * <p>For verifiers, tests and the worker process. A node seals through {@link WorkerProofs}: whatever kills native code
 * kills the process that hosts it. The library reads its settings once per process; a second instance with other
 * settings in the same process keeps the first one's.
 */
public final class NativeProofs implements Proofs {
    private static final Logger LOG = LoggerFactory.getLogger(NativeProofs.class);
    private static final int PANIC = 2;
    private static final List<String> LIBRARY_VARIABLES =
            List.of("FIL_PROOFS_", "RAYON_", "EC_GPU_", "BELLMAN_", "NEPTUNE_", "ADIT_LOG_LEVEL");

    /** One entry of the C ABI with its arguments bound; takes the two out-parameters. */
    interface Entry {
        int call(PointerByReference out, LongByReference outLength);
    }

    /** How a class gives back a buffer of the library that it has bound. */
    interface Free {
        void call(Pointer buffer, long length);
    }

    private NativeProofs() {}

    /** Loads the library and hands it its settings. */
    public static NativeProofs open(NativeLibrary library, ProofSettings settings) {
        return open(library, settings.environment());
    }

    /** Whether a variable is one of those that {@code adit_init} takes. */
    static boolean isLibraryVariable(String name) {
        return LIBRARY_VARIABLES.stream().anyMatch(name::startsWith);
    }

    static NativeProofs open(NativeLibrary library, Map<String, String> environment) {
        try {
            AditFfi.bind(library);
        } catch (UnsatisfiedLinkError refused) {
            throw new ProofsException(
                    ProofsError.LIBRARY_MISSING, "Loading " + library.file() + ": " + refused.getMessage(), refused);
        }
        requireAbi(library, AditFfi.adit_abi());
        var lines = environment.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("\n"))
                .getBytes(StandardCharsets.UTF_8);
        answer("init", (out, length) -> AditFfi.adit_init(lines, lines.length, out, length));
        return new NativeProofs();
    }

    static void requireAbi(NativeLibrary library, int abi) {
        if (abi != AditFfi.ABI) {
            throw new ProofsException(
                    ProofsError.LIBRARY_MISSING,
                    "Loading %s: it speaks ABI %d, this program %d. Build both from the same source."
                            .formatted(library.file(), abi, AditFfi.ABI));
        }
    }

    @Override
    public PieceInfo addPiece(
            RegisteredSealProof proof,
            Optional<Path> source,
            UnpaddedSize size,
            Path staged,
            List<UnpaddedSize> existing) {
        var sourcePath = source.map(Packed::utf8).orElse(new byte[0]);
        var stagedPath = Packed.utf8(staged);
        var sizes = Packed.sizes(existing);
        var answer = answer(
                "add piece",
                (out, length) -> AditFfi.adit_add_piece(
                        proof.number(),
                        sourcePath,
                        sourcePath.length,
                        size.bytes(),
                        stagedPath,
                        stagedPath.length,
                        sizes,
                        existing.size(),
                        out,
                        length));
        var buffer = little(answer, Commitment.LENGTH + Long.BYTES);
        return new PieceInfo(commitment(buffer), new UnpaddedSize(buffer.getLong()).padded());
    }

    @Override
    public Commitment commD(RegisteredSealProof proof, List<PieceInfo> pieces) {
        var packed = Packed.pieces(pieces);
        return Commitment.of(answer(
                "CommD", (out, length) -> AditFfi.adit_comm_d(proof.number(), packed, pieces.size(), out, length)));
    }

    @Override
    public byte[] preCommit1(
            RegisteredSealProof proof, SectorFiles files, SectorId sector, Randomness ticket, List<PieceInfo> pieces) {
        var unsealed = Packed.utf8(files.unsealed());
        var sealed = Packed.utf8(files.sealed());
        var cache = Packed.utf8(files.cache());
        var packed = Packed.pieces(pieces);
        return answer(
                "pre-commit phase 1 of " + sector,
                (out, length) -> AditFfi.adit_pre_commit1(
                        proof.number(),
                        unsealed,
                        unsealed.length,
                        sealed,
                        sealed.length,
                        cache,
                        cache.length,
                        sector.miner().value(),
                        sector.number().value(),
                        ticket.bytes(),
                        packed,
                        pieces.size(),
                        out,
                        length));
    }

    @Override
    public SealedCommitments preCommit2(byte[] phase1, SectorFiles files) {
        var unsealed = Packed.utf8(files.unsealed());
        var sealed = Packed.utf8(files.sealed());
        var cache = Packed.utf8(files.cache());
        var answer = answer(
                "pre-commit phase 2 of " + files.sealed(),
                (out, length) -> AditFfi.adit_pre_commit2(
                        phase1,
                        phase1.length,
                        unsealed,
                        unsealed.length,
                        sealed,
                        sealed.length,
                        cache,
                        cache.length,
                        out,
                        length));
        var buffer = little(answer, 2 * Commitment.LENGTH);
        return new SealedCommitments(commitment(buffer), commitment(buffer));
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
        var sealed = Packed.utf8(files.sealed());
        var cache = Packed.utf8(files.cache());
        var packed = Packed.pieces(pieces);
        return answer(
                "commit phase 1 of " + sector,
                (out, length) -> AditFfi.adit_commit1(
                        proof.number(),
                        sealed,
                        sealed.length,
                        cache,
                        cache.length,
                        sector.miner().value(),
                        sector.number().value(),
                        ticket.bytes(),
                        seed.bytes(),
                        commitments.commR().bytes(),
                        commitments.commD().bytes(),
                        packed,
                        pieces.size(),
                        out,
                        length));
    }

    @Override
    public byte[] commit2(byte[] phase1, SectorId sector) {
        return answer(
                "commit phase 2 of " + sector,
                (out, length) -> AditFfi.adit_commit2(
                        phase1,
                        phase1.length,
                        sector.miner().value(),
                        sector.number().value(),
                        out,
                        length));
    }

    @Override
    public boolean verifySeal(SealVerification seal) {
        var proof = seal.proof();
        return holds(answer(
                "seal verification of " + seal.sector(),
                (out, length) -> AditFfi.adit_verify_seal(
                        seal.proofType().number(),
                        seal.sector().miner().value(),
                        seal.sector().number().value(),
                        seal.commR().bytes(),
                        seal.commD().bytes(),
                        seal.ticket().bytes(),
                        seal.seed().bytes(),
                        proof,
                        proof.length,
                        out,
                        length)));
    }

    @Override
    public void clearCache(SectorFiles files) {
        var cache = Packed.utf8(files.cache());
        answer(
                "clearing " + files.cache(),
                (out, length) -> AditFfi.adit_clear_cache(cache, cache.length, out, length));
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
        var sealed = Packed.utf8(files.sealed());
        var cache = Packed.utf8(files.cache());
        var target = Packed.utf8(out);
        var answer = answer(
                "unsealing " + sector,
                (result, length) -> AditFfi.adit_unseal(
                        proof.number(),
                        sealed,
                        sealed.length,
                        cache,
                        cache.length,
                        target,
                        target.length,
                        sector.miner().value(),
                        sector.number().value(),
                        commD.bytes(),
                        ticket.bytes(),
                        unpaddedOffset,
                        size.bytes(),
                        result,
                        length));
        return little(answer, Long.BYTES).getLong();
    }

    @Override
    public byte[] aggregateSeals(RegisteredSealProof proof, List<SealVerification> seals) {
        var packed = Packed.seals(seals);
        var proofs = new ByteArrayOutputStream();
        seals.forEach(seal -> proofs.writeBytes(seal.proof()));
        var joined = proofs.toByteArray();
        return answer(
                "aggregating " + seals.size() + " seals",
                (out, length) -> AditFfi.adit_aggregate_seals(
                        proof.number(), packed, seals.size(), joined, joined.length, out, length));
    }

    @Override
    public boolean verifyAggregateSeals(RegisteredSealProof proof, List<SealVerification> seals, byte[] aggregate) {
        var packed = Packed.seals(seals);
        var miner = seals.isEmpty() ? 0 : seals.getFirst().sector().miner().value();
        return holds(answer(
                "verifying an aggregate of " + seals.size() + " seals",
                (out, length) -> AditFfi.adit_verify_aggregate_seals(
                        proof.number(), miner, packed, seals.size(), aggregate, aggregate.length, out, length)));
    }

    @Override
    public WindowPoSt windowPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
        var packed = Packed.privateReplicas(replicas);
        var paths = Packed.paths(replicas);
        var answer = answer(
                "window PoSt over " + replicas.size() + " sectors",
                (out, length) -> AditFfi.adit_window_post(
                        proof.number(),
                        miner.value(),
                        randomness.bytes(),
                        packed,
                        replicas.size(),
                        paths,
                        paths.length,
                        out,
                        length));
        return readWindowPoSt(proof, answer);
    }

    private static WindowPoSt readWindowPoSt(RegisteredPoStProof proof, byte[] answer) {
        var buffer = little(answer, answer.length);
        var bytes = take(buffer, buffer.getInt());
        var faulty = new ArrayList<SectorNumber>();
        for (int left = buffer.getInt(); left > 0; left--) {
            var number = new SectorNumber(buffer.getLong());
            var reason = new String(take(buffer, buffer.getInt()), StandardCharsets.UTF_8);
            LOG.warn("Sector {} cannot be proven: {}", number, reason);
            faulty.add(number);
        }
        return new WindowPoSt(bytes.length == 0 ? List.of() : List.of(new PoStProof(proof, bytes)), faulty);
    }

    @Override
    public boolean verifyWindowPoSt(
            Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner) {
        if (proofs.size() != 1 || proofs.getFirst().type().isWinning()) {
            return false;
        }
        var type = proofs.getFirst().type();
        var proof = proofs.getFirst().proof();
        var packed = Packed.publicReplicas(replicas);
        return holds(answer(
                "window PoSt verification",
                (out, length) -> AditFfi.adit_verify_window_post(
                        type.number(),
                        miner.value(),
                        randomness.bytes(),
                        packed,
                        replicas.size(),
                        proof,
                        proof.length,
                        out,
                        length)));
    }

    @Override
    public List<Long> winningPoStChallenge(
            RegisteredPoStProof proof, Randomness randomness, ActorId miner, long eligible) {
        var answer = answer(
                "winning PoSt challenge",
                (out, length) -> AditFfi.adit_winning_post_challenge(
                        proof.number(), miner.value(), randomness.bytes(), eligible, out, length));
        var buffer = little(answer, answer.length);
        var indices = new ArrayList<Long>();
        while (buffer.hasRemaining()) {
            indices.add(buffer.getLong());
        }
        return List.copyOf(indices);
    }

    @Override
    public List<PoStProof> winningPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
        var packed = Packed.privateReplicas(replicas);
        var paths = Packed.paths(replicas);
        return List.of(new PoStProof(
                proof,
                answer(
                        "winning PoSt",
                        (out, length) -> AditFfi.adit_winning_post(
                                proof.number(),
                                miner.value(),
                                randomness.bytes(),
                                packed,
                                replicas.size(),
                                paths,
                                paths.length,
                                out,
                                length))));
    }

    @Override
    public boolean verifyWinningPoSt(
            Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner) {
        if (proofs.size() != 1 || !proofs.getFirst().type().isWinning()) {
            return false;
        }
        var type = proofs.getFirst().type();
        var proof = proofs.getFirst().proof();
        var packed = Packed.publicReplicas(replicas);
        return holds(answer(
                "winning PoSt verification",
                (out, length) -> AditFfi.adit_verify_winning_post(
                        type.number(),
                        miner.value(),
                        randomness.bytes(),
                        packed,
                        replicas.size(),
                        proof,
                        proof.length,
                        out,
                        length)));
    }

    @Override
    public String version() {
        return new String(answer("version", AditFfi::adit_version), StandardCharsets.UTF_8)
                .strip()
                .replace('\n', ' ');
    }

    /** Nothing to release: a loaded library stays for the life of the process. */
    @Override
    public void close() {}

    private static byte[] answer(String what, Entry entry) {
        return answer(what, entry, AditFfi::adit_free);
    }

    /** What the entry answers; its buffer is given back by {@code free}. */
    static byte[] answer(String what, Entry entry, Free free) {
        var out = new PointerByReference();
        var length = new LongByReference();
        var code = entry.call(out, length);
        var pointer = out.getValue();
        if (pointer == null) {
            throw new ProofsException(ProofsError.INVALID_INPUT, what + ": the library gave no answer");
        }
        byte[] bytes;
        try {
            bytes = pointer.getByteArray(0, Math.toIntExact(length.getValue()));
        } finally {
            free.call(pointer, length.getValue());
        }
        if (code == 0) {
            return bytes;
        }
        throw failure(what, code, new String(bytes, StandardCharsets.UTF_8));
    }

    private static ProofsException failure(String what, int code, String text) {
        var split = text.indexOf('\n');
        var kind = split < 0 ? text : text.substring(0, split);
        if (kind.equals("panic-in-sector")) {
            return sectorPanic(what, text.substring(split + 1));
        }
        var message = what + ": " + (split < 0 ? "no message" : text.substring(split + 1));
        var error = code == PANIC
                ? ProofsError.NATIVE_PANIC
                : switch (kind) {
                    case "parameters-missing" -> ProofsError.PARAMETERS_MISSING;
                    case "invalid-input" -> ProofsError.INVALID_INPUT;
                    default -> ProofsError.PROOF_FAILED;
                };
        return new ProofsException(error, message);
    }

    private static ProofsException sectorPanic(String what, String text) {
        var split = text.indexOf('\n');
        var sector = new SectorNumber(Long.parseUnsignedLong(text.substring(0, split)));
        return new ProofsException(
                ProofsError.NATIVE_PANIC,
                "%s: at sector %s: %s".formatted(what, sector, text.substring(split + 1)),
                Optional.of(sector));
    }

    private static boolean holds(byte[] answer) {
        return Arrays.equals(answer, new byte[] {1});
    }

    private static ByteBuffer little(byte[] answer, int expected) {
        if (answer.length != expected) {
            throw new ProofsException(
                    ProofsError.INVALID_INPUT,
                    "The library answered %d bytes where %d were due".formatted(answer.length, expected));
        }
        return ByteBuffer.wrap(answer).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Commitment commitment(ByteBuffer buffer) {
        return Commitment.of(take(buffer, Commitment.LENGTH));
    }

    private static byte[] take(ByteBuffer buffer, int count) {
        var bytes = new byte[count];
        buffer.get(bytes);
        return bytes;
    }
}
