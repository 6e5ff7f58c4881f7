package io.adit.sealing.storage;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorSize;
import io.adit.sealing.SealingError;
import io.adit.sealing.storage.StoragePath.Purpose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
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

    static final String DELETING = ".deleting";

    /** How long a path may take to say whether it has a file; a sleeping drive needs 15 s to spin up. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path storageJson;
    private final SpaceLedger ledger;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock declaring = new ReentrantLock();
    private Map<Path, StoragePath> attached = Map.of();
    private Map<Path, String> fenced = Map.of();
    private final Map<Path, Refused> refused = new ConcurrentHashMap<>();
    private final DiskLanes lanes = new DiskLanes();
    private final PathLoader loader;
    private final FileLooks looks = new FileLooks(this);
    private final Map<Named, StoragePath> lastSeen = new ConcurrentHashMap<>();

    private record Named(SectorId sector, SectorFileType type) {}

    /** A configured path that could not be brought into use, and what it was to be made with. */
    private record Refused(String problem, PathSettings settings) {}

    private StoragePaths(Path storageJson, SpaceProbe probe, InstantSource clock, long keptFree, Duration patience) {
        this.loader = new PathLoader(lanes, patience);
        this.storageJson = storageJson;
        this.ledger = new SpaceLedger(probe, this::ask, keptFree);
        this.clock = clock;
    }

    /** Opens the paths that {@code storage.json} declares; a missing file declares none. */
    public static StoragePaths open(Path storageJson, SpaceProbe probe, InstantSource clock) {
        return open(storageJson, probe, clock, 0);
    }

    /**
     * Opens the paths that {@code storage.json} declares, side by side: those whose disks hang cost the others half a minute, however
     * many they are.
     *
     * @param keptFree bytes that stay free on every file system
     */
    public static StoragePaths open(Path storageJson, SpaceProbe probe, InstantSource clock, long keptFree) {
        return open(storageJson, probe, clock, keptFree, PATIENCE);
    }

    /** @param patience how long all disks together are waited for when their paths are brought into use */
    static StoragePaths open(
            Path storageJson, SpaceProbe probe, InstantSource clock, long keptFree, Duration patience) {
        var paths = new StoragePaths(storageJson.toAbsolutePath().normalize(), probe, clock, keptFree, patience);
        paths.reload();
        return paths;
    }

    /** Asks a path's disk on that path's own threads; see {@link DiskLane}. */
    <T> T ask(StoragePath path, Object about, Duration patience, Callable<T> question) throws IOException {
        return lanes.of(path.root()).ask(about, patience, question);
    }

    /**
     * Asks a question about a sector's files of the disk they lie on. It runs on one of that path's threads, so a disk
     * that hangs holds nobody but those who ask it, and those only as long as their patience.
     *
     * @throws SilentDiskException when the disk does not answer in time, or is known not to
     */
    public <T> T ask(StoragePath path, SectorId sector, Duration patience, Callable<T> question) throws IOException {
        return ask(path, (Object) sector, patience, question);
    }

    /**
     * Looks at the declarations again, for example after a disk was mounted. A path in use whose disk is silent or busy for the
     * moment stays in use: what lies there is late, not gone.
     */
    public void reload() {
        var good = new LinkedHashMap<Path, StoragePath>();
        var bad = new LinkedHashMap<Path, String>();
        var ids = new LinkedHashMap<String, Path>();
        loader.askAll(StorageDeclaration.readPaths(storageJson), loader::load).forEach((root, loaded) -> {
            var path = loaded.isLate() ? used(root) : loaded.answer();
            if (path.isEmpty()) {
                bad.put(root, loaded.problem());
                return;
            }
            // The same disk under two names would make a move delete the only copy.
            Path other = ids.putIfAbsent(path.get().settings().id(), root);
            if (other == null) {
                good.put(root, path.get());
            } else {
                bad.put(root, "has the same ID as " + other + ": one path declared twice");
            }
        });
        bad.forEach((root, problem) -> LOG.error("storage path {} is not used: {}", root, problem));
        lock.lock();
        try {
            attached = Map.copyOf(good);
            fenced = Map.copyOf(bad);
        } finally {
            lock.unlock();
        }
    }

    private Optional<StoragePath> used(Path root) {
        return attached().stream().filter(path -> path.root().equals(root)).findFirst();
    }

    /**
     * Tries again what could not be used so far, as a disk that was mounted after the node had started. Paths in use are left
     * alone. May take as long as every disk that does not answer is given.
     *
     * @return the paths that came into use
     */
    public List<Path> lookAgain() {
        Map<Path, String> unusable;
        lock.lock();
        try {
            unusable = fenced;
        } finally {
            lock.unlock();
        }
        var came = new ArrayList<Path>();
        loader.askAll(unusable.keySet(), loader::load)
                .forEach((root, loaded) ->
                        loaded.answer().filter(this::isUsedNow).ifPresent(path -> came.add(root)));
        var before = new LinkedHashMap<Path, PathSettings>();
        refused.forEach((root, why) -> before.put(root, why.settings()));
        adoptAll(before);
        before.keySet().stream().filter(root -> !refused.containsKey(root)).forEach(came::add);
        came.forEach(root -> LOG.info("storage path {} is used now", root));
        return came;
    }

    /** False where another path has its ID, or where it is in use already. */
    private boolean isUsedNow(StoragePath path) {
        lock.lock();
        try {
            if (attached.containsKey(path.root()) || twinOf(path).isPresent()) {
                return false;
            }
            use(path);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private void use(StoragePath path) {
        var good = new LinkedHashMap<>(attached);
        good.put(path.root(), path);
        var bad = new LinkedHashMap<>(fenced);
        bad.remove(path.root());
        attached = Map.copyOf(good);
        fenced = Map.copyOf(bad);
    }

    private void requireNoTwin(StoragePath path) {
        twinOf(path).ifPresent(other -> {
            throw new AditException(
                    SealingError.STORAGE_PATH_INVALID,
                    "attaching " + path.root() + ": it has the same ID as " + other.root() + "; one disk must not be"
                            + " attached twice");
        });
    }

    /** Another path in use that has this one's ID. */
    private Optional<StoragePath> twinOf(StoragePath path) {
        return attached().stream()
                .filter(other -> !other.root().equals(path.root()))
                .filter(other -> other.settings().id().equals(path.settings().id()))
                .findFirst();
    }

    /** Makes a directory a storage path by writing its {@code sectorstore.json}, and attaches it. */
    public StoragePath init(Path directory, PathSettings settings) {
        Path root = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(root);
            if (Files.exists(root.resolve(StorageDeclaration.SETTINGS_FILE))) {
                throw new AditException(
                        SealingError.STORAGE_PATH_INVALID,
                        "making " + root + " a storage path: it is one already; attach it instead");
            }
        } catch (IOException e) {
            throw new AditException(SealingError.STORAGE_IO, "making " + root + " a storage path: " + e, e);
        }
        StorageDeclaration.writeSettings(root, settings);
        return attach(root);
    }

    /** Attaches a directory that already is a storage path; attaching twice changes nothing. Asks no other path. */
    public StoragePath attach(Path directory) {
        Path root = directory.toAbsolutePath().normalize();
        StoragePath candidate;
        try {
            candidate = loader.load(root);
        } catch (IOException e) {
            throw new AditException(SealingError.STORAGE_PATH_INVALID, "attaching " + root + ": " + e, e);
        }
        // Not under the lock of what is in use, which nobody may hold while a disk is written.
        declaring.lock();
        try {
            requireNoTwin(candidate);
            var declared = new ArrayList<>(StorageDeclaration.readPaths(storageJson));
            if (!declared.contains(root)) {
                declared.add(root);
                StorageDeclaration.writePaths(storageJson, declared);
            }
            lock.lock();
            try {
                requireNoTwin(candidate);
                use(candidate);
            } finally {
                lock.unlock();
            }
        } finally {
            declaring.unlock();
        }
        return candidate;
    }

    /**
     * Brings a configured path into use. A path that {@code storage.json} declares is left as it was found at opening: a
     * disk that is not mounted must never be made anew on the file system below. Only what was never declared is
     * attached, or made a storage path. What cannot be used is logged and shown, and stops nobody.
     */
    public void adopt(Path directory, PathSettings settings) {
        adoptAll(Map.of(directory, settings));
    }

    /** The same with several, whose disks are asked side by side. */
    public void adoptAll(Map<Path, PathSettings> directories) {
        var wanted = new LinkedHashMap<Path, PathSettings>();
        directories.forEach(
                (directory, settings) -> wanted.put(directory.toAbsolutePath().normalize(), settings));
        for (Path declared : StorageDeclaration.readPaths(storageJson)) {
            wanted.remove(declared);
            refused.remove(declared);
        }
        loader.askAll(wanted.keySet(), loader::isOne).forEach((root, isOne) -> {
            var settings = Objects.requireNonNull(wanted.get(root));
            try {
                if (isOne.answer().isEmpty()) {
                    throw new IOException(isOne.problem());
                }
                if (isOne.answer().get()) {
                    attach(root);
                } else {
                    init(root, settings);
                }
                refused.remove(root);
            } catch (AditException | IOException e) {
                var before = refused.put(root, new Refused(String.valueOf(e.getMessage()), settings));
                if (before == null) {
                    LOG.error("storage path {} is not used: {}", root, e.getMessage());
                }
            }
        });
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
            statuses.add(ledger.status(path, attached()));
        }
        unusable()
                .forEach((root, problem) ->
                        statuses.add(new PathStatus(root, Optional.empty(), 0, 0, 0, 0, 0, Optional.of(problem))));
        return statuses;
    }

    private Map<Path, String> unusable() {
        var unusable = new TreeMap<Path, String>();
        refused.forEach((root, why) -> unusable.put(root, why.problem()));
        lock.lock();
        try {
            unusable.putAll(fenced);
            unusable.keySet().removeAll(attached.keySet());
        } finally {
            lock.unlock();
        }
        return unusable;
    }

    /** What is wrong with which path: those that are not used, and those in use whose disk is silent or gone. */
    public Map<Path, String> problems() {
        var problems = new TreeMap<>(unusable());
        for (StoragePath path : attached()) {
            ledger.problemOf(path).ifPresent(problem -> problems.put(path.root(), problem));
        }
        return problems;
    }

    /** What this node may still put on a path, in bytes; 0 where the path cannot be read. */
    public long available(StoragePath path) {
        return Math.max(0, ledger.room(path, attached()));
    }

    /** What running steps may still write on a path, in bytes. */
    public long reserved(StoragePath path) {
        return ledger.reserved(path);
    }

    /**
     * Every path that has this file under its final name; those meant for storing first. A path whose disk does not
     * answer is passed over.
     */
    public List<StoragePath> locations(SectorId sector, SectorFileType type) {
        return looks.look(attached(), sector, type, false).holders().stream()
                .sorted(Comparator.comparing(
                                (StoragePath path) -> path.settings().canStore())
                        .reversed()
                        .thenComparing(StoragePath::root))
                .toList();
    }

    /**
     * The path that has this file, if any. Asked first is the one that had it last; then all at once, so that one that
     * hangs keeps nobody from a file that lies elsewhere.
     *
     * @throws AditException {@code STORAGE_SILENT} where nobody has it and somebody did not answer
     */
    public Optional<StoragePath> locate(SectorId sector, SectorFileType type) {
        var name = new Named(sector, type);
        StoragePath known = lastSeen.get(name);
        if (known != null && attached().contains(known) && looks.has(known, sector, type) == FileLooks.Answer.HERE) {
            return Optional.of(known);
        }
        FileLooks.Look looked = looks.look(attached(), sector, type, true);
        if (looked.holders().isEmpty() && looked.silent().isEmpty()) {
            // A file that is being moved may be looked for where it is not yet, and then where it is no more.
            looked = looks.look(attached(), sector, type, true);
        }
        if (looked.holders().isEmpty() && !looked.silent().isEmpty()) {
            throw new AditException(
                    SealingError.STORAGE_SILENT,
                    "looking for " + type.directory() + "/" + SectorNames.nameOf(sector) + ": the disk of "
                            + looked.silent().getFirst().root()
                            + " did not answer, and no other path has it; check the mount");
        }
        Optional<StoragePath> holder = looked.holders().stream().findFirst();
        holder.ifPresent(path -> lastSeen.put(name, path));
        return holder;
    }

    /** Where this file was when it was last located, without asking any disk; it may have been moved since. */
    public Optional<StoragePath> lastSeen(SectorId sector, SectorFileType type) {
        return Optional.ofNullable(lastSeen.get(new Named(sector, type)));
    }

    /** Where this file is, if anywhere; see {@link #locate}. */
    public Optional<Path> find(SectorId sector, SectorFileType type) {
        return locate(sector, type).map(path -> path.file(sector, type));
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
                Path listed = path.root().resolve(type.directory());
                for (Path entry : ask(path, (Object) listed, PATIENCE, () -> DurableFiles.children(listed))) {
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
}
