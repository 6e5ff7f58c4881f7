package io.adit.simulation;

import io.adit.core.ipld.Cid;
import io.adit.core.slash.FileGuardAnchor;
import io.adit.core.slash.GuardSettings;
import io.adit.core.slash.MachineMark;
import io.adit.core.slash.MiningLease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What a node that makes blocks keeps: the slash guard's log, real files on a real file system, its anchor on another
 * volume, and the journal. It can be copied, backed up and restored as operators do, and lose what was not synced.
 */
final class MinerHome {
    private static final String LOG = "slash-guard-1000.log";
    private static final String LOCK = "slash-guard-1000.lock";

    private final Path directory;
    private final Path anchor;
    private final JournalStore journal = new JournalStore();
    private long synced;

    /**
     * A home that is empty, or not.
     *
     * @param directory of the log
     * @param anchor a file
     */
    MinerHome(Path directory, Path anchor) {
        this.directory = directory;
        this.anchor = anchor;
    }

    /** What was copied away at some time. */
    record Backup(byte[] log, Optional<byte[]> anchor, Map<String, String> journal) {
        Backup {
            log = log.clone();
            anchor = anchor.map(byte[]::clone);
        }

        @Override
        public byte[] log() {
            return log.clone();
        }
    }

    JournalStore journal() {
        return journal;
    }

    Path anchor() {
        return anchor;
    }

    /** Names the guard, as the node's own file beside it does. */
    String guard() {
        return "guard in " + directory;
    }

    GuardSettings settings(Cid genesis, MachineMark mark, MiningLease lease) {
        return new GuardSettings(
                ContestedChain.MINER, genesis, directory, new FileGuardAnchor(anchor), mark, lease, true);
    }

    /** The log is on disk as it is now. */
    void synced() {
        synced = size();
    }

    private long size() {
        var log = directory.resolve(LOG);
        try {
            return Files.exists(log) ? Files.size(log) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The operating system lets go of what a dead process held: its lock was on this file, whoever comes makes another. */
    void letGo() {
        try {
            Files.deleteIfExists(directory.resolve(LOCK));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The power goes: of what was appended after the last sync some part is there afterwards. */
    void losePower(RandomGenerator random) {
        long size = size();
        if (size > synced) {
            try (var log = FileChannel.open(directory.resolve(LOG), StandardOpenOption.WRITE)) {
                log.truncate(random.nextLong(synced, size + 1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Reads everything, as a backup does, also while a process runs. */
    Backup backUp() {
        try {
            return new Backup(
                    Files.readAllBytes(directory.resolve(LOG)),
                    Files.exists(anchor) ? Optional.of(Files.readAllBytes(anchor)) : Optional.empty(),
                    journal.copy());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts files of a backup in the place of what is there: new files with the old names. */
    void restore(Backup backup, boolean withAnchor) {
        try {
            Files.createDirectories(directory);
            replace(directory.resolve(LOG), backup.log());
            if (withAnchor && backup.anchor().isPresent()) {
                Files.createDirectories(anchor.getParent());
                replace(anchor, backup.anchor().get());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        journal.restore(backup.journal());
        synced();
    }

    /** Beside the old one first, so that the file system cannot give it the old one's number. */
    private static void replace(Path file, byte[] content) throws IOException {
        var beside = file.resolveSibling(file.getFileName() + ".restored");
        Files.write(beside, content);
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** As an image of the disks does: all files are the old ones, down to their numbers. */
    void rollBack(Backup image) {
        try {
            Files.write(directory.resolve(LOG), image.log());
            if (image.anchor().isPresent()) {
                Files.write(anchor, image.anchor().get());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        journal.restore(image.journal());
        synced();
    }
}
