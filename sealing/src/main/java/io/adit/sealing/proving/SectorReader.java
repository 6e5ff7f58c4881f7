package io.adit.sealing.proving;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.time.SystemTimeline;
import io.adit.proofs.PrivateReplica;
import io.adit.sealing.storage.DurableFiles;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.SilentDiskException;
import io.adit.sealing.storage.StoragePath;
import io.adit.sealing.storage.StoragePaths;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies what a challenge opens from the sectors' own disks to a directory of the node's, all storage paths side by side,
 * each read with a limit and all together for as long as they are given. The proof is made from the copies: a disk that hangs while the
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
    private final SideBySide sideBySide = new SideBySide(new SystemTimeline(), "post-read");
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

    /** @param left asked again and again: how long it may still take */
    ReadReplicas read(
            RegisteredPoStProof type,
            Randomness challenge,
            Map<SectorNumber, Commitment> sectors,
            Supplier<Duration> left)
            throws InterruptedException {
        Path into = scratch.resolve(PREFIX + reads.incrementAndGet());
        var run = new Run(type, challenge, into);
        SideBySide.Answers<PrivateReplica> read;
        try {
            read = sideBySide.ask(
                    sectors.keySet(), left, sector -> run.read(sector, Objects.requireNonNull(sectors.get(sector))));
        } catch (InterruptedException e) {
            release(into);
            throw e;
        }
        var problems = new TreeMap<>(read.problems());
        read.late()
                .forEach(sector -> problems.put(
                        sector,
                        "its disk is too slow: it was not read within the " + read.after()
                                + " that its partition was given"));
        return new ReadReplicas(read.answers(), problems, read.late(), () -> release(into));
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
        private final PathSlots slots = new PathSlots(paths, settings.parallelChecks());

        Run(RegisteredPoStProof type, Randomness challenge, Path into) {
            this.type = type;
            this.challenge = challenge;
            this.into = into;
        }

        PrivateReplica read(SectorNumber number, Commitment commR) throws IOException, InterruptedException {
            try {
                return readOnce(number, commR);
            } catch (SilentDiskException | InterruptedIOException e) {
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
            return slots.within(
                    sector,
                    () -> copy(
                            sector,
                            commR,
                            locate(sector, SectorFileType.SEALED, "its sealed file is on no attached path"),
                            locate(sector, SectorFileType.CACHE, "its cache is on no attached path")));
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
