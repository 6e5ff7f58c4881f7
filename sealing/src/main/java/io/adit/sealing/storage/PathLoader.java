package io.adit.sealing.storage;

import io.adit.core.error.AditException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings storage paths into use: several side by side, so that those whose disks hang cost the others one patience only. */
final class PathLoader {
    private static final Logger LOG = LoggerFactory.getLogger(PathLoader.class);

    /** A question ends by itself after its patience, unless it has several parts. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    /** How long deleting what was left unfinished may take: a sector's cache is half a terabyte in a few dozen files. */
    private static final Duration SWEEP_PATIENCE = Duration.ofMinutes(5);

    private final DiskLanes lanes;
    private final Duration patience;
    private final Set<Path> swept = ConcurrentHashMap.newKeySet();

    PathLoader(DiskLanes lanes, Duration patience) {
        this.lanes = lanes;
        this.patience = patience;
    }

    /**
     * What a disk said, or why it did not.
     *
     * @param isLate whether it only has not answered yet: its disk may hang, or have much to do
     */
    record Asked<T>(Optional<T> answer, String problem, boolean isLate) {
        static <T> Asked<T> not(Throwable why) {
            return new Asked<>(Optional.empty(), String.valueOf(why.getMessage()), why instanceof SilentDiskException);
        }
    }

    /** A question about one path. */
    @FunctionalInterface
    interface OfPath<T> {
        T ask(Path root) throws IOException;
    }

    /** Reads a path from its disk, rid of what an earlier run left there half written: once, before this one writes there. */
    StoragePath load(Path root) throws IOException {
        DiskLane lane = lanes.of(root);
        StoragePath path = lane.ask("load", patience, () -> Leftovers.load(root));
        if (swept.add(root)) {
            try {
                List<Path> aside = lane.ask("leftovers", patience, () -> Leftovers.setAside(path));
                Thread.ofVirtual().name("sweep-" + root).start(() -> delete(lane, aside));
            } catch (IOException | RuntimeException e) {
                swept.remove(root);
                throw e;
            }
        }
        return path;
    }

    /** Nobody waits for it: what was set aside is only in the way by the space that it takes. */
    private static void delete(DiskLane lane, List<Path> aside) {
        try {
            lane.ask("sweep", SWEEP_PATIENCE, () -> Leftovers.delete(aside));
        } catch (IOException | RuntimeException e) {
            LOG.warn("removing {}, which interrupted steps left; the next start tries again: {}", aside, e.toString());
        }
    }

    /** Whether a directory is a storage path already. */
    boolean isOne(Path root) throws IOException {
        return lanes.of(root).ask("load", patience, () -> Files.exists(root.resolve(StorageDeclaration.SETTINGS_FILE)));
    }

    /** Asks all of them at once and waits for one patience altogether; in the order of the roots. */
    <T> Map<Path, Asked<T>> askAll(Collection<Path> roots, OfPath<T> question) {
        var asking = new LinkedHashMap<Path, CompletableFuture<Asked<T>>>();
        for (Path root : roots) {
            var answer = new CompletableFuture<Asked<T>>();
            asking.put(root, answer);
            Thread.ofVirtual().name("ask-" + root).start(() -> answer.complete(asked(root, question)));
            answer.completeOnTimeout(
                    new Asked<>(
                            Optional.empty(), "its disk has not answered within " + patience.toSeconds() + " s", true),
                    patience.plus(MARGIN).toMillis(),
                    TimeUnit.MILLISECONDS);
        }
        var answers = new LinkedHashMap<Path, Asked<T>>();
        asking.forEach((root, answer) -> answers.put(root, answer.join()));
        return answers;
    }

    private static <T> Asked<T> asked(Path root, OfPath<T> question) {
        try {
            return new Asked<>(Optional.of(question.ask(root)), "", false);
        } catch (IOException | AditException e) {
            return Asked.not(e);
        } catch (RuntimeException | Error e) {
            LOG.error("asking the storage path {}", root, e);
            return new Asked<>(Optional.empty(), String.valueOf(e), false);
        }
    }
}
