package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.proofs.NativeLibrary;
import io.adit.proofs.ParameterStore;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.SealedSectorFixture;
import io.adit.proofs.SectorFiles;
import io.adit.sealing.storage.DurableFiles;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePath;
import io.adit.sealing.storage.StoragePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SectorReaderTest {

    private static final ActorId MINER = SealedSectorFixture.MINER;
    private static final Randomness CHALLENGE = Randomness.of(filled((byte) 0xab));
    private static final RegisteredPoStProof TYPE = RegisteredPoStProof.window(SectorSize.KIB_2);
    private static final Duration PATIENCE = Duration.ofMillis(500);

    @TempDir
    Path directory;

    private StoragePaths paths;
    private StoragePath healthy;
    private StoragePath dead;

    @BeforeEach
    void open() {
        paths = StoragePaths.open(directory.resolve("storage.json"), SpaceProbe.ofSystem(), InstantSource.system());
        healthy = paths.init(directory.resolve("healthy"), PathSettings.create(UUID.randomUUID(), true, true));
        dead = paths.init(directory.resolve("dead"), PathSettings.create(UUID.randomUUID(), true, true));
    }

    private static byte[] filled(byte value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, value);
        return bytes;
    }

    private Path scratch() {
        return directory.resolve("copies");
    }

    private ReadReplicas read(Duration budget, Map<SectorNumber, Commitment> sectors) throws InterruptedException {
        return read(reader(), budget, sectors);
    }

    private static ReadReplicas read(SectorReader reader, Duration budget, Map<SectorNumber, Commitment> sectors)
            throws InterruptedException {
        long start = System.nanoTime();
        return reader.read(TYPE, CHALLENGE, sectors, () -> budget.minusNanos(System.nanoTime() - start));
    }

    private SectorReader reader() {
        return new SectorReader(
                paths,
                ProvingSettings.devnet(MINER, Address.ofId(100), SectorSize.KIB_2)
                        .withCheckTimeout(PATIENCE),
                scratch());
    }

    /** A sealed sector's files do not say its number: one replica may stand for many. */
    private Commitment put(StoragePath path, long number) throws IOException {
        var fixture = SealedSectorFixture.get();
        var sector = new SectorId(MINER, new SectorNumber(number));
        Files.copy(fixture.files().sealed(), path.file(sector, SectorFileType.SEALED));
        Path cache = Files.createDirectories(path.file(sector, SectorFileType.CACHE));
        for (String name : List.of("p_aux", "t_aux", "sc-02-data-tree-r-last.dat")) {
            Files.copy(fixture.files().cache().resolve(name), cache.resolve(name));
        }
        return fixture.commitments().commR();
    }

    /** Opening a pipe that nobody writes to blocks inside the system call, as a file on a dead mount does. */
    private static void hang(Path file) throws IOException, InterruptedException {
        Files.delete(file);
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
    }

    private static void assertProvable(ReadReplicas read) {
        var replicas = List.copyOf(read.replicas().values());
        var made = ProofsTestKit.proofs().windowPoSt(TYPE, MINER, CHALLENGE, replicas);
        assertThat(made.faulty()).isEmpty();
        assertThat(ProofsTestKit.proofs()
                        .verifyWindowPoSt(
                                CHALLENGE,
                                made.proofs(),
                                replicas.stream()
                                        .map(one -> new PublicReplica(one.number(), one.commR()))
                                        .toList(),
                                MINER))
                .isTrue();
    }

    @Test
    void ninetyFivePercentAreRead_whenADiskWithTheOthersHangs() throws Exception {
        var sectors = new TreeMap<SectorNumber, Commitment>();
        for (long number = 1; number <= 200; number++) {
            boolean lost = number % 20 == 0;
            sectors.put(new SectorNumber(number), put(lost ? dead : healthy, number));
            if (lost) {
                hang(dead.file(new SectorId(MINER, new SectorNumber(number)), SectorFileType.CACHE)
                        .resolve("p_aux"));
            }
        }
        long began = System.nanoTime();

        try (var read = read(Duration.ofSeconds(30), sectors)) {
            assertThat(read.replicas()).hasSize(190);
            assertThat(read.problems()).hasSize(10);
            assertThat(read.problems().keySet()).allMatch(sector -> sector.value() % 20 == 0);
            assertThat(read.problems().values()).allMatch(why -> why.contains("did not answer"));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        assertThat(scratch()).isEmptyDirectory();
    }

    @Test
    void proofIsMadeOfTheOthers_whenOneDiskHangsBeforeAndTheOtherAfterReading() throws Exception {
        var sectors = new TreeMap<SectorNumber, Commitment>();
        for (long number = 1; number <= 4; number++) {
            sectors.put(new SectorNumber(number), put(number == 4 ? dead : healthy, number));
        }
        hang(dead.file(new SectorId(MINER, new SectorNumber(4)), SectorFileType.SEALED));

        try (var read = read(Duration.ofSeconds(30), sectors)) {
            for (long number = 1; number <= 3; number++) {
                hang(healthy.file(new SectorId(MINER, new SectorNumber(number)), SectorFileType.SEALED));
            }

            assertThat(read.problems().keySet()).containsExactly(new SectorNumber(4));
            assertProvable(read);
        }
    }

    @Test
    void sectorsAreSkippedByName_whenTheirDiskIsTooSlowForTheWholePartition() throws Exception {
        var sectors = new TreeMap<SectorNumber, Commitment>();
        sectors.put(new SectorNumber(1), put(healthy, 1));
        sectors.put(new SectorNumber(2), put(dead, 2));
        hang(dead.file(new SectorId(MINER, new SectorNumber(2)), SectorFileType.SEALED));

        try (var read = read(Duration.ofMillis(100), sectors)) {
            assertThat(read.replicas()).containsOnlyKeys(new SectorNumber(1));
            assertThat(read.problems()).containsOnlyKeys(new SectorNumber(2));
            assertThat(read.problems().get(new SectorNumber(2))).contains("its disk is too slow");
            assertThat(read.late()).containsExactly(new SectorNumber(2));
        }
    }

    @Test
    void problemIsSaid_whenFilesAreMissingOrOfAnotherLength() throws Exception {
        var sectors = new TreeMap<SectorNumber, Commitment>();
        for (long number = 1; number <= 5; number++) {
            sectors.put(new SectorNumber(number), put(healthy, number));
        }
        Files.write(file(1, SectorFileType.SEALED), new byte[2047]);
        Files.delete(file(2, SectorFileType.CACHE).resolve("t_aux"));
        Files.write(file(3, SectorFileType.CACHE).resolve("sc-02-data-tree-r-last.dat"), new byte[64]);
        DurableFiles.deleteTree(file(4, SectorFileType.CACHE));
        Files.write(file(5, SectorFileType.CACHE).resolve("p_aux"), new byte[0]);

        try (var read = read(Duration.ofSeconds(30), sectors)) {
            assertThat(read.replicas()).isEmpty();
            assertThat(read.problems().values())
                    .containsExactly(
                            "its sealed file has 2047 bytes instead of 2048",
                            "its cache has no t_aux",
                            "its cache's sc-02-data-tree-r-last.dat has 64 bytes, which is no tree of this sector",
                            "its cache is on no attached path",
                            "its cache's p_aux is empty");
        }
    }

    private Path file(long number, SectorFileType type) {
        return healthy.file(new SectorId(MINER, new SectorNumber(number)), type);
    }

    @Test
    void sectorIsProvenWhereItLies_whenTheCopyCannotBeWritten() throws Exception {
        var commR = put(healthy, 1);
        var reader = reader();
        DurableFiles.deleteTree(scratch());
        Files.writeString(scratch(), "a file where the copies should be");

        try (var read = read(reader, Duration.ofSeconds(30), Map.of(new SectorNumber(1), commR))) {
            assertThat(read.replicas().get(new SectorNumber(1)))
                    .isEqualTo(new PrivateReplica(
                            new SectorNumber(1), commR, file(1, SectorFileType.CACHE), file(1, SectorFileType.SEALED)));
            assertProvable(read);
        }
    }

    @Test
    void leftCopiesAreRemoved_whenTheNodeStartsAgain() throws Exception {
        Files.createDirectories(scratch().resolve("post-read-7/s-1"));
        Files.writeString(scratch().resolve("another's"), "stays");

        reader();

        assertThat(DurableFiles.children(scratch())).containsExactly(scratch().resolve("another's"));
    }

    /** The rows of a tree that has kept and discarded ones, which 2 KiB sectors are too small for. A minute of a core. */
    @Tag("slow")
    @Test
    void challengedPartsSuffice_whenASectorOfEightMebibytesIsProven() throws Exception {
        var proofs = ProofsTestKit.proofs();
        new ParameterStore(ParameterStore.defaultDirectory())
                .ensure(
                        SectorSize.MIB_8,
                        NativeLibrary.locate().parameterProgram().orElseThrow(),
                        (file, percent, left) -> {});
        var type = RegisteredSealProof.interactive(SectorSize.MIB_8);
        var files = new SectorFiles(directory.resolve("u"), directory.resolve("s"), directory.resolve("c"));
        var number = new SectorNumber(8);
        var pieces = List.of(proofs.addPiece(
                type, Optional.empty(), SectorSize.MIB_8.padded().unpadded(), files.unsealed(), List.of()));
        var commitments = proofs.preCommit2(
                proofs.preCommit1(type, files, new SectorId(MINER, number), CHALLENGE, pieces), files);
        var window = RegisteredPoStProof.window(SectorSize.MIB_8);
        var leaves = ChallengedLeaves.of(window, CHALLENGE, number);

        var cache = ChallengedParts.ofCache(files.cache(), SectorSize.MIB_8, leaves);
        var sealed = ChallengedParts.ofSealed(files.sealed(), SectorSize.MIB_8, leaves, cache.segmentLeaves());

        assertThat(cache.segmentLeaves()).isEqualTo(512);
        assertThat(sealed.parts()).hasSizeBetween(2, ChallengedLeaves.COUNT);
        var copies = Files.createDirectories(directory.resolve("copied"));
        for (var copy : cache.files().entrySet()) {
            copy.getValue().writeTo(copies.resolve(copy.getKey()));
        }
        sealed.writeTo(directory.resolve("copied-s"));
        var replica = new PrivateReplica(number, commitments.commR(), copies, directory.resolve("copied-s"));
        var made = proofs.windowPoSt(window, MINER, CHALLENGE, List.of(replica));
        assertThat(made.faulty()).isEmpty();
        assertThat(proofs.verifyWindowPoSt(
                        CHALLENGE, made.proofs(), List.of(new PublicReplica(number, commitments.commR())), MINER))
                .isTrue();
    }
}
