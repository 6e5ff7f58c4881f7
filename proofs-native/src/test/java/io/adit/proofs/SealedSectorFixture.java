package io.adit.proofs;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.UnpaddedSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * One really sealed and really proven 2 KiB sector, shared by the tests of every module.
 *
 * <p>Sealing takes milliseconds, its Groth16 proof a minute of two cores: so the sector is sealed once per machine and
 * native library version and kept in {@code ~/.cache/adit/test-sectors}. Everything but the proof bytes (which contain
 * fresh randomness) is the same on every machine. The files are shared: a test that changes them takes its own copy with
 * {@link #copyTo}.
 *
 * @param files unsealed, sealed and cache of the finished sector (cache already cleared)
 * @param data the 2032 unpadded bytes of its only piece
 */
public record SealedSectorFixture(
        RegisteredSealProof proofType,
        SectorId sector,
        SectorFiles files,
        List<PieceInfo> pieces,
        byte[] data,
        SealedCommitments commitments,
        Randomness ticket,
        Randomness seed,
        byte[] proof) {

    public static final RegisteredSealProof PROOF_TYPE = RegisteredSealProof.interactive(SectorSize.KIB_2);
    /** The miner of a Lotus 2k devnet's genesis. */
    public static final ActorId MINER = new ActorId(1000);

    private static final SectorId SECTOR = new SectorId(MINER, new SectorNumber(1));
    private static final UnpaddedSize WHOLE = SectorSize.KIB_2.padded().unpadded();
    private static final Randomness TICKET = Randomness.of(bytes(32, 101));
    private static final Randomness SEED = Randomness.of(bytes(32, 102));
    private static final String RECORD = "sector.properties";

    /** The sector, sealed now if this machine has not done so yet (about a minute; parameters first if needed). */
    public static SealedSectorFixture get() {
        var proofs = ProofsTestKit.proofs();
        var directory = Path.of(System.getProperty("user.home"), ".cache", "adit", "test-sectors")
                .resolve(libraryVersion(proofs));
        try {
            Files.createDirectories(directory);
            try (var lockFile =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                // Released with the channel; waits for another process that seals the same sector.
                lockFile.lock();
                if (!Files.exists(directory.resolve(RECORD))) {
                    seal(proofs, directory);
                }
            }
            return read(directory);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Without the variant and the CPU: they change how long a proof takes, not what it is. */
    private static String libraryVersion(Proofs proofs) {
        var version = Pattern.compile("version=(\\S+) api=(\\S+)").matcher(proofs.version());
        if (!version.find()) {
            throw new IllegalStateException("unexpected version of the native library: " + proofs.version());
        }
        return version.group(1) + "-" + version.group(2);
    }

    /** What a verifier is given. */
    public SealVerification verification() {
        return new SealVerification(proofType, sector, commitments.commR(), commitments.commD(), ticket, seed, proof);
    }

    public PrivateReplica privateReplica() {
        return new PrivateReplica(sector.number(), commitments.commR(), files.cache(), files.sealed());
    }

    public PublicReplica publicReplica() {
        return new PublicReplica(sector.number(), commitments.commR());
    }

    /** The same sector with its files copied to another directory. */
    public SealedSectorFixture copyTo(Path directory) {
        var copy = filesIn(directory);
        try {
            Files.createDirectories(copy.cache());
            Files.copy(files.unsealed(), copy.unsealed(), StandardCopyOption.REPLACE_EXISTING);
            Files.copy(files.sealed(), copy.sealed(), StandardCopyOption.REPLACE_EXISTING);
            try (var entries = Files.list(files.cache())) {
                for (var entry : entries.toList()) {
                    Files.copy(
                            entry,
                            copy.cache().resolve(entry.getFileName().toString()),
                            StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return new SealedSectorFixture(proofType, sector, copy, pieces, data, commitments, ticket, seed, proof);
    }

    private static void seal(Proofs proofs, Path directory) throws IOException {
        var files = filesIn(directory);
        var source = directory.resolve("piece");
        Files.write(source, pieceData());
        var piece = proofs.addPiece(PROOF_TYPE, Optional.of(source), WHOLE, files.unsealed(), List.of());
        var pieces = List.of(piece);
        var phase1 = proofs.preCommit1(PROOF_TYPE, files, SECTOR, TICKET, pieces);
        var commitments = proofs.preCommit2(phase1, files);
        var opened = proofs.commit1(PROOF_TYPE, files, SECTOR, TICKET, SEED, commitments, pieces);
        var proof = proofs.commit2(opened, SECTOR);
        proofs.clearCache(files);
        var record = new Properties();
        record.setProperty("commP", piece.commP().toHex());
        record.setProperty("commR", commitments.commR().toHex());
        record.setProperty("commD", commitments.commD().toHex());
        record.setProperty("proof", HexFormat.of().formatHex(proof));
        var temporary = directory.resolve(RECORD + ".tmp");
        try (var out = Files.newBufferedWriter(temporary)) {
            record.store(out, null);
        }
        Files.move(temporary, directory.resolve(RECORD), StandardCopyOption.ATOMIC_MOVE);
    }

    private static SealedSectorFixture read(Path directory) throws IOException {
        var record = new Properties();
        try (var in = Files.newBufferedReader(directory.resolve(RECORD))) {
            record.load(in);
        }
        return new SealedSectorFixture(
                PROOF_TYPE,
                SECTOR,
                filesIn(directory),
                List.of(new PieceInfo(Commitment.fromHex(record.getProperty("commP")), WHOLE.padded())),
                pieceData(),
                new SealedCommitments(
                        Commitment.fromHex(record.getProperty("commR")),
                        Commitment.fromHex(record.getProperty("commD"))),
                TICKET,
                SEED,
                HexFormat.of().parseHex(record.getProperty("proof")));
    }

    private static SectorFiles filesIn(Path directory) {
        var name = SECTOR.fileName();
        return new SectorFiles(
                directory.resolve("unsealed-" + name),
                directory.resolve("sealed-" + name),
                directory.resolve("cache-" + name));
    }

    private static byte[] pieceData() {
        return bytes((int) WHOLE.bytes(), 100);
    }

    static byte[] bytes(int count, long seed) {
        var bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SealedSectorFixture that
                && sector.equals(that.sector)
                && files.equals(that.files)
                && commitments.equals(that.commitments)
                && Arrays.equals(proof, that.proof);
    }

    @Override
    public int hashCode() {
        return sector.hashCode();
    }
}
