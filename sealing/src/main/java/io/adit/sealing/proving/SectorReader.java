package io.adit.sealing.proving;

import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.proofs.PrivateReplica;
import io.adit.sealing.storage.DurableFiles;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.SilentDiskException;
import io.adit.sealing.storage.StoragePath;
import io.adit.sealing.storage.StoragePaths;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies what a challenge opens from the sectors' own disks to a directory of the node's, all storage paths side by side,
 * each read with a limit and all together with another. The proof is made from the copies: a disk that hangs while the
 * proof is being made holds up nothing, and one that hangs here costs its own sectors only.
 *
 * <p>A copy has the length of the file it stands for, with holes where nothing is asked: some 200 KiB of a 32 GiB sector,
 * so half a gigabyte for a full partition.
 */
final class SectorReader {

    private static final Logger LOG = LoggerFactory.getLogger(SectorReader.class);
    private static final String PREFIX = "post-read-";

    private final StoragePaths paths;
    private final ProvingSettings settings;
    private final Path scratch;
    private final AtomicLong reads = new AtomicLong();

    /** @param scratch holds the copies; what an earlier run left there is removed */
    SectorReader(StoragePaths paths, ProvingSettings settings, Path scratch) {
        this.paths = paths;
        this.settings = settings;
        this.scratch = scratch;
        sweep();
    }

    private void sweep() {
        try {
            Files.createDirectories(scratch);
            for (Path left : DurableFiles.children(scratch)) {
                if (String.valueOf(left.getFileName()).startsWith(PREFIX)) {
                    DurableFiles.deleteTree(left);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("preparing " + scratch + " for window proofs", e);
        }
    }

    ReadReplicas read(RegisteredPoStProof type, Randomness challenge, Map<SectorNumber, Commitment> sectors)
            throws InterruptedException {
        Path into = scratch.resolve(PREFIX + reads.incrementAndGet());
        var run = new Run(type, challenge, into, new ConcurrentHashMap<>());
        var replicas = new TreeMap<SectorNumber, PrivateReplica>();
        var problems = new TreeMap<SectorNumber, String>();
        long until = System.nanoTime() + settings.readBudget().toNanos();
        // These only wait, so they may be virtual; the disks are asked on their paths' own threads.
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new TreeMap<SectorNumber, Future<PrivateReplica>>();
            sectors.forEach((sector, commR) -> running.put(sector, threads.submit(() -> run.read(sector, commR))));
            try {
                for (var one : running.entrySet()) {
                    await(one.getKey(), one.getValue(), until, replicas, problems);
                }
            } finally {
                running.values().forEach(one -> one.cancel(true));
            }
        } catch (InterruptedException e) {
            release(into);
            throw e;
        }
        return new ReadReplicas(replicas, problems, () -> release(into));
    }

    private void await(
            SectorNumber sector,
            Future<PrivateReplica> read,
            long until,
            Map<SectorNumber, PrivateReplica> replicas,
            Map<SectorNumber, String> problems)
            throws InterruptedException {
        try {
            replicas.put(sector, read.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            problems.put(
                    sector,
                    "its disk is too slow: it was not read within the " + seconds(settings.readBudget())
                            + " that a partition is given");
        } catch (ExecutionException e) {
            problems.put(sector, words(e.getCause()));
        }
    }

    private static String words(@Nullable Throwable cause) {
        return cause instanceof IOException || cause instanceof AditException
                ? String.valueOf(cause.getMessage())
                : String.valueOf(cause);
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }

    private static void release(Path copies) {
        try {
            DurableFiles.deleteTree(copies);
        } catch (IOException e) {
            LOG.warn("removing {}, which a window proof was made from: {}", copies, e.toString());
        }
    }

    /** One partition's reading. A path is asked for a bounded number of sectors at once, so that memory stays bounded. */
    private final class Run {
        private final RegisteredPoStProof type;
        private final Randomness challenge;
        private final Path into;
        private final Map<Path, Semaphore> slots;

        Run(RegisteredPoStProof type, Randomness challenge, Path into, Map<Path, Semaphore> slots) {
            this.type = type;
            this.challenge = challenge;
            this.into = into;
            this.slots = slots;
        }

        PrivateReplica read(SectorNumber number, Commitment commR) throws IOException, InterruptedException {
            try {
                return readOnce(number, commR);
            } catch (SilentDiskException e) {
                throw e;
            } catch (IOException e) {
                // Its files may have been moved to another path while they were read.
                LOG.debug("reading sector {} again: {}", number.value(), e.toString());
                return readOnce(number, commR);
            }
        }

        private PrivateReplica readOnce(SectorNumber number, Commitment commR)
                throws IOException, InterruptedException {
            var sector = new SectorId(settings.miner(), number);
            StoragePath sealed = locate(sector, SectorFileType.SEALED, "its sealed file is on no attached path");
            StoragePath cache = locate(sector, SectorFileType.CACHE, "its cache is on no attached path");
            var slot = slots.computeIfAbsent(sealed.root(), root -> new Semaphore(settings.parallelChecks()));
            slot.acquire();
            try {
                return copy(sector, commR, sealed, cache);
            } finally {
                slot.release();
            }
        }

        private StoragePath locate(SectorId sector, SectorFileType kind, String otherwise) throws IOException {
            Optional<StoragePath> holder = paths.locate(sector, kind);
            return holder.orElseThrow(() -> new IOException(otherwise));
        }

        private PrivateReplica copy(SectorId sector, Commitment commR, StoragePath sealed, StoragePath cache)
                throws IOException {
            List<Long> leaves = ChallengedLeaves.of(type, challenge, sector.number());
            Path trees = cache.file(sector, SectorFileType.CACHE);
            Path replica = sealed.file(sector, SectorFileType.SEALED);
            var size = settings.sectorSize();
            var kept = paths.ask(
                    cache, sector, settings.checkTimeout(), () -> ChallengedParts.ofCache(trees, size, leaves));
            var opened = paths.ask(
                    sealed,
                    sector,
                    settings.checkTimeout(),
                    () -> ChallengedParts.ofSealed(replica, size, leaves, kept.segmentLeaves()));
            try {
                return written(sector.number(), commR, kept, opened);
            } catch (IOException e) {
                // The sector is readable; that this directory is full must not cost its power.
                LOG.error("copying sector {} to {} failed, it is proven where it lies: {}", sector, into, e.toString());
                return new PrivateReplica(sector.number(), commR, trees, replica);
            }
        }

        private PrivateReplica written(
                SectorNumber number, Commitment commR, ChallengedParts.Cache kept, SparseCopy opened)
                throws IOException {
            Path copy = Files.createDirectories(into.resolve("s-" + number.value()));
            Path caches = Files.createDirectories(copy.resolve("cache"));
            for (var file : kept.files().entrySet()) {
                file.getValue().writeTo(caches.resolve(file.getKey()));
            }
            opened.writeTo(copy.resolve("sealed"));
            return new PrivateReplica(number, commR, caches, copy.resolve("sealed"));
        }
    }
}
