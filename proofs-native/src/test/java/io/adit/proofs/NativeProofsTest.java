package io.adit.proofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.UnpaddedSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NativeProofsTest {
    private static final RegisteredSealProof SEAL = SealedSectorFixture.PROOF_TYPE;
    private static final RegisteredPoStProof WINDOW = RegisteredPoStProof.window(SectorSize.KIB_2);
    private static final RegisteredPoStProof WINNING = RegisteredPoStProof.winning(SectorSize.KIB_2);
    private static final UnpaddedSize WHOLE = SectorSize.KIB_2.padded().unpadded();
    private static final Randomness CHALLENGE = Randomness.of(SealedSectorFixture.bytes(32, 7));

    private final Proofs proofs = ProofsTestKit.proofs();

    @TempDir
    Path directory;

    @Test
    void sealProof_verifies_andNothingElseDoes() {
        var sealed = SealedSectorFixture.get();
        assertThat(sealed.proof()).hasSize(192);
        assertThat(proofs.verifySeal(sealed.verification())).isTrue();
        assertThat(sealed.commitments().commD()).isEqualTo(proofs.commD(SEAL, sealed.pieces()));

        var other = Randomness.of(SealedSectorFixture.bytes(32, 8));
        assertThat(proofs.verifySeal(verification(sealed, other, sealed.seed(), sealed.proof())))
                .as("another ticket")
                .isFalse();
        assertThat(proofs.verifySeal(verification(sealed, sealed.ticket(), other, sealed.proof())))
                .as("another seed")
                .isFalse();
    }

    static Stream<byte[]> malformedProofs() {
        var flipped = SealedSectorFixture.get().proof();
        flipped[5] ^= 1;
        var infinite = new byte[192];
        infinite[0] = (byte) 0xc0;
        return Stream.of(
                new byte[0],
                "valid proof".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                new byte[192],
                filled(192),
                infinite,
                flipped,
                Arrays.copyOf(flipped, 191),
                Arrays.copyOf(flipped, 193),
                Arrays.copyOf(flipped, 384),
                new byte[1 << 20]);
    }

    @ParameterizedTest
    @MethodSource("malformedProofs")
    void malformedProof_isFalse_neverAnError(byte[] bytes) {
        var sealed = SealedSectorFixture.get();
        assertThat(proofs.verifySeal(verification(sealed, sealed.ticket(), sealed.seed(), bytes)))
                .isFalse();
        assertThat(proofs.verifyWindowPoSt(
                        CHALLENGE,
                        List.of(new PoStProof(WINDOW, bytes)),
                        List.of(sealed.publicReplica()),
                        SealedSectorFixture.MINER))
                .isFalse();
        assertThat(proofs.verifyWinningPoSt(
                        CHALLENGE,
                        List.of(new PoStProof(WINNING, bytes)),
                        List.of(sealed.publicReplica()),
                        SealedSectorFixture.MINER))
                .isFalse();
        assertThat(proofs.verifyAggregateSeals(SEAL, List.of(sealed.verification()), bytes))
                .isFalse();
    }

    @Test
    void commitmentOutsideTheField_isFalse() {
        var sealed = SealedSectorFixture.get();
        for (var commitment : List.of(Commitment.of(new byte[32]), Commitment.of(filled(32)))) {
            var claim = new SealVerification(
                    SEAL,
                    sealed.sector(),
                    commitment,
                    sealed.commitments().commD(),
                    sealed.ticket(),
                    sealed.seed(),
                    sealed.proof());
            assertThat(proofs.verifySeal(claim)).isFalse();
        }
    }

    @Test
    void missingParameters_areAnError_notAVerdict() {
        var sealed = SealedSectorFixture.get();
        var size64 = RegisteredSealProof.interactive(SectorSize.GIB_64);
        var claim = new SealVerification(
                size64,
                sealed.sector(),
                sealed.commitments().commR(),
                sealed.commitments().commD(),
                sealed.ticket(),
                sealed.seed(),
                tenTimes(sealed.proof()));
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> proofs.verifySeal(claim))
                .satisfies(e -> assertThat(e.error()).isEqualTo(ProofsError.PARAMETERS_MISSING));
    }

    @Test
    void unseal_givesTheDataBack_wholeAndByPiece() throws IOException {
        var sealed = SealedSectorFixture.get();
        var out = directory.resolve("data");
        var written = proofs.unseal(
                SEAL, sealed.files(), out, sealed.sector(), sealed.commitments().commD(), sealed.ticket(), 0, WHOLE);
        assertThat(written).isEqualTo(2032);
        assertThat(Files.readAllBytes(out)).isEqualTo(sealed.data());
        assertThat(directory).isDirectoryNotContaining("glob:**.part");

        proofs.unseal(
                SEAL,
                sealed.files(),
                out,
                sealed.sector(),
                sealed.commitments().commD(),
                sealed.ticket(),
                508,
                new UnpaddedSize(254));
        assertThat(Files.readAllBytes(out)).isEqualTo(Arrays.copyOfRange(sealed.data(), 508, 762));

        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> proofs.unseal(
                        SEAL,
                        sealed.files(),
                        out,
                        sealed.sector(),
                        sealed.commitments().commD(),
                        sealed.ticket(),
                        1,
                        WHOLE))
                .satisfies(e -> assertThat(e.error()).isEqualTo(ProofsError.INVALID_INPUT));
    }

    @Test
    void windowPoSt_namesUnreadableSectors_andProvesTheRest() throws IOException {
        var good = seal(11, directory);
        var lost = seal(12, directory);
        var damaged = seal(13, directory);
        var foreign = seal(14, directory);
        Files.delete(lost.sealed());
        // Still field elements, so that the library can read them; what it cannot read makes it panic.
        Files.write(damaged.sealed(), new byte[(int) Files.size(damaged.sealed())]);
        var mislabelled = new PrivateReplica(foreign.number(), good.commR(), foreign.cache(), foreign.sealed());

        var made = proofs.windowPoSt(
                WINDOW, SealedSectorFixture.MINER, CHALLENGE, List.of(damaged, good, mislabelled, lost));

        assertThat(made.faulty()).containsExactly(lost.number(), damaged.number(), foreign.number());
        assertThat(made.proofs()).hasSize(1);
        assertThat(made.proofs().getFirst().type()).isEqualTo(WINDOW);
        assertThat(verifies(made, CHALLENGE, good)).isTrue();
        assertThat(verifies(made, CHALLENGE, good, damaged)).as("another set").isFalse();
        var other = Randomness.of(SealedSectorFixture.bytes(32, 9));
        assertThat(verifies(made, other, good)).as("another challenge").isFalse();
    }

    @Test
    void windowPoSt_overASectorThatMakesTheLibraryPanic_namesIt() throws IOException {
        var good = seal(11, directory);
        var damaged = seal(13, directory);
        flipEveryByte(damaged.sealed());

        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(
                        () -> proofs.windowPoSt(WINDOW, SealedSectorFixture.MINER, CHALLENGE, List.of(good, damaged)))
                .satisfies(failed -> {
                    assertThat(failed.error()).isEqualTo(ProofsError.NATIVE_PANIC);
                    assertThat(failed.sector()).contains(damaged.number());
                });
    }

    @Test
    void windowPoSt_coversSeveralPartitions() throws IOException {
        var sectors = List.of(seal(21, directory), seal(22, directory), seal(23, directory));
        var highBits = Randomness.of(filled(32));
        var made = proofs.windowPoSt(WINDOW, SealedSectorFixture.MINER, highBits, sectors);
        assertThat(made.faulty()).isEmpty();
        assertThat(made.proofs().getFirst().proof()).hasSize(2 * 192);
        assertThat(verifies(made, highBits, sectors.toArray(PrivateReplica[]::new)))
                .isTrue();
    }

    @Test
    void windowPoSt_withoutAnyReadableSector_hasNoProof() {
        var nowhere = new PrivateReplica(
                new SectorNumber(5), Commitment.of(filled(32)), directory.resolve("c"), directory.resolve("s"));
        var made = proofs.windowPoSt(WINDOW, SealedSectorFixture.MINER, CHALLENGE, List.of(nowhere));
        assertThat(made.proofs()).isEmpty();
        assertThat(made.faulty()).containsExactly(new SectorNumber(5));
    }

    @Test
    void winningPoSt_provesTheChallengedSector() {
        var sealed = SealedSectorFixture.get();
        var chosen = proofs.winningPoStChallenge(WINNING, CHALLENGE, SealedSectorFixture.MINER, 5);
        assertThat(chosen).hasSize(1).allMatch(index -> index >= 0 && index < 5);
        var made = proofs.winningPoSt(WINNING, SealedSectorFixture.MINER, CHALLENGE, List.of(sealed.privateReplica()));
        assertThat(proofs.verifyWinningPoSt(
                        CHALLENGE, made, List.of(sealed.publicReplica()), SealedSectorFixture.MINER))
                .isTrue();
    }

    @Test
    void aggregate_verifies_onlyForItsSealsInOrder() {
        var seal = SealedSectorFixture.get().verification();
        var seals = List.of(seal, seal, seal);
        var aggregate = proofs.aggregateSeals(SEAL, seals);
        assertThat(proofs.verifyAggregateSeals(SEAL, seals, aggregate)).isTrue();
        var other = new SealVerification(
                SEAL,
                new SectorId(SealedSectorFixture.MINER, new SectorNumber(2)),
                seal.commR(),
                seal.commD(),
                seal.ticket(),
                seal.seed(),
                seal.proof());
        assertThat(proofs.verifyAggregateSeals(SEAL, List.of(seal, seal, other), aggregate))
                .isFalse();
    }

    @Test
    void preCommit2_cutOffMidway_startsFromTheDataAgain() throws IOException {
        var sector = new SectorId(SealedSectorFixture.MINER, new SectorNumber(31));
        var files = files(directory, 31);
        var pieces = List.of(addPiece(files, 31));
        var phase1 = proofs.preCommit1(SEAL, files, sector, CHALLENGE, pieces);
        var first = proofs.preCommit2(phase1, files);
        // What a process killed while it encoded leaves: the marker, and a replica that is no longer the data.
        Files.createFile(files.cache().resolve("adit-encoding"));
        flipEveryByte(files.sealed());
        assertThat(proofs.preCommit2(phase1, files)).isEqualTo(first);
        assertThat(files.cache().resolve("adit-encoding")).doesNotExist();
    }

    @Test
    void preCommit2_repeatedAfterItsAnswerWasLost_givesTheSameReplica() throws IOException {
        var sector = new SectorId(SealedSectorFixture.MINER, new SectorNumber(32));
        var files = files(directory, 32);
        var pieces = List.of(addPiece(files, 32));
        var phase1 = proofs.preCommit1(SEAL, files, sector, CHALLENGE, pieces);
        var first = proofs.preCommit2(phase1, files);
        var replica = Files.readAllBytes(files.sealed());
        assertThat(proofs.preCommit2(phase1, files)).isEqualTo(first);
        assertThat(Files.readAllBytes(files.sealed())).isEqualTo(replica);
    }

    @Test
    void addPiece_repeatedAfterACrash_givesTheSameFile() throws IOException {
        var staged = directory.resolve("staged");
        var small = new UnpaddedSize(508);
        var source = directory.resolve("source");
        Files.write(source, SealedSectorFixture.bytes(400, 1));
        var first = proofs.addPiece(SEAL, Optional.of(source), small, staged, List.of());
        var zero = proofs.addPiece(SEAL, Optional.empty(), small, staged, List.of(small));
        var whole = Files.readAllBytes(staged);
        assertThat(whole).hasSize(1024);

        Files.write(staged, Arrays.copyOf(whole, 700));
        assertThat(proofs.addPiece(SEAL, Optional.empty(), small, staged, List.of(small)))
                .isEqualTo(zero);
        assertThat(Files.readAllBytes(staged)).isEqualTo(whole);
        assertThat(first).isNotEqualTo(zero);

        Files.write(source, new byte[509]);
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> proofs.addPiece(SEAL, Optional.of(source), small, staged, List.of()))
                .withMessageContaining("509 bytes");
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(
                        () -> proofs.addPiece(SEAL, Optional.empty(), new UnpaddedSize(1016), staged, List.of(small)))
                .withMessageContaining("padding pieces are missing");
    }

    @Test
    void damagedPhaseOutput_isRefused() {
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() ->
                        proofs.commit2(new byte[100], SealedSectorFixture.get().sector()))
                .satisfies(e -> assertThat(e.error()).isEqualTo(ProofsError.INVALID_INPUT));
        assertThatExceptionOfType(ProofsException.class)
                .isThrownBy(() -> proofs.preCommit2(
                        "aditPC1\001garbage".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
                        files(directory, 1)))
                .satisfies(e -> assertThat(e.error()).isEqualTo(ProofsError.INVALID_INPUT));
    }

    @Test
    void version_namesLibraryAndVariant() {
        assertThat(proofs.version()).contains("api=19.1.0").contains("variant=").contains("accelerator=none");
    }

    private PrivateReplica seal(int number, Path base) throws IOException {
        var sector = new SectorId(SealedSectorFixture.MINER, new SectorNumber(number));
        var files = files(base, number);
        var pieces = List.of(addPiece(files, number));
        var phase1 = proofs.preCommit1(SEAL, files, sector, CHALLENGE, pieces);
        var commitments = proofs.preCommit2(phase1, files);
        return new PrivateReplica(sector.number(), commitments.commR(), files.cache(), files.sealed());
    }

    private PieceInfo addPiece(SectorFiles files, int seed) throws IOException {
        var source = files.unsealed().resolveSibling("piece-" + seed);
        Files.write(source, SealedSectorFixture.bytes(2032, seed));
        return proofs.addPiece(SEAL, Optional.of(source), WHOLE, files.unsealed(), List.of());
    }

    private static SectorFiles files(Path base, int number) {
        return new SectorFiles(
                base.resolve("unsealed-" + number), base.resolve("sealed-" + number), base.resolve("cache-" + number));
    }

    private boolean verifies(WindowPoSt made, Randomness challenge, PrivateReplica... sectors) {
        var known = Arrays.stream(sectors)
                .map(sector -> new PublicReplica(sector.number(), sector.commR()))
                .toList();
        return proofs.verifyWindowPoSt(challenge, made.proofs(), known, SealedSectorFixture.MINER);
    }

    private static SealVerification verification(
            SealedSectorFixture sealed, Randomness ticket, Randomness seed, byte[] proof) {
        return new SealVerification(
                SEAL,
                sealed.sector(),
                sealed.commitments().commR(),
                sealed.commitments().commD(),
                ticket,
                seed,
                proof);
    }

    private static void flipEveryByte(Path file) throws IOException {
        var bytes = Files.readAllBytes(file);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= 0x11;
        }
        Files.write(file, bytes);
    }

    private static byte[] filled(int count) {
        var bytes = new byte[count];
        Arrays.fill(bytes, (byte) 0xff);
        return bytes;
    }

    private static byte[] tenTimes(byte[] proof) {
        var bytes = new byte[10 * proof.length];
        for (int i = 0; i < 10; i++) {
            System.arraycopy(proof, 0, bytes, i * proof.length, proof.length);
        }
        return bytes;
    }
}
