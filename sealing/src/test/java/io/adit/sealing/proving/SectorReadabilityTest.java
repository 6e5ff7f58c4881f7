package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
            Files.writeString(cache.resolve(name), "x");
        }
        return cache;
    }

    private Map<SectorNumber, String> unreadable(long last) throws InterruptedException {
        return readability()
                .unreadable(LongStream.rangeClosed(1, last)
                        .mapToObj(SectorNumber::new)
                        .toList());
    }

    /** Opening a pipe that nobody writes to blocks inside the system call, as a file on a dead mount does. */
    private static void hang(Path cache) throws IOException, InterruptedException {
        Path file = cache.resolve("p_aux");
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
                        "its cache has no sc-02-data-tree-r-last",
                        "its sealed file is on no attached path");
    }
}
