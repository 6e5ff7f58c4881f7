package io.adit.sealing.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The few threads on which one storage path is asked. A call into a dead mount cannot be interrupted and holds its
 * thread; on a virtual thread it would hold the carrier, and a handful of such calls would stop every virtual thread of
 * the process. Here it holds one of this path's own platform threads. What does not answer in its time is not asked the
 * same again while it is silent, and a path whose threads are all silent is not asked at all.
 */
final class DiskLane {

    static final int THREADS = 8;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    private final Path root;
    private final ThreadPoolExecutor threads;
    private final Set<Running> running = ConcurrentHashMap.newKeySet();

    /** A question that a thread is in; two of them are never equal. */
    private static final class Running {
        private final Object about;
        private final long until;

        Running(Object about, Duration patience) {
            this.about = about;
            this.until = System.nanoTime() + patience.toNanos();
        }

        boolean isOverdue() {
            return System.nanoTime() - until > 0;
        }
    }

    DiskLane(Path root) {
        this.root = root;
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("disk-" + root + "-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Asks and waits. The patience begins when a thread takes the question up.
     *
     * @param about what is asked; as long as an overdue question is about the same, this one is not put
     * @throws SilentDiskException when the disk does not answer
     */
    <T> T ask(Object about, Duration patience, Callable<T> question) throws IOException {
        if (isSilent(about)) {
            throw new SilentDiskException(root, patience);
        }
        var job = new FutureTask<>(() -> {
            var here = new Running(about, patience);
            running.add(here);
            try {
                return question.call();
            } finally {
                running.remove(here);
            }
        });
        threads.execute(job);
        while (true) {
            try {
                return job.get(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (isSilent(about)) {
                    giveUp(job);
                    throw new SilentDiskException(root, patience);
                }
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            } catch (InterruptedException e) {
                giveUp(job);
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for " + root);
            }
        }
    }

    private boolean isSilent(Object about) {
        int overdue = 0;
        for (Running one : running) {
            if (one.isOverdue()) {
                overdue++;
                if (one.about.equals(about)) {
                    return true;
                }
            }
        }
        return overdue >= THREADS;
    }

    private void giveUp(FutureTask<?> job) {
        job.cancel(false);
        threads.remove(job);
    }

    private static IOException failure(@Nullable Throwable cause) {
        if (cause instanceof IOException failed) {
            return failed;
        }
        if (cause instanceof RuntimeException mistake) {
            throw mistake;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return new IOException(cause);
    }
}
