package io.adit.market.ipni;

import io.adit.core.ipld.Cid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chunks of multihashes in files, the oldest of which go when there are too many. It only spares reading a piece's block
 * heads when an indexer asks soon after the announcement: every chunk can be made again, so nothing is forced to disk, and
 * what is read is checked against its CID.
 */
final class EntryFiles {
    private static final Logger LOG = LoggerFactory.getLogger(EntryFiles.class);
    private static final String UNFINISHED = ".part";
    private static final int MAX_CHUNK = 4 << 20;

    private final Path directory;
    private final long budget;
    private final InstantSource clock;
    private final Deque<Kept> oldestFirst = new ArrayDeque<>();
    private long bytes;

    private record Kept(Path file, long length, FileTime since) {}

    /**
     * Opens the directory, making it when there is none; nothing else may be in there.
     *
     * @param budget most bytes that are kept; 0 keeps none
     */
    static EntryFiles open(Path directory, long budget, InstantSource clock) throws IOException {
        var files = new EntryFiles(Files.createDirectories(directory), budget, clock);
        files.load();
        return files;
    }

    private EntryFiles(Path directory, long budget, InstantSource clock) {
        this.directory = directory;
        this.budget = budget;
        this.clock = clock;
    }

    private void load() throws IOException {
        var found = new ArrayList<Kept>();
        List<Path> all;
        try (var files = Files.list(directory)) {
            all = files.toList();
        }
        for (var file : all) {
            if (file.getFileName().toString().endsWith(UNFINISHED)) {
                Files.delete(file);
            } else if (Files.isRegularFile(file)) {
                found.add(new Kept(file, Files.size(file), Files.getLastModifiedTime(file)));
            }
        }
        found.sort(Comparator.comparing(Kept::since));
        oldestFirst.addAll(found);
        bytes = found.stream().mapToLong(Kept::length).sum();
        makeRoom(0);
    }

    /** Keeps a chunk; a disk that takes none costs time later, not the advertisement. */
    synchronized void put(Cid cid, byte[] block) {
        if (block.length > budget) {
            return;
        }
        var file = directory.resolve(cid.toString());
        var unfinished = directory.resolve(cid + UNFINISHED);
        try {
            if (Files.exists(file)) {
                return;
            }
            makeRoom(block.length);
            Files.write(unfinished, block);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            oldestFirst.add(new Kept(file, block.length, FileTime.from(clock.instant())));
            bytes += block.length;
        } catch (IOException e) {
            LOG.warn("cannot keep the chunk {} in {}: {}", cid, directory, e.toString());
        }
    }

    /** The chunk, if it is kept whole. */
    Optional<byte[]> get(Cid cid) {
        var file = directory.resolve(cid.toString());
        try {
            if (!Files.exists(file) || Files.size(file) > MAX_CHUNK) {
                return Optional.empty();
            }
            var block = Files.readAllBytes(file);
            if (EntryChunk.cidOf(block).equals(cid)) {
                return Optional.of(block);
            }
            LOG.warn("the chunk {} is not what was written; it is made again", file);
            Files.deleteIfExists(file);
            return Optional.empty();
        } catch (NoSuchFileException e) {
            // It made room for another one meanwhile.
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("cannot read the chunk {}: {}", file, e.toString());
            return Optional.empty();
        }
    }

    private void makeRoom(long wanted) throws IOException {
        while (bytes + wanted > budget && !oldestFirst.isEmpty()) {
            var oldest = oldestFirst.remove();
            // Also where it cannot be deleted, so that one such file does not shrink the room for all others.
            bytes -= oldest.length();
            Files.deleteIfExists(oldest.file());
        }
    }
}
