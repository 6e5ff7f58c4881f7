package io.adit.sealing.proving;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.sealing.storage.DurableFiles;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.StoragePaths;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds sectors whose files cannot be proven, before a proof is spent on them: missing, of another size, or not
 * readable at both ends within the time given. A disk that hangs holds its own checks only.
 */
final class SectorReadability {

    private static final int NODE = 32;
    private static final String LAST_TREE = "sc-02-data-tree-r-last";

    /** What keeps one sector's files from being proven, if anything; may take for ever on a disk that hangs. */
    @FunctionalInterface
    interface Check {
        Optional<String> problem(SectorId sector) throws IOException, InterruptedException;
    }

    private final Check check;
    private final ActorId miner;
    private final int parallel;
    private final Duration timeout;

    SectorReadability(StoragePaths paths, ProvingSettings settings) {
        this(sector -> problem(paths, settings.sectorSize(), sector), settings);
    }

    SectorReadability(Check check, ProvingSettings settings) {
        this.check = check;
        this.miner = settings.miner();
        this.parallel = settings.parallelChecks();
        this.timeout = settings.checkTimeout();
    }

    /** The sectors that cannot be proven, each with the reason in words. */
    Map<SectorNumber, String> unreadable(Collection<SectorNumber> sectors) throws InterruptedException {
        var problems = new TreeMap<SectorNumber, String>();
        var slots = new Semaphore(parallel);
        // Not closed: closing waits for checks that hang, which is what the timeout is there to avoid.
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            var checks = new ArrayList<Future<Optional<String>>>();
            var numbers = List.copyOf(sectors);
            for (SectorNumber sector : numbers) {
                checks.add(threads.submit(limited(slots, threads, new SectorId(miner, sector))));
            }
            for (int i = 0; i < numbers.size(); i++) {
                SectorNumber sector = numbers.get(i);
                result(checks.get(i)).ifPresent(problem -> problems.put(sector, problem));
            }
        } finally {
            threads.shutdownNow();
        }
        return problems;
    }

    private static Optional<String> result(Future<Optional<String>> check) throws InterruptedException {
        try {
            return check.get();
        } catch (ExecutionException e) {
            return Optional.of(String.valueOf(e.getCause()));
        }
    }

    private Callable<Optional<String>> limited(Semaphore slots, ExecutorService threads, SectorId sector) {
        return () -> {
            slots.acquire();
            try {
                return inTime(threads.submit(() -> check.problem(sector)));
            } finally {
                // Also while the check still hangs: its disk must not take the places of the others.
                slots.release();
            }
        };
    }

    private Optional<String> inTime(Future<Optional<String>> check) throws InterruptedException, ExecutionException {
        try {
            return check.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return Optional.of("its disk did not answer within " + timeout.toSeconds() + " s");
        }
    }

    private static Optional<String> problem(StoragePaths paths, SectorSize size, SectorId sector) throws IOException {
        Optional<Path> sealed = paths.find(sector, SectorFileType.SEALED);
        if (sealed.isEmpty()) {
            return Optional.of("its sealed file is on no attached path");
        }
        long length = Files.size(sealed.get());
        if (length != size.bytes()) {
            return Optional.of("its sealed file has " + length + " bytes instead of " + size.bytes());
        }
        readEnds(sealed.get(), length);
        Optional<Path> cache = paths.find(sector, SectorFileType.CACHE);
        if (cache.isEmpty()) {
            return Optional.of("its cache is on no attached path");
        }
        boolean tree = false;
        for (Path file : DurableFiles.children(cache.get())) {
            tree |= String.valueOf(file.getFileName()).startsWith(LAST_TREE) && Files.size(file) > 0;
        }
        for (String name : List.of("p_aux", "t_aux")) {
            if (!Files.isRegularFile(cache.get().resolve(name))) {
                return Optional.of("its cache has no " + name);
            }
        }
        return tree ? Optional.empty() : Optional.of("its cache has no " + LAST_TREE);
    }

    private static void readEnds(Path file, long length) throws IOException {
        try (var channel = FileChannel.open(file)) {
            for (long at : new long[] {0, length - NODE}) {
                if (channel.read(ByteBuffer.allocate(NODE), at) != NODE) {
                    throw new EOFException(file + " ends before byte " + (at + NODE));
                }
            }
        }
    }
}
