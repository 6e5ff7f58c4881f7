package io.adit.sealing.storage;

import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * The few threads on which one storage path is asked. A call into a dead mount cannot be interrupted and holds its
 * thread; on a virtual thread it would hold the carrier, and a handful of such calls would stop every virtual thread of
 * the process. Here it holds one of this path's own platform threads. What does not answer in its time is not asked the
 * same again while it is silent, and a path whose threads are all silent is not asked at all.
 */
public final class DiskLane {

    /** Questions that one path is asked at once. */
    public static final int THREADS = 8;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    /** A thread that nobody wants ends after this. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final Path root;
    private final Timeline timeline;
    private final Lock lock;
    private final Condition wanted;
    private final Deque<Job<?>> waiting = new ArrayDeque<>();
    private final Set<Job<?>> running = new HashSet<>();
    private int threads;
    private int idle;
    private long started;

    /** @param root for its threads' names and for what is said of it */
    public DiskLane(Path root, Timeline timeline) {
        this.root = root;
        this.timeline = timeline;
        this.lock = timeline.newLock();
        this.wanted = lock.newCondition();
    }

    /** A question; two of them are never equal. */
    private final class Job<T> {
        private final Object about;
        private final Duration patience;
        private final Callable<T> question;
        private final Condition answered = lock.newCondition();
        private long until;
        private boolean isAnswered;
        private @Nullable T answer;
        private @Nullable Throwable failure;

        Job(Object about, Duration patience, Callable<T> question) {
            this.about = about;
            this.patience = patience;
            this.question = question;
        }

        boolean isOverdue() {
            return timeline.nanoTime() - until > 0;
        }

        /** Without the lock. */
        void run() {
            T said = null;
            Throwable thrown = null;
            try {
                said = question.call();
            } catch (Exception | Error e) {
                thrown = e;
            }
            lock.lock();
            try {
                answer = said;
                failure = thrown;
                isAnswered = true;
                running.remove(this);
                answered.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @SuppressWarnings("NullAway") // A question may have null for its answer, which only its asker knows.
        T answer() throws IOException {
            if (failure != null) {
                throw asked(failure);
            }
            return answer;
        }
    }

    /**
     * Asks and waits. The patience begins when a thread takes the question up.
     *
     * @param about what is asked; as long as an overdue question is about the same, this one is not put
     * @throws SilentDiskException when the disk does not answer
     */
    public <T> T ask(Object about, Duration patience, Callable<T> question) throws IOException {
        var job = new Job<T>(about, patience, question);
        lock.lock();
        try {
            if (isSilent(about)) {
                throw new SilentDiskException(root, patience);
            }
            put(job);
            while (!job.isAnswered) {
                if (job.answered.awaitNanos(LOOK_AGAIN.toNanos()) <= 0 && !job.isAnswered && isSilent(about)) {
                    waiting.remove(job);
                    throw new SilentDiskException(root, patience);
                }
            }
        } catch (InterruptedException e) {
            waiting.remove(job);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + root);
        } finally {
            lock.unlock();
        }
        return job.answer();
    }

    private void put(Job<?> job) {
        waiting.add(job);
        if (idle >= waiting.size()) {
            wanted.signal();
        } else if (threads < THREADS) {
            timeline.start(Strand.Kind.PLATFORM, "disk-" + root + "-" + started++, this::serve);
            threads++;
        }
    }

    private void serve() {
        Optional<Job<?>> job = next();
        while (job.isPresent()) {
            job.get().run();
            job = next();
        }
    }

    /** The next question; empty when nobody has had one for a while, which ends the thread. */
    private Optional<Job<?>> next() {
        lock.lock();
        try {
            long left = IDLE.toNanos();
            while (waiting.isEmpty() && left > 0) {
                idle++;
                try {
                    left = wanted.awaitNanos(left);
                } finally {
                    idle--;
                }
            }
            Optional<Job<?>> job = Optional.ofNullable(waiting.poll());
            job.ifPresent(taken -> {
                taken.until = timeline.nanoTime() + taken.patience.toNanos();
                running.add(taken);
            });
            if (job.isEmpty()) {
                threads--;
            }
            return job;
        } catch (InterruptedException nobodyDoes) {
            threads--;
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private boolean isSilent(Object about) {
        int overdue = 0;
        for (Job<?> one : running) {
            if (one.isOverdue()) {
                overdue++;
                if (one.about.equals(about)) {
                    return true;
                }
            }
        }
        return overdue >= THREADS;
    }

    private static IOException asked(Throwable cause) {
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
