package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.proofs.CallStats;
import io.adit.proofs.NativeLibrary;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.ProofSettings;
import io.adit.proofs.ProofsError;
import io.adit.proofs.ProofsException;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.SealedSectorFixture;
import io.adit.proofs.WorkerOptions;
import io.adit.proofs.WorkerProofs;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePath;
import io.adit.sealing.storage.StoragePaths;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition as large as the network has them: 2,000 sectors of 2 KiB on four storage paths, from real files, of one
 * replica under 2,000 numbers (a replica does not say its number, so each opens other leaves and each is provable).
 *
 * <p>The 2 KiB circuit takes two sectors, so the whole partition would be a thousand proofs; the proof is made once, of as
 * many sectors as the circuit takes. What the library itself does before that, opening the leaves of all of them, is measured
 * by letting it stop where it looks for parameters. Minutes of a core.
 */
@Tag("slow")
class PartitionScaleTest {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionScaleTest.class);
    private static final ActorId MINER = SealedSectorFixture.MINER;
    private static final RegisteredPoStProof TYPE = RegisteredPoStProof.window(SectorSize.KIB_2);
    private static final int FEW = 200;
    private static final int MANY = 2000;
    private static final int PATHS = 4;
    private static final int SLOTS =
            ProvingSettings.devnet(MINER, Address.ofId(100), SectorSize.KIB_2).parallelChecks();

    /** CPU time per sector may grow by so much from few to many; wall time says more of what else this machine does. */
    private static final double FLAT = 1.3;

    @TempDir
    Path directory;

    /**
     * The copies lie in memory where the system has a file system there: what a disk takes to make the same files with plain
     * writes was seen to vary between 0.09 and 1.8 ms of CPU a sector within a minute, more than all that is measured here.
     */
    @TempDir(factory = InMemory.class)
    Path copies;

    private static final class InMemory implements TempDirFactory {
        private static final Path SHARED_MEMORY = Path.of("/dev/shm");

        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
            return Files.isWritable(SHARED_MEMORY)
                    ? Files.createTempDirectory(SHARED_MEMORY, "adit-copies-")
                    : Files.createTempDirectory("adit-copies-");
        }
    }

    private final TreeMap<SectorNumber, Commitment> sectors = new TreeMap<>();
    private StoragePaths paths;

    /** What one reading took; threads at their most, of the whole process, and how many files more than before were open. */
    private record Cost(int sectors, long wallMicros, long cpuMicros, long heapKib, long threads, long files) {
        double cpuPerSector() {
            return (double) cpuMicros / sectors;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d sectors: wall %.1f ms, %.1f us/sector; CPU %.1f us/sector; peak heap +%d KiB; platform threads %d;"
                            + " open files +%d",
                    sectors,
                    wallMicros / 1000.0,
                    (double) wallMicros / sectors,
                    cpuPerSector(),
                    heapKib,
                    threads,
                    files);
        }
    }

    @BeforeEach
    void open() throws IOException {
        paths = StoragePaths.open(directory.resolve("storage.json"), SpaceProbe.ofSystem(), InstantSource.system());
        var stores = new ArrayList<StoragePath>();
        for (int i = 0; i < PATHS; i++) {
            stores.add(paths.init(directory.resolve("path" + i), PathSettings.create(UUID.randomUUID(), true, true)));
        }
        var fixture = SealedSectorFixture.get();
        for (long number = 1; number <= MANY; number++) {
            var sector = new SectorId(MINER, new SectorNumber(number));
            var store = stores.get((int) (number % PATHS));
            Files.copy(fixture.files().sealed(), store.file(sector, SectorFileType.SEALED));
            Path cache = Files.createDirectories(store.file(sector, SectorFileType.CACHE));
            for (String name : List.of("p_aux", "t_aux", "sc-02-data-tree-r-last.dat")) {
                Files.copy(fixture.files().cache().resolve(name), cache.resolve(name));
            }
            sectors.put(sector.number(), fixture.commitments().commR());
        }
    }

    private static Randomness challenge(int seed) {
        byte[] bytes = new byte[Randomness.LENGTH];
        Arrays.fill(bytes, (byte) seed);
        return Randomness.of(bytes);
    }

    private ReadReplicas read(SectorReader reader, int count, int seed) throws InterruptedException {
        var some = new TreeMap<>(sectors.headMap(new SectorNumber(count + 1L)));
        return reader.read(TYPE, challenge(seed), some, () -> Duration.ofMinutes(2));
    }

    private Cost measure(SectorReader reader, int count, int seed) throws InterruptedException {
        System.gc();
        var heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
        heap.forEach(MemoryPoolMXBean::resetPeakUsage);
        long heapBefore =
                heap.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
        var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var threads = ManagementFactory.getThreadMXBean();
        threads.resetPeakThreadCount();
        var files = new AtomicLong();
        long openBefore = system.getOpenFileDescriptorCount();
        var watch = Thread.ofPlatform().daemon().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                files.accumulateAndGet(system.getOpenFileDescriptorCount(), Math::max);
            }
        });
        long cpu = system.getProcessCpuTime() - threads.getThreadCpuTime(watch.threadId());
        long began = System.nanoTime();
        try (var read = read(reader, count, seed)) {
            long wall = System.nanoTime() - began;
            long spent = system.getProcessCpuTime() - threads.getThreadCpuTime(watch.threadId()) - cpu;
            watch.interrupt();
            assertThat(read.problems()).isEmpty();
            assertThat(read.replicas()).hasSize(count);
            long peak = heap.stream()
                    .mapToLong(pool -> pool.getPeakUsage().getUsed())
                    .sum();
            return new Cost(
                    count,
                    wall / 1000,
                    spent / 1000,
                    (peak - heapBefore) >> 10,
                    threads.getPeakThreadCount() - 1,
                    files.get() - openBefore);
        }
    }

    @Test
    void readingCostsTheSamePerSector_whenAPartitionHasTwoThousand() throws Exception {
        var reader =
                new SectorReader(paths, ProvingSettings.devnet(MINER, Address.ofId(100), SectorSize.KIB_2), copies);
        for (int warm = 0; warm < 2; warm++) {
            measure(reader, MANY, 10 + warm);
        }

        var few = best(reader, FEW);
        var many = best(reader, MANY);

        LOG.info("reading on {} paths, {}", PATHS, few);
        LOG.info("reading on {} paths, {}", PATHS, many);
        assertThat(many.cpuPerSector()).isLessThan(FLAT * few.cpuPerSector());
        assertThat(many.threads() - few.threads()).as("eight threads a path").isLessThan(16);
        assertThat(many.files())
                .as("a path's slots have one file open each, and the rest of the process some; there are %s", 5 * MANY)
                .isLessThanOrEqualTo(PATHS * SLOTS + 8);
        assertThat(many.heapKib()).isLessThan(256 << 10);
        proveOnce(reader);
    }

    /**
     * The best of three rounds. Each reads as many sectors in all as the largest partition has, so that a small partition is
     * not judged by a moment in which the machine had nothing else to do.
     */
    private Cost best(SectorReader reader, int count) throws InterruptedException {
        var all = new ArrayList<Cost>();
        for (int round = 0; round < 3; round++) {
            var readings = new ArrayList<Cost>();
            for (int reading = 0; reading < MANY / count; reading++) {
                readings.add(measure(reader, count, 30 + round));
            }
            all.add(mean(readings));
        }
        return all.stream()
                .min((one, other) -> Double.compare(one.cpuPerSector(), other.cpuPerSector()))
                .orElseThrow();
    }

    /** Times are the mean, the rest is the most. */
    private static Cost mean(List<Cost> readings) {
        return new Cost(
                readings.getFirst().sectors(),
                (long) readings.stream().mapToLong(Cost::wallMicros).average().orElseThrow(),
                (long) readings.stream().mapToLong(Cost::cpuMicros).average().orElseThrow(),
                readings.stream().mapToLong(Cost::heapKib).max().orElseThrow(),
                readings.stream().mapToLong(Cost::threads).max().orElseThrow(),
                readings.stream().mapToLong(Cost::files).max().orElseThrow());
    }

    private void proveOnce(SectorReader reader) throws InterruptedException {
        try (var read = read(reader, MANY, 50)) {
            var all = List.copyOf(read.replicas().values());
            var two = List.of(all.getFirst(), all.getLast());
            var made = ProofsTestKit.proofs().windowPoSt(TYPE, MINER, challenge(50), two);
            assertThat(ProofsTestKit.proofs()
                            .verifyWindowPoSt(
                                    challenge(50),
                                    made.proofs(),
                                    two.stream()
                                            .map(one -> new PublicReplica(one.number(), one.commR()))
                                            .toList(),
                                    MINER))
                    .isTrue();
        }
    }

    @Test
    void libraryOpensTheLeavesOfTwoThousandAtTheSameCostEach_fromWhatWasRead() throws Exception {
        var calls = new ConcurrentLinkedQueue<CallStats>();
        var settings = ProofSettings.of(Files.createDirectories(directory.resolve("no-parameters")));
        var options = WorkerOptions.of(directory.resolve("workers"), NativeLibrary.locate(), settings);
        var reader =
                new SectorReader(paths, ProvingSettings.devnet(MINER, Address.ofId(100), SectorSize.KIB_2), copies);
        try (var proofs = new WorkerProofs(options, calls::add);
                var read = read(reader, MANY, 60)) {
            var replicas = List.copyOf(read.replicas().values());
            open(proofs, replicas, FEW);
            long few = open(proofs, replicas, FEW);
            long many = open(proofs, replicas, MANY);

            LOG.info(
                    "the library opens {} sectors in {} us each, {} in {} us each (wall)",
                    FEW,
                    few / FEW,
                    MANY,
                    many / MANY);
            assertThat((double) many / MANY).isLessThan(3.0 * few / FEW);
        }
    }

    /** Microseconds until the library looks for the parameters of the proof, which are not there. */
    private static long open(WorkerProofs proofs, List<PrivateReplica> replicas, int count) {
        long began = System.nanoTime();
        assertThatThrownBy(() -> proofs.windowPoSt(TYPE, MINER, challenge(60), replicas.subList(0, count)))
                .isInstanceOfSatisfying(
                        ProofsException.class, e -> assertThat(e.code()).isEqualTo(ProofsError.PARAMETERS_MISSING));
        return (System.nanoTime() - began) / 1000;
    }
}
