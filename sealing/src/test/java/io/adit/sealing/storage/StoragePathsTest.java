package io.adit.sealing.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.time.SystemTimeline;
import io.adit.sealing.SealingError;
import io.adit.sealing.storage.StoragePath.Purpose;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoragePathsTest {

    private static final SectorId SECTOR = new SectorId(new ActorId(1000), new SectorNumber(5));
    private static final Set<SectorFileType> SEALING_TYPES = EnumSet.of(SectorFileType.SEALED, SectorFileType.CACHE);

    @TempDir
    Path directory;

    private long free = 1 << 20;
    private StoragePaths paths;

    @BeforeEach
    void open() {
        paths = reopen();
    }

    private StoragePaths reopen() {
        return StoragePaths.open(
                directory.resolve("storage.json"), path -> new SpaceProbe.Space(1 << 30, free), InstantSource.system());
    }

    @Test
    void declarationFilesAreLotusMiners_whenPathIsInitialised() throws IOException {
        var id = UUID.fromString("b8f6a1c2-0d3e-4f5a-8b7c-9d0e1f2a3b4c");

        paths.init(directory.resolve("a"), PathSettings.create(id, 10, true, true, 0));

        assertThat(Files.readString(directory.resolve("storage.json")))
                .isEqualToIgnoringWhitespace("{\"StoragePaths\":[{\"Path\":\"" + directory.resolve("a") + "\"}]}");
        assertThat(Files.readString(directory.resolve("a/sectorstore.json")))
                .isEqualToIgnoringWhitespace("{\"ID\":\"" + id + "\",\"Weight\":10,\"CanSeal\":true,\"CanStore\":true,"
                        + "\"MaxStorage\":0,\"Groups\":[],\"AllowTo\":[],\"AllowTypes\":[],\"DenyTypes\":[],"
                        + "\"AllowMiners\":[],\"DenyMiners\":[]}");
    }

    @Test
    void sectorsOfLotusMinerAreFound_whenItsPathIsAttached() throws IOException {
        Path root = Files.createDirectories(directory.resolve("lotus"));
        Files.writeString(
                root.resolve("sectorstore.json"),
                "{\"ID\":\"1e4ae8b4-5bb6-4b5d-8c3c-111111111111\",\"Weight\":10,\"CanSeal\":false,\"CanStore\":true,"
                        + "\"MaxStorage\":0,\"Groups\":null,\"AllowTo\":null,\"AllowTypes\":null,\"DenyTypes\":null,"
                        + "\"SomethingNewer\":1}");
        Files.createDirectories(root.resolve("sealed"));
        Files.write(root.resolve("sealed/s-t01000-5"), new byte[2048]);
        Files.writeString(root.resolve("sealed/notes.txt"), "not a sector");

        paths.attach(root);

        assertThat(paths.sectors(SectorFileType.SEALED)).containsExactly(SECTOR);
        assertThat(paths.require(SECTOR, SectorFileType.SEALED)).isEqualTo(root.resolve("sealed/s-t01000-5"));
        assertThat(reopen().find(SECTOR, SectorFileType.SEALED)).isPresent();
        assertThat(paths.list().getFirst().sealed()).isEqualTo(1);
    }

    @Test
    void missingFileIsNamed_whenItIsOnNoPath() {
        paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), true, true));

        assertThatThrownBy(() -> paths.require(SECTOR, SectorFileType.CACHE))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SealingError.SECTOR_FILE_MISSING))
                .hasMessageContaining("cache/s-t01000-5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../s-t01000-5",
                "s-t01000-5/..",
                "s-t01000",
                "s-t01000--5",
                "s-t01000-99999999999999999999",
                "s-t01000-5.tmp",
                "fetching",
                "S-T01000-5",
                "s-t01000-5\u0000",
                ""
            })
    void nameIsNoSector_whenItIsNotExactlyOne(String name) {
        assertThat(SectorNames.parse(name)).isEmpty();
    }

    @Test
    void pathIsFencedAndShown_whenItsDiskIsGone() throws IOException {
        paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), true, true));
        paths.init(directory.resolve("b"), PathSettings.create(UUID.randomUUID(), true, true));
        DurableFiles.deleteTree(directory.resolve("a"));

        var after = reopen();

        assertThat(after.attached()).extracting(StoragePath::root).containsExactly(directory.resolve("b"));
        assertThat(after.list())
                .filteredOn(status -> status.problem().isPresent())
                .extracting(PathStatus::root)
                .containsExactly(directory.resolve("a"));
    }

    @Test
    void secondPathIsRefused_whenItHasTheSameIdentity() throws IOException {
        var path = paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), true, true));
        Path copy = Files.createDirectories(directory.resolve("b"));
        Files.copy(path.root().resolve("sectorstore.json"), copy.resolve("sectorstore.json"));

        assertThatThrownBy(() -> paths.attach(copy)).hasMessageContaining("same ID");
        assertThat(paths.attached()).hasSize(1);
    }

    @Test
    void reservationIsRefusedBeforeAnythingIsWritten_whenSpaceIsShort() {
        paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), true, true));
        free = SectorFileType.CACHE.sealingBytes(SectorSize.KIB_2) + 2048 - 1;

        assertThatThrownBy(() -> paths.reserve(SECTOR, SectorSize.KIB_2, SEALING_TYPES, Purpose.SEALING))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SealingError.STORAGE_NO_SPACE));

        free++;
        try (var space = paths.reserve(SECTOR, SectorSize.KIB_2, SEALING_TYPES, Purpose.SEALING)) {
            assertThat(space.file(SectorFileType.SEALED)).isEqualTo(directory.resolve("a/sealed/s-t01000-5"));
        }
    }

    @Test
    void spaceIsPromisedOnce_whenTwoStepsAskForTheLastOfIt() {
        paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), true, true));
        free = 3000;
        var unsealed = EnumSet.of(SectorFileType.UNSEALED);
        var other = new SectorId(SECTOR.miner(), new SectorNumber(6));

        var first = paths.reserve(SECTOR, SectorSize.KIB_2, unsealed, Purpose.SEALING);
        assertThat(paths.list().getFirst().reserved()).isEqualTo(2048);
        assertThatThrownBy(() -> paths.reserve(other, SectorSize.KIB_2, unsealed, Purpose.SEALING))
                .hasMessageContaining("2048 bytes are needed");

        first.close();
        paths.reserve(other, SectorSize.KIB_2, unsealed, Purpose.SEALING).close();
    }

    @Test
    void limitCounts_whenMaxStorageIsBelowTheDisk() throws IOException {
        var path = paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), 10, true, true, 5000));
        Files.write(
                path.file(new SectorId(SECTOR.miner(), new SectorNumber(1)), SectorFileType.SEALED), new byte[2048]);
        var unsealed = EnumSet.of(SectorFileType.UNSEALED);

        paths.reserve(SECTOR, SectorSize.KIB_2, unsealed, Purpose.SEALING).close();
        Files.write(
                path.file(new SectorId(SECTOR.miner(), new SectorNumber(2)), SectorFileType.SEALED), new byte[2048]);

        assertThatThrownBy(() -> paths.reserve(SECTOR, SectorSize.KIB_2, unsealed, Purpose.SEALING))
                .hasMessageContaining("best path has 904");
    }

    @Test
    void filesStayTogether_whenSeveralPathsWouldDo() throws IOException {
        paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), 100, true, true, 0));
        var light = paths.init(directory.resolve("b"), PathSettings.create(UUID.randomUUID(), 1, true, true, 0));
        Files.write(light.file(SECTOR, SectorFileType.UNSEALED), new byte[2048]);

        try (var space = paths.reserve(SECTOR, SectorSize.KIB_2, SEALING_TYPES, Purpose.SEALING)) {
            assertThat(space.path(SectorFileType.SEALED)).isEqualTo(light);
            assertThat(space.path(SectorFileType.CACHE)).isEqualTo(light);
        }
    }

    @Test
    void nothingIsPlaced_whenNoPathIsForIt() {
        paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), false, true));

        assertThatThrownBy(() -> paths.reserve(SECTOR, SectorSize.KIB_2, SEALING_TYPES, Purpose.SEALING))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SealingError.STORAGE_NO_PATH));
    }

    @Test
    void unfinishedFilesAreSwept_whenTheNodeStartsAgain() throws IOException {
        var path = paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), true, true));
        Path half = path.unfinished(SECTOR, SectorFileType.UNSEALED, StoragePaths.WRITING);
        Path foreign = path.unfinishedDirectory(SectorFileType.UNSEALED).resolve("s-t01000-9");
        Files.write(half, new byte[100]);
        Files.write(foreign, new byte[100]);

        assertThat(paths.find(SECTOR, SectorFileType.UNSEALED)).isEmpty();
        reopen();

        assertThat(half).doesNotExist();
        assertThat(foreign).exists();
    }

    @Test
    void suspiciousFileIsKeptElsewhere_whenQuarantined() throws IOException {
        var path = paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), true, true));
        Files.writeString(path.file(SECTOR, SectorFileType.SEALED), "half");

        var moved = paths.quarantine(SECTOR, SectorFileType.SEALED);

        assertThat(paths.find(SECTOR, SectorFileType.SEALED)).isEmpty();
        assertThat(moved).hasValueSatisfying(file -> assertThat(file).hasContent("half"));
    }

    private StoragePaths onOneFileSystem(long keptFree) {
        var probe = new SpaceProbe() {
            @Override
            public Space measure(Path path) {
                return new Space(1 << 30, free);
            }

            @Override
            public Object fileSystem(Path path) {
                return "one";
            }
        };
        return StoragePaths.open(directory.resolve("storage.json"), probe, InstantSource.system(), keptFree);
    }

    @Test
    void spaceIsPromisedOnce_whenTwoPathsShareAFileSystem() {
        paths = onOneFileSystem(0);
        paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), true, false));
        paths.init(directory.resolve("b"), PathSettings.create(UUID.randomUUID(), false, true));
        free = 3000;
        var unsealed = EnumSet.of(SectorFileType.UNSEALED);
        var other = new SectorId(SECTOR.miner(), new SectorNumber(6));

        var first = paths.reserve(SECTOR, SectorSize.KIB_2, unsealed, Purpose.SEALING);
        assertThatThrownBy(() -> paths.reserve(other, SectorSize.KIB_2, unsealed, Purpose.STORING))
                .hasMessageContaining("best path has 952");
        first.close();
        paths.reserve(other, SectorSize.KIB_2, unsealed, Purpose.STORING).close();
    }

    @Test
    void configuredSpaceStaysFree_whenAStepAsksForTheLastOfIt() {
        paths = onOneFileSystem(1000);
        paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), true, true));
        var unsealed = EnumSet.of(SectorFileType.UNSEALED);
        free = 3047;
        assertThatThrownBy(() -> paths.reserve(SECTOR, SectorSize.KIB_2, unsealed, Purpose.SEALING))
                .hasMessageContaining("best path has 2047");

        free++;
        paths.reserve(SECTOR, SectorSize.KIB_2, unsealed, Purpose.SEALING).close();
    }

    @Test
    void declaredPathIsNotMadeAnew_whenItsDiskIsNotMountedAtStart() throws IOException {
        Path root = directory.resolve("a");
        paths.adopt(root, PathSettings.create(UUID.randomUUID(), true, true));
        assertThat(paths.attached()).hasSize(1);
        DurableFiles.deleteTree(root);
        Files.createDirectories(root);

        var after = reopen();
        after.adopt(root, PathSettings.create(UUID.randomUUID(), true, true));

        assertThat(root).isEmptyDirectory();
        assertThat(after.attached()).isEmpty();
        assertThat(after.list().getFirst().problem()).isPresent();
    }

    @Test
    void pathIsUsedAgain_whenItsDiskIsMountedAfterTheStart() throws IOException {
        Path root = directory.resolve("a");
        paths.adopt(root, PathSettings.create(UUID.randomUUID(), true, true));
        Files.write(root.resolve("sealed/s-t01000-5"), new byte[2048]);
        Path interrupted = Files.write(root.resolve("sealed/fetching/s-t01000-6.writing"), new byte[10]);
        Path unmounted = directory.resolve("the disk");
        Files.move(root, unmounted);
        Files.createDirectories(root);
        var after = reopen();
        var watch = new StorageWatch(after, new SystemTimeline(), Duration.ofHours(1));
        watch.look();
        assertThat(after.find(SECTOR, SectorFileType.SEALED)).isEmpty();
        assertThat(watch.problems()).singleElement().asString().contains(root.toString());

        Files.delete(root);
        Files.move(unmounted, root);
        watch.look();

        assertThat(after.find(SECTOR, SectorFileType.SEALED)).isPresent();
        assertThat(watch.problems()).isEmpty();
        assertThat(interrupted).doesNotExist();
        assertThat(after.list()).extracting(PathStatus::problem).containsExactly(Optional.empty());
    }

    /** From now on its disk hangs, as a mount of a server that is gone: whoever reads there waits for ever. */
    private static void hang(StoragePath path) throws IOException, InterruptedException {
        Path settings = path.root().resolve(StorageDeclaration.SETTINGS_FILE);
        Files.delete(settings);
        assertThat(new ProcessBuilder("mkfifo", settings.toString()).start().waitFor())
                .isZero();
    }

    @Test
    void pathsAreOpenedSideBySide_whenSeveralDisksHang() throws Exception {
        Path good = paths.init(directory.resolve("z"), PathSettings.create(UUID.randomUUID(), true, true))
                .root();
        var hung = Stream.of("a", "b", "c", "d", "e", "f", "g", "h")
                .map(name -> paths.init(directory.resolve(name), PathSettings.create(UUID.randomUUID(), true, true)))
                .toList();
        for (StoragePath path : hung) {
            hang(path);
        }
        try {
            long start = System.nanoTime();
            var patience = Duration.ofSeconds(4);
            var after = StoragePaths.open(
                    directory.resolve("storage.json"), SpaceProbe.ofSystem(), InstantSource.system(), 0, patience);
            after.lookAgain();

            // One after another they would take at least 32 s, and once more at the second look.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(28));
            assertThat(after.attached()).extracting(StoragePath::root).containsExactly(good);
            assertThat(after.problems()).hasSize(hung.size());
        } finally {
            for (StoragePath path : hung) {
                release(path.root().resolve(StorageDeclaration.SETTINGS_FILE));
            }
        }
    }

    /** All its threads are at work that may take long, so that every further question waits. */
    private static CountDownLatch keepBusy(StoragePaths paths, StoragePath path) throws InterruptedException {
        var end = new CountDownLatch(1);
        var begun = new CountDownLatch(DiskLane.THREADS);
        for (int i = 0; i < DiskLane.THREADS; i++) {
            var sector = new SectorId(SECTOR.miner(), new SectorNumber(100 + i));
            Thread.ofVirtual().start(() -> {
                try {
                    paths.ask(path, sector, Duration.ofHours(1), () -> {
                        begun.countDown();
                        end.await();
                        return true;
                    });
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        begun.await();
        return end;
    }

    @Test
    void pathInUseStaysInUse_whenItsDiskHasTooMuchToDoToBeLookedAt() throws Exception {
        var busy = paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), true, true));
        var gone = paths.init(directory.resolve("b"), PathSettings.create(UUID.randomUUID(), true, true));
        paths = StoragePaths.open(
                directory.resolve("storage.json"),
                SpaceProbe.ofSystem(),
                InstantSource.system(),
                0,
                Duration.ofSeconds(2));
        DurableFiles.deleteTree(gone.root());
        var end = keepBusy(paths, busy);
        try {
            paths.reload();

            assertThat(paths.attached()).extracting(StoragePath::root).containsExactly(busy.root());
        } finally {
            end.countDown();
        }
    }

    @Test
    void anotherPathIsAttachedAtOnce_whileADiskHasMuchToDo() throws Exception {
        var busy = paths.init(directory.resolve("a"), PathSettings.create(UUID.randomUUID(), true, true));
        var end = keepBusy(paths, busy);
        try {
            long start = System.nanoTime();
            paths.init(directory.resolve("b"), PathSettings.create(UUID.randomUUID(), true, true));

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(StoragePaths.PATIENCE);
            assertThat(paths.attached())
                    .extracting(StoragePath::root)
                    .containsExactly(busy.root(), directory.resolve("b"));
        } finally {
            end.countDown();
        }
    }

    /** Ends the waiting of those who read there. */
    private static void release(Path fifo) throws IOException {
        try (var channel = FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    void nothingIsSweptTwice_whenAPathIsLookedAtAgainWhileAStepWrites() throws IOException {
        Path root = directory.resolve("a");
        paths.adopt(root, PathSettings.create(UUID.randomUUID(), true, true));
        Path written = Files.write(root.resolve("sealed/fetching/s-t01000-6.writing"), new byte[10]);

        paths.attach(root);
        paths.lookAgain();

        assertThat(written).exists();
    }

    @Test
    void alarmNamesThePath_whenItsDiskGoesAwayWhileTheNodeRuns() throws IOException {
        Path root = directory.resolve("a");
        paths.adopt(root, PathSettings.create(UUID.randomUUID(), true, true));
        paths.adopt(directory.resolve("b"), PathSettings.create(UUID.randomUUID(), true, true));
        var watch = new StorageWatch(paths, new SystemTimeline(), Duration.ofHours(1));
        watch.look();
        assertThat(watch.problems()).isEmpty();

        DurableFiles.deleteTree(root);
        watch.look();

        assertThat(watch.problems()).singleElement().asString().contains(root.toString());
    }

    @Test
    void configuredPathIsMadeLater_whenItCouldNotBeMadeAtStart() throws IOException {
        Path inTheWay = Files.writeString(directory.resolve("mnt"), "a file");
        Path root = inTheWay.resolve("a");
        paths.adopt(root, PathSettings.create(UUID.randomUUID(), true, true));
        assertThat(paths.problems()).containsOnlyKeys(root);

        Files.delete(inTheWay);

        assertThat(paths.lookAgain()).containsExactly(root);
        assertThat(paths.problems()).isEmpty();
        assertThat(paths.attached()).extracting(StoragePath::root).containsExactly(root);
    }

    @Test
    void otherPathsAreUsed_whenOneIsBroken() throws IOException {
        Path broken = Files.createDirectories(directory.resolve("broken"));
        Files.writeString(broken.resolve("sectorstore.json"), "{half");

        paths.adopt(broken, PathSettings.create(UUID.randomUUID(), true, true));
        paths.adopt(directory.resolve("good"), PathSettings.create(UUID.randomUUID(), true, true));

        assertThat(paths.attached()).extracting(StoragePath::root).containsExactly(directory.resolve("good"));
        assertThat(paths.list())
                .filteredOn(status -> status.problem().isPresent())
                .extracting(PathStatus::root)
                .containsExactly(broken);
    }

    @Test
    void pathIsNotUsedForAMiner_whenItDeniesIt() {
        paths.init(
                directory.resolve("a"),
                new PathSettings(
                        UUID.randomUUID().toString(),
                        10,
                        true,
                        true,
                        0,
                        null,
                        null,
                        null,
                        null,
                        null,
                        java.util.List.of("f01000")));
        var unsealed = EnumSet.of(SectorFileType.UNSEALED);

        assertThatThrownBy(() -> paths.reserve(SECTOR, SectorSize.KIB_2, unsealed, Purpose.SEALING))
                .hasMessageContaining("no attached path");
        var other = new SectorId(new ActorId(1001), new SectorNumber(5));
        paths.reserve(other, SectorSize.KIB_2, unsealed, Purpose.SEALING).close();
    }
}
