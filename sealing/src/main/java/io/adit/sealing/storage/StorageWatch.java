package io.adit.sealing.storage;

import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the storage paths now and then: takes into use what could not be used before, as a disk that was mounted after the
 * node had started, and says what is wrong. Without it the sectors of such a disk would be declared faulty and never recovered.
 */
public final class StorageWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StorageWatch.class);

    private final StoragePaths paths;
    private final Timeline timeline;
    private final Duration pause;
    private volatile List<String> problems = List.of();
    private volatile boolean closed;
    private Optional<Strand> strand = Optional.empty();

    /** @param pause between two looks */
    public StorageWatch(StoragePaths paths, Timeline timeline, Duration pause) {
        this.paths = paths;
        this.timeline = timeline;
        this.pause = pause;
    }

    /** Begins to look. A disk may hang, so it is a thread of its own. */
    public void start() {
        strand = Optional.of(timeline.start(Strand.Kind.PLATFORM, "storage-watch", this::run));
    }

    private void run() {
        try {
            while (!closed) {
                try {
                    look();
                } catch (RuntimeException e) {
                    problems = List.of("the storage paths cannot be looked at: " + e.getMessage());
                    LOG.error("looking at the storage paths; they are looked at again in {}", pause, e);
                }
                timeline.sleep(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks once. */
    void look() {
        paths.lookAgain();
        problems = paths.problems().entrySet().stream()
                .map(one -> "storage path " + one.getKey() + " cannot be used, and no sector on it proven: "
                        + one.getValue())
                .toList();
    }

    /** What was wrong at the last look, for people; answers at once. */
    public List<String> problems() {
        return problems;
    }

    @Override
    public void close() {
        closed = true;
        strand.ifPresent(Strand::interrupt);
    }
}
