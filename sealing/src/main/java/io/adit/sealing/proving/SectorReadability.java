package io.adit.sealing.proving;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.time.SystemTimeline;
import io.adit.proofs.PrivateReplica;
import io.adit.sealing.storage.DiskLane;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.StoragePath;
import io.adit.sealing.storage.StoragePaths;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Finds sectors whose files cannot be proven, before a proof is spent on them: missing (a sector of 32 GiB has eight tree files,
 * one of 64 GiB sixteen), of another size, or not readable at both ends within the time given. A disk that hangs makes its own sectors unreadable and no others.
 */
final class SectorReadability implements ProvableSectors {

    private static final int NODE = 32;

    /**
     * Sectors of a path that all looks together ask about at once: half of the threads that a path has. Several deadlines are
     * looked at side by side, and what a proof reads stands in the same line.
     */
    private static final int LOOKED_AT = DiskLane.THREADS / 2;

    private final StoragePaths paths;
    private final ProvingSettings settings;
    private final SectorReader reader;
    private final PathSlots slots;
    private final SideBySide sideBySide = new SideBySide(new SystemTimeline(), "post-look");

    /** @param scratch where what challenges open is copied to */
    SectorReadability(StoragePaths paths, ProvingSettings settings, Path scratch) {
        this.paths = paths;
        this.settings = settings;
        this.reader = new SectorReader(paths, settings, scratch);
        this.slots = new PathSlots(paths, Math.min(LOOKED_AT, settings.parallelChecks()));
    }

    @Override
    public ReadReplicas read(
            RegisteredPoStProof type,
            Randomness challenge,
            Map<SectorNumber, Commitment> sectors,
            Supplier<Duration> left)
            throws InterruptedException {
        return reader.read(type, challenge, sectors, left);
    }

    @Override
    public SectorLook look(Collection<SectorNumber> sectors, Supplier<Duration> left) throws InterruptedException {
        var looked = sideBySide.ask(sectors, left, number -> {
            var sector = new SectorId(settings.miner(), number);
            return slots.within(sector, () -> problem(sector));
        });
        var problems = new TreeMap<>(looked.problems());
        looked.answers().forEach((sector, problem) -> problem.ifPresent(words -> problems.put(sector, words)));
        looked.late()
                .forEach(sector -> problems.put(
                        sector,
                        "its disk is too slow: it did not answer within the " + looked.after()
                                + " that its partition was given"));
        return new SectorLook(problems, looked.late());
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
                : paths.ask(cache.get(), sector, settings.checkTimeout(), () -> ofCache(trees, settings.sectorSize()));
    }

    private static Optional<String> ofReplica(Path sealed, SectorSize size) throws IOException {
        long length = Files.size(sealed);
        if (length != size.bytes()) {
            return Optional.of("its sealed file has " + length + " bytes instead of " + size.bytes());
        }
        readEnds(sealed, length);
        return Optional.empty();
    }

    private static Optional<String> ofCache(Path cache, SectorSize size) throws IOException {
        Optional<String> problem = ChallengedParts.problem(cache, size);
        if (problem.isPresent()) {
            return problem;
        }
        Path aux = cache.resolve("t_aux");
        if (!Files.exists(aux)) {
            return Optional.of("its cache has no t_aux");
        }
        readFirst(aux);
        readFirst(cache.resolve("p_aux"));
        for (String tree : ChallengedParts.trees(size)) {
            // Its end is the root, which every proof needs.
            readEnds(cache.resolve(tree), Files.size(cache.resolve(tree)));
        }
        return Optional.empty();
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
