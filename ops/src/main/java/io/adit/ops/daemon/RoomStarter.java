package io.adit.ops.daemon;

import io.adit.core.error.AditException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
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

    /** How long the rooms that come after wait for the first try. */
    private static final Duration FIRST_PATIENCE = Duration.ofSeconds(30);

    private final String room;
    private final Runnable starting;
    private final Duration pause;
    private final Duration patience;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Optional<String> trouble = Optional.empty();
    private boolean started;
    private Optional<Thread> retrying = Optional.empty();

    /**
     * @param room what does not run while it is not started, for people
     * @param starting may be called again after an {@link AditException} or an {@link Error}; any other exception is the caller's
     * @param pause between two tries
     */
    RoomStarter(String room, Runnable starting, Duration pause) {
        this(room, starting, pause, FIRST_PATIENCE);
    }

    /** @param patience after which {@link #start} returns although its try hangs */
    RoomStarter(String room, Runnable starting, Duration pause, Duration patience) {
        this.room = room;
        this.starting = starting;
        this.pause = pause;
        this.patience = patience;
    }

    /**
     * Tries once now, and then in the background until it succeeds. A first try that hangs, in a disk or a database, is left to
     * the background too: others have to start.
     */
    void start() {
        var first = new CompletableFuture<Boolean>();
        startBeside(first);
        try {
            first.completeOnTimeout(false, patience.toMillis(), TimeUnit.MILLISECONDS)
                    .get();
            noteThatItTakesLong();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tries in the background until it succeeds. */
    void startBeside() {
        noteThatItTakesLong();
        startBeside(CompletableFuture.completedFuture(false));
    }

    private synchronized void noteThatItTakesLong() {
        if (!started && trouble.isEmpty()) {
            trouble = Optional.of(room + " has not started yet");
        }
    }

    private synchronized void noteThatItHasStarted() {
        started = true;
        trouble = Optional.empty();
    }

    /** @param first completed by the first try, which fails it with what is the caller's if that still waits */
    private void startBeside(CompletableFuture<Boolean> first) {
        retrying =
                Optional.of(Thread.ofPlatform().daemon().name(room + "-starter").start(() -> tryUntilStarted(first)));
    }

    private void tryUntilStarted(CompletableFuture<Boolean> first) {
        try {
            do {
                try {
                    boolean started = tryToStart();
                    boolean atOnce = first.complete(started);
                    if (started) {
                        if (!atOnce) {
                            LOG.info("{} has started now", room);
                        }
                        return;
                    }
                } catch (RuntimeException e) {
                    if (first.completeExceptionally(e)) {
                        return;
                    }
                    // Not foreseen, but the next try may go well, and the alarm must say what is.
                    note(e.toString(), e);
                } catch (Error e) {
                    // Memory or threads are short, or a class cannot be made ready: what proves goes on meanwhile.
                    note(e.toString(), e);
                    first.complete(false);
                }
            } while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean tryToStart() {
        try {
            starting.run();
            noteThatItHasStarted();
            return true;
        } catch (AditException e) {
            note(e.getMessage(), e);
            return false;
        }
    }

    /** The alarm repeats it; the log need not. */
    private synchronized void note(@Nullable String why, Throwable e) {
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
