package io.adit.sealing.storage;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorSize;
import io.adit.sealing.SealingError;
import io.adit.sealing.storage.StoragePath.Purpose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attached storage paths and the sectors' files on them. The disks are the truth: every question is answered by
 * looking, nothing is remembered but reservations. A declared path that cannot be read is fenced (shown with its
 * problem, used for nothing) and does not keep the node from starting.
 */
public final class StoragePaths {

    private static final Logger LOG = LoggerFactory.getLogger(StoragePaths.class);

    /** Endings of names this node gives unfinished files; only these are swept at start. */
    public static final String WRITING = ".writing";

    private static final String DELETING = ".deleting";

    private final Path storageJson;
    private final SpaceLedger ledger;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private Map<Path, StoragePath> attached = Map.of();
    private Map<Path, String> fenced = Map.of();

    private StoragePaths(Path storageJson, SpaceProbe probe, InstantSource clock) {
        this.storageJson = storageJson;
        this.ledger = new SpaceLedger(probe);
        this.clock = clock;
    }

    /** Opens the paths that {@code storage.json} declares; a missing file declares none. */
    public static StoragePaths open(Path storageJson, SpaceProbe probe, InstantSource clock) {
        var paths = new StoragePaths(storageJson.toAbsolutePath().normalize(), probe, clock);
        paths.reload();
        paths.attached().forEach(paths::sweep);
        return paths;
    }

    /** Looks at the declarations again, for example after a disk was mounted. */
    public void reload() {
        var good = new LinkedHashMap<Path, StoragePath>();
        var bad = new LinkedHashMap<Path, String>();
        var ids = new LinkedHashMap<String, Path>();
        for (Path root : StorageDeclaration.readPaths(storageJson)) {
            try {
                var path = load(root);
                // The same disk under two names would make a move delete the only copy.
                Path other = ids.putIfAbsent(path.settings().id(), root);
                if (other == null) {
                    good.put(root, path);
                } else {
                    bad.put(root, "has the same ID as " + other + ": one path declared twice");
                }
            } catch (AditException | IOException e) {
                bad.put(root, String.valueOf(e.getMessage()));
            }
        }
        bad.forEach((root, problem) -> LOG.error("storage path {} is not used: {}", root, problem));
        lock.lock();
        try {
            attached = Map.copyOf(good);
            fenced = Map.copyOf(bad);
        } finally {
            lock.unlock();
        }
    }

    /** Makes a directory a storage path by writing its {@code sectorstore.json}, and attaches it. */
    public StoragePath init(Path directory, PathSettings settings) {
        Path root = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(root);
            if (Files.exists(root.resolve(StorageDeclaration.SETTINGS_FILE))) {
                throw new AditException(
                        SealingError.STORAGE_PATH_INVALID,
                        "making " + root + " a storage path: it is one already; attach it without --init");
            }
        } catch (IOException e) {
            throw new AditException(SealingError.STORAGE_IO, "making " + root + " a storage path: " + e, e);
        }
        StorageDeclaration.writeSettings(root, settings);
        return attach(root);
    }

    /** Attaches a directory that already is a storage path; attaching twice changes nothing. */
    public StoragePath attach(Path directory) {
        Path root = directory.toAbsolutePath().normalize();
        StoragePath candidate;
        try {
            candidate = load(root);
        } catch (IOException e) {
            throw new AditException(SealingError.STORAGE_PATH_INVALID, "attaching " + root + ": " + e, e);
        }
        for (StoragePath other : attached()) {
            if (!other.root().equals(root)
                    && other.settings().id().equals(candidate.settings().id())) {
                throw new AditException(
                        SealingError.STORAGE_PATH_INVALID,
                        "attaching " + root + ": it has the same ID as " + other.root() + "; one disk must not be"
                                + " attached twice");
            }
        }
        var declared = new ArrayList<>(StorageDeclaration.readPaths(storageJson));
        if (!declared.contains(root)) {
            declared.add(root);
            StorageDeclaration.writePaths(storageJson, declared);
        }
        reload();
        return attached().stream()
                .filter(path -> path.root().equals(root))
                .findFirst()
                .orElseThrow(() -> new AditException(
                        SealingError.STORAGE_PATH_INVALID, "attaching " + root + ": " + problemOf(root)));
    }

    /** Stops using a path; its files stay where they are. */
    public void detach(Path directory) {
        Path root = directory.toAbsolutePath().normalize();
        var declared = new ArrayList<>(StorageDeclaration.readPaths(storageJson));
        if (!declared.remove(root)) {
            throw new AditException(
                    SealingError.STORAGE_PATH_INVALID, "detaching " + root + ": it is not attached; see storage list");
        }
        StorageDeclaration.writePaths(storageJson, declared);
        reload();
    }

    /** The paths in use, in the order of their roots. */
    public List<StoragePath> attached() {
        lock.lock();
        try {
            return attached.values().stream()
                    .sorted(Comparator.comparing(StoragePath::root))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Every declared path with its sizes, for the operator. */
    public List<PathStatus> list() {
        var statuses = new ArrayList<PathStatus>();
        for (StoragePath path : attached()) {
            statuses.add(ledger.status(path));
        }
        lock.lock();
        try {
            fenced.forEach((root, problem) ->
                    statuses.add(new PathStatus(root, Optional.empty(), 0, 0, 0, 0, 0, Optional.of(problem))));
        } finally {
            lock.unlock();
        }
        return statuses;
    }

    /** What this node may still put on a path, in bytes; 0 where the path cannot be read. */
    public long available(StoragePath path) {
        return Math.max(0, ledger.room(path));
    }

    /** What running steps may still write on a path, in bytes. */
    public long reserved(StoragePath path) {
        return ledger.reserved(path);
    }

    /** Every path that has this file under its final name; those meant for storing first. */
    public List<StoragePath> locations(SectorId sector, SectorFileType type) {
        return attached().stream()
                .filter(path -> Files.exists(path.file(sector, type), LinkOption.NOFOLLOW_LINKS))
                .sorted(Comparator.comparing(
                                (StoragePath path) -> path.settings().canStore())
                        .reversed())
                .toList();
    }

    /** Where this file is, if anywhere. */
    public Optional<Path> find(SectorId sector, SectorFileType type) {
        return locations(sector, type).stream()
                .map(path -> path.file(sector, type))
                .findFirst();
    }

    /** Where this file is; {@code SECTOR_FILE_MISSING} names it where it is nowhere. */
    public Path require(SectorId sector, SectorFileType type) {
        return find(sector, type)
                .orElseThrow(() -> new AditException(
                        SealingError.SECTOR_FILE_MISSING,
                        "looking for " + type.directory() + "/" + SectorNames.nameOf(sector) + ": it is on none of "
                                + attached().size() + " attached storage paths"));
    }

    /** The sectors that have a file of this kind on any path. Names that are no sector's are left alone. */
    public SortedSet<SectorId> sectors(SectorFileType type) {
        var found = new TreeSet<>(
                Comparator.comparingLong((SectorId id) -> id.miner().value())
                        .thenComparingLong(id -> id.number().value()));
        for (StoragePath path : attached()) {
            try {
                for (Path entry : DurableFiles.children(path.root().resolve(type.directory()))) {
                    SectorNames.parse(String.valueOf(entry.getFileName())).ifPresent(found::add);
                }
            } catch (IOException e) {
                LOG.error("storage path {} cannot be listed: {}", path.root(), e.toString());
            }
        }
        return found;
    }

    /**
     * Sets space aside for a step that writes these kinds of files, each where it already is or on the best path.
     *
     * @throws AditException {@code STORAGE_NO_PATH} or {@code STORAGE_NO_SPACE}, before anything was written
     */
    public Reservation reserve(SectorId sector, SectorSize size, Set<SectorFileType> types, Purpose purpose) {
        return ledger.reserve(this, sector, size, types, purpose);
    }

    void release(Reservation reservation) {
        ledger.release(reservation);
    }

    /** Deletes a sector's file of this kind from every path; first renamed, so that no half-deleted file is found. */
    public void remove(SectorId sector, SectorFileType type) {
        for (StoragePath path : locations(sector, type)) {
            removeFrom(path, sector, type);
        }
    }

    /** Deletes one copy. */
    void removeFrom(StoragePath path, SectorId sector, SectorFileType type) {
        Path doomed = path.unfinished(sector, type, DELETING);
        try {
            DurableFiles.deleteTree(doomed);
            DurableFiles.rename(path.file(sector, type), doomed);
            DurableFiles.deleteTree(doomed);
        } catch (IOException e) {
            throw new AditException(SealingError.STORAGE_IO, "deleting " + path.file(sector, type) + ": " + e, e);
        }
    }

    /** Puts a suspicious file out of the way without deleting it; absent is fine. Answers where it is now. */
    public Optional<Path> quarantine(SectorId sector, SectorFileType type) {
        Optional<Path> moved = Optional.empty();
        for (StoragePath path : locations(sector, type)) {
            Path directory = path.quarantineDirectory(type);
            Path target = directory.resolve(
                    SectorNames.nameOf(sector) + "." + clock.instant().toEpochMilli());
            try {
                Files.createDirectories(directory);
                DurableFiles.deleteTree(target);
                DurableFiles.rename(path.file(sector, type), target);
            } catch (IOException e) {
                throw new AditException(
                        SealingError.STORAGE_IO, "quarantining " + path.file(sector, type) + ": " + e, e);
            }
            LOG.warn("quarantined {} of sector {} as {}", type, sector.number().value(), target);
            moved = Optional.of(target);
        }
        return moved;
    }

    private static StoragePath load(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new AditException(
                    SealingError.STORAGE_PATH_INVALID, root + " is not a directory; check that the disk is mounted");
        }
        var path = new StoragePath(root, StorageDeclaration.readSettings(root));
        for (SectorFileType type : SectorFileType.values()) {
            Files.createDirectories(path.unfinishedDirectory(type));
        }
        return path;
    }

    /** What an earlier run left half written or half deleted is of no use: its step starts again. */
    private void sweep(StoragePath path) {
        for (SectorFileType type : SectorFileType.values()) {
            try {
                for (Path entry : DurableFiles.children(path.unfinishedDirectory(type))) {
                    String name = String.valueOf(entry.getFileName());
                    if (name.endsWith(WRITING) || name.endsWith(DELETING)) {
                        LOG.info("removing what an interrupted step left: {}", entry);
                        DurableFiles.deleteTree(entry);
                    }
                }
            } catch (IOException e) {
                LOG.error("storage path {} cannot be swept: {}", path.root(), e.toString());
            }
        }
    }

    private String problemOf(Path root) {
        lock.lock();
        try {
            return fenced.getOrDefault(root, "not declared");
        } finally {
            lock.unlock();
        }
    }
}
