package io.adit.core.slash;

import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A guard's lock, log and anchor, as they lie on their disks. */
final class GuardFiles implements AutoCloseable {
    private final GuardSettings settings;
    private final GuardLock lock;
    private @Nullable GuardLog log;

    private GuardFiles(GuardSettings settings, GuardLock lock) {
        this.settings = settings;
        this.lock = lock;
    }

    /** Takes the fence. */
    static GuardFiles take(GuardSettings settings, InstantSource clock) throws IOException {
        return new GuardFiles(settings, GuardLock.take(settings.lock(), settings.mark(), clock));
    }

    Optional<GuardAnchor.Mark> mark() throws IOException {
        return settings.anchor().read();
    }

    /** Where both were once: a disk that is not mounted is no log that was never begun. */
    void requireThere() throws IOException {
        if (!DurableFiles.isThere(settings.log())) {
            throw new IOException(settings.log() + " is not there any more");
        }
        if (mark().isEmpty()) {
            throw new IOException("the anchor " + settings.anchor() + " is not there any more, or damaged");
        }
    }

    /** Opens the log for appending after what {@link GuardLog#read} found. */
    void open(GuardLog.Content content) throws IOException {
        log = GuardLog.open(settings.log(), content);
    }

    /** Replaces the log by one with these records. */
    void rewrite(List<GuardRecord> records) throws IOException {
        var before = log;
        log = GuardLog.rewrite(settings.log(), records);
        if (before != null) {
            before.close();
        }
    }

    /** Copies a damaged log beside itself, for whoever wants to know what happened. */
    void keepAside(long millis) throws IOException {
        Files.copy(settings.log(), settings.log().resolveSibling(settings.log().getFileName() + ".damaged-" + millis));
    }

    GuardLog log() {
        if (log == null) {
            throw new IllegalStateException("the slash guard has no doubt and no log");
        }
        return log;
    }

    void anchor(byte[] identity, long highWater) throws IOException {
        settings.anchor().write(new GuardAnchor.Mark(identity, highWater, LogFile.state(settings.log())));
    }

    /** Gives the fence back, also where the log's disk does not let go. */
    @Override
    public void close() throws IOException {
        try (lock) {
            if (log != null) {
                log.close();
            }
        }
    }
}
