package io.adit.ops.daemon;

import io.adit.core.error.AditException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a room that asks the full node or a disk when it starts, and keeps trying while that does not answer: what does not
 * start must not stop what proves.
 */
final class RoomStarter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RoomStarter.class);
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(30);

    private final String room;
    private final Runnable starting;
    private final Duration pause;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Optional<String> trouble = Optional.empty();
    private Optional<Thread> retrying = Optional.empty();

    /**
     * @param room what does not run while it is not started, for people
     * @param starting may be called again after an {@link AditException}; any other exception is the caller's
     * @param pause between two tries
     */
    RoomStarter(String room, Runnable starting, Duration pause) {
        this.room = room;
        this.starting = starting;
        this.pause = pause;
    }

    /** Tries once now, and then in the background until it succeeds. */
    void start() {
        if (!tryToStart()) {
            retryAfter(pause);
        }
    }

    /** Tries in the background until it succeeds. */
    void startBeside() {
        trouble = Optional.of(room + " has not started yet");
        retryAfter(Duration.ZERO);
    }

    private void retryAfter(Duration first) {
        retrying =
                Optional.of(Thread.ofPlatform().daemon().name(room + "-starter").start(() -> retry(first)));
    }

    private void retry(Duration first) {
        try {
            for (var wait = first; !closing.await(wait.toMillis(), TimeUnit.MILLISECONDS); wait = pause) {
                try {
                    if (tryToStart()) {
                        LOG.info("{} has started now", room);
                        return;
                    }
                } catch (RuntimeException e) {
                    // Not foreseen, but the next try may go well, and the alarm must say what is.
                    note(e.toString(), e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean tryToStart() {
        try {
            starting.run();
            trouble = Optional.empty();
            return true;
        } catch (AditException e) {
            note(e.getMessage(), e);
            return false;
        }
    }

    /** The alarm repeats it; the log need not. */
    private void note(@Nullable String why, Exception e) {
        var now = Optional.of(room + " has not started: " + why);
        if (!now.equals(trouble)) {
            LOG.error("{}; the node goes on and tries again every {}", now.get(), pause, e);
        }
        trouble = now;
    }

    /** Why it has not started yet. */
    Optional<String> problem() {
        return trouble;
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            if (retrying.isPresent()) {
                retrying.get().join(CLOSE_GRACE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
