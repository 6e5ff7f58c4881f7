package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.sealing.storage.DiskLane;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePath;
import io.adit.sealing.storage.StoragePaths;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SectorReadabilityTest {

    private static final ActorId MINER = new ActorId(1000);
    private static final Duration PATIENCE = Duration.ofMillis(500);

    /** More than a path has threads, and more than this machine has carriers. */
    private static final int HANGING = 40;

    @TempDir
    Path directory;

    private StoragePaths paths;
    private StoragePath dead;
    private StoragePath healthy;

    @BeforeEach
    void open() {
        paths = StoragePaths.open(directory.resolve("storage.json"), SpaceProbe.ofSystem(), InstantSource.system());
        dead = paths.init(directory.resolve("dead"), PathSettings.create(UUID.randomUUID(), true, true));
        healthy = paths.init(directory.resolve("healthy"), PathSettings.create(UUID.randomUUID(), true, true));
    }

    private SectorReadability readability() {
        return new SectorReadability(
                paths,
                ProvingSettings.devnet(MINER, Address.ofId(100), SectorSize.KIB_2)
                        .withParallelChecks(HANGING)
                        .withCheckTimeout(PATIENCE),
                directory.resolve("copies"));
    }

    private static Path write(StoragePath path, long number) throws IOException {
        var sector = new SectorId(MINER, new SectorNumber(number));
        Files.write(path.file(sector, SectorFileType.SEALED), new byte[2048]);
        Path cache = Files.createDirectories(path.file(sector, SectorFileType.CACHE));
        for (String name : List.of("p_aux", "t_aux", "sc-02-data-tree-r-last.dat")) {
            Files.write(cache.resolve(name), new byte[name.equals("p_aux") ? 64 : 32]);
        }
        return cache;
    }

    private Map<SectorNumber, String> unreadable(long last) throws InterruptedException {
        return unreadable(
                readability(),
                LongStream.rangeClosed(1, last).mapToObj(SectorNumber::new).toList());
    }

    private static Map<SectorNumber, String> unreadable(SectorReadability readability, List<SectorNumber> sectors)
            throws InterruptedException {
        return readability.look(sectors, () -> Duration.ofMinutes(1)).problems();
    }

    /** Opening a pipe that nobody writes to blocks inside the system call, as a file on a dead mount does. */
    private static void hang(Path cache) throws IOException, InterruptedException {
        Path file = cache.resolve("t_aux");
        Files.delete(file);
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
    }

    @Test
    void onlyTheSectorsOfAHangingDiskAreUnreadable_whenEveryCallIntoItBlocks() throws Exception {
        var hanging = new ArrayList<SectorNumber>();
        for (long number = 1; number <= HANGING; number++) {
            hang(write(dead, number));
            hanging.add(new SectorNumber(number));
        }
        for (long number = HANGING + 1; number <= HANGING + 4; number++) {
            write(healthy, number);
        }

        long began = System.nanoTime();
        var problems = unreadable(HANGING + 4);

        assertThat(problems.keySet()).containsExactlyElementsOf(hanging);
        assertThat(problems.values()).allMatch(problem -> problem.contains("did not answer"));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        assertThat(Thread.ofVirtual().start(() -> {}).join(Duration.ofSeconds(5)))
                .as("virtual threads still have carriers")
                .isTrue();

        began = System.nanoTime();
        assertThat(unreadable(HANGING + 4)).hasSize(HANGING);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .as("a path known to be silent is not waited for again")
                .isLessThan(PATIENCE);
    }

    @Test
    void pathHasRoomForAProof_whenSeveralDeadlinesAreLookedAtOnIt() throws Exception {
        var sectors = new ArrayList<SectorNumber>();
        for (long number = 1; number <= HANGING; number++) {
            hang(write(dead, number));
            sectors.add(new SectorNumber(number));
        }
        var patient = new SectorReadability(
                paths,
                ProvingSettings.devnet(MINER, Address.ofId(100), SectorSize.KIB_2)
                        .withParallelChecks(HANGING)
                        .withCheckTimeout(Duration.ofMinutes(1)),
                directory.resolve("copies"));
        var looks = Stream.of(0, 10, 20, 30)
                .map(from -> Thread.ofVirtual().start(() -> {
                    try {
                        patient.look(sectors.subList(from, from + 10), () -> Duration.ofMinutes(1));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }))
                .toList();
        Awaitility.await().until(() -> threadsIn(dead) >= DiskLane.THREADS / 2);

        var other = new SectorId(MINER, new SectorNumber(HANGING + 1));
        var asked = CompletableFuture.supplyAsync(() -> ask(other), Thread::startVirtualThread);

        assertThat(asked).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(true);
        looks.forEach(Thread::interrupt);
    }

    private boolean ask(SectorId sector) {
        try {
            return paths.ask(dead, sector, Duration.ofMinutes(1), () -> true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long threadsIn(StoragePath path) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("disk-" + path.root() + "-"))
                .count();
    }

    @Test
    void othersOfTheSameDiskAreReadable_whenOneFileHangs() throws Exception {
        hang(write(dead, 1));
        write(dead, 2);
        write(dead, 3);

        assertThat(unreadable(3).keySet()).containsExactly(new SectorNumber(1));
        assertThat(unreadable(3).keySet()).containsExactly(new SectorNumber(1));
    }

    @Test
    void problemIsSaid_whenFilesAreMissingOrShort() throws Exception {
        write(healthy, 1);
        var one = new SectorId(MINER, new SectorNumber(1));
        Files.write(healthy.file(one, SectorFileType.SEALED), new byte[2047]);
        Files.delete(write(healthy, 2).resolve("t_aux"));
        Files.delete(write(healthy, 3).resolve("sc-02-data-tree-r-last.dat"));

        var problems = unreadable(4);

        assertThat(problems.values())
                .containsExactly(
                        "its sealed file has 2047 bytes instead of 2048",
                        "its cache has no t_aux",
                        "its cache has no sc-02-data-tree-r-last.dat",
                        "its sealed file is on no attached path");
    }

    /** As large as the real ones, without taking their room. */
    private static void sparse(Path file, long length) throws IOException {
        try (var opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.setLength(length);
        }
    }

    private Path wholeSector(SectorId sector, SectorSize size) throws IOException {
        sparse(healthy.file(sector, SectorFileType.SEALED), size.bytes());
        Path cache = Files.createDirectories(healthy.file(sector, SectorFileType.CACHE));
        sparse(cache.resolve("p_aux"), 64);
        sparse(cache.resolve("t_aux"), 1000);
        for (int tree = 0; tree < (size == SectorSize.GIB_32 ? 8 : 16); tree++) {
            sparse(cache.resolve("sc-02-data-tree-r-last-" + tree + ".dat"), 9_586_976);
        }
        return cache;
    }

    @ParameterizedTest
    @EnumSource(
            value = SectorSize.class,
            names = {"GIB_32", "GIB_64"})
    void everyTreeIsLookedAt_whenASectorHasSeveral(SectorSize size) throws Exception {
        var sector = new SectorId(MINER, new SectorNumber(1));
        Path cache = wholeSector(sector, size);
        var readability = new SectorReadability(
                paths, ProvingSettings.devnet(MINER, Address.ofId(100), size), directory.resolve("copies"));
        assertThat(unreadable(readability, List.of(sector.number()))).isEmpty();

        Path last = cache.resolve("sc-02-data-tree-r-last-" + (size == SectorSize.GIB_32 ? 7 : 15) + ".dat");
        sparse(last, 9_586_976 - 32);
        assertThat(unreadable(readability, List.of(sector.number())).values())
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("has 9586944 bytes, which is no tree of this sector");
        // A whole tree of a machine that discards one row more is none of this sector.
        sparse(last, 1_198_368);
        assertThat(unreadable(readability, List.of(sector.number())).values())
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("has 1198368 bytes, another tree has 9586976");
        Files.delete(last);
        assertThat(unreadable(readability, List.of(sector.number())).values())
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("its cache has no " + last.getFileName());
    }
}
