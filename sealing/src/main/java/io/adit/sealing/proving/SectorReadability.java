package io.adit.sealing.proving;

import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.proofs.PrivateReplica;
import io.adit.sealing.storage.DurableFiles;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.SilentDiskException;
import io.adit.sealing.storage.StoragePath;
import io.adit.sealing.storage.StoragePaths;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Finds sectors whose files cannot be proven, before a proof is spent on them: missing, of another size, or not
 * readable at both ends within the time given. A disk that hangs makes its own sectors unreadable and no others.
 */
final class SectorReadability implements ProvableSectors {

    private static final int NODE = 32;
    private static final String LAST_TREE = "sc-02-data-tree-r-last";

    private final StoragePaths paths;
    private final ProvingSettings settings;
    private final SectorReader reader;

    /** @param scratch where what challenges open is copied to */
    SectorReadability(StoragePaths paths, ProvingSettings settings, Path scratch) {
        this.paths = paths;
        this.settings = settings;
        this.reader = new SectorReader(paths, settings, scratch);
    }

    @Override
    public ReadReplicas read(RegisteredPoStProof type, Randomness challenge, Map<SectorNumber, Commitment> sectors)
            throws InterruptedException {
        return reader.read(type, challenge, sectors);
    }

    @Override
    public Map<SectorNumber, String> unreadable(Collection<SectorNumber> sectors) throws InterruptedException {
        var problems = new TreeMap<SectorNumber, String>();
        var slots = new Semaphore(settings.parallelChecks());
        // These only wait, so they may be virtual; the disks are asked on their paths' own threads.
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var checks = new TreeMap<SectorNumber, Future<Optional<String>>>();
            for (SectorNumber sector : sectors) {
                checks.put(sector, threads.submit(() -> limited(slots, new SectorId(settings.miner(), sector))));
            }
            for (var check : checks.entrySet()) {
                result(check.getValue()).ifPresent(problem -> problems.put(check.getKey(), problem));
            }
        }
        return problems;
    }

    @Override
    public PrivateReplica replica(SectorNumber number, Commitment commR) {
        var sector = new SectorId(settings.miner(), number);
        return new PrivateReplica(
                number,
                commR,
                paths.require(sector, SectorFileType.CACHE),
                paths.require(sector, SectorFileType.SEALED));
    }

    private static Optional<String> result(Future<Optional<String>> check) throws InterruptedException {
        try {
            return check.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            return Optional.of(
                    cause instanceof SilentDiskException || cause instanceof AditException
                            ? String.valueOf(cause.getMessage())
                            : String.valueOf(cause));
        }
    }

    private Optional<String> limited(Semaphore slots, SectorId sector) throws IOException, InterruptedException {
        slots.acquire();
        try {
            return problem(sector);
        } finally {
            slots.release();
        }
    }

    private Optional<String> problem(SectorId sector) throws IOException {
        Optional<StoragePath> sealed = paths.locate(sector, SectorFileType.SEALED);
        if (sealed.isEmpty()) {
            return Optional.of("its sealed file is on no attached path");
        }
        Optional<StoragePath> cache = paths.locate(sector, SectorFileType.CACHE);
        if (cache.isEmpty()) {
            return Optional.of("its cache is on no attached path");
        }
        Path replica = sealed.get().file(sector, SectorFileType.SEALED);
        Path trees = cache.get().file(sector, SectorFileType.CACHE);
        Optional<String> problem = paths.ask(
                sealed.get(), sector, settings.checkTimeout(), () -> ofReplica(replica, settings.sectorSize()));
        return problem.isPresent()
                ? problem
                : paths.ask(cache.get(), sector, settings.checkTimeout(), () -> ofCache(trees));
    }

    private static Optional<String> ofReplica(Path sealed, SectorSize size) throws IOException {
        long length = Files.size(sealed);
        if (length != size.bytes()) {
            return Optional.of("its sealed file has " + length + " bytes instead of " + size.bytes());
        }
        readEnds(sealed, length);
        return Optional.empty();
    }

    private static Optional<String> ofCache(Path cache) throws IOException {
        for (String name : List.of("p_aux", "t_aux")) {
            Path file = cache.resolve(name);
            if (!Files.exists(file)) {
                return Optional.of("its cache has no " + name);
            }
            readFirst(file);
        }
        for (Path file : DurableFiles.children(cache)) {
            if (String.valueOf(file.getFileName()).startsWith(LAST_TREE) && Files.size(file) > 0) {
                return Optional.empty();
            }
        }
        return Optional.of("its cache has no " + LAST_TREE);
    }

    private static void readFirst(Path file) throws IOException {
        try (var channel = FileChannel.open(file)) {
            if (channel.read(ByteBuffer.allocate(1)) != 1) {
                throw new EOFException(file + " is empty");
            }
        }
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
