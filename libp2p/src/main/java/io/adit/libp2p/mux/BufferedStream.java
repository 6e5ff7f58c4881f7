package io.adit.libp2p.mux;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What every stream does in the same way, whatever carries it: a reader that waits for bytes in a buffer, the two ends that
 * finish one after the other, half-close and reset as go-libp2p has them. Reading and writing block; what the event loop calls
 * holds the lock for a copy at most.
 *
 * <p>A stream says what is its own in the methods below that have no body; those that are called under the lock answer whether
 * the remote is to be told that it may send more, which {@link #letRemoteSend} does without it.
 */
public abstract class BufferedStream implements MuxedStream {
    /** An inbound stream counts while its handler runs, and while its session knows it. */
    private static final int REASONS_TO_STAY = 2;

    /** From so many bytes on a stream is a bulk transfer. */
    private static final long BULK = 1 << 20;

    private static final Duration WAKE_DELAY = Duration.ofNanos(500_000);

    protected final ReentrantLock lock = new ReentrantLock();
    protected final Condition readable = lock.newCondition();
    protected final Condition writable = lock.newCondition();
    protected final ReceiveBuffer received = new ReceiveBuffer();

    private final boolean inbound;
    private final ReceiveBudget.Share memory;
    private final AtomicInteger reasonsGone = new AtomicInteger();

    private boolean remoteFinished;
    private boolean locallyFinished;
    private boolean readingGivenUp;
    private long readingGivenUpAt;
    private @Nullable Libp2pException failure;
    private long came;
    private boolean wakeScheduled;

    private volatile Deadline readDeadline = Deadline.NEVER;
    private volatile Deadline writeDeadline = Deadline.NEVER;

    /**
     * A stream that is open in both directions.
     *
     * @param memory what its buffer may take
     */
    protected BufferedStream(boolean inbound, ReceiveBudget.Share memory) {
        this.inbound = inbound;
        this.memory = memory;
    }

    /** Under the lock: the reader has taken so many bytes. Answers what {@link #letRemoteSend} is to be called with, or 0. */
    protected abstract int readerTook(int bytes);

    /** Under the lock: nobody reads any more, the buffer is empty. Answers as {@link #readerTook} does. */
    protected abstract int readerGaveUp();

    /** Without the lock: the remote may send more. */
    protected abstract void letRemoteSend(int what);

    /**
     * Without the lock, once: this side has finished.
     *
     * @param over whether the remote had finished before
     */
    protected abstract void finish(boolean over);

    /** Without the lock, once and only where the stream had not failed: both sides are to know that it was broken off. */
    protected abstract void breakOff();

    /**
     * Has something done on the event loop after a while.
     *
     * @return false if it will not be, since the connection has ended
     */
    protected abstract boolean later(Duration delay, Runnable task);

    /**
     * Under the lock: bytes have come for the reader. It is woken at once, except for some of a bulk transfer, which waits for more:
     * to wake a reader costs as much as to decrypt what comes meanwhile.
     *
     * @param worthWaking so many bytes together are worth it
     */
    protected final void bytesCame(int count, int worthWaking) {
        came += count;
        if (came < BULK || received.size() >= worthWaking) {
            readable.signal();
        } else if (!wakeScheduled) {
            wakeScheduled = later(WAKE_DELAY, this::wakeReader);
            if (!wakeScheduled) {
                readable.signal();
            }
        }
    }

    private void wakeReader() {
        lock.lock();
        try {
            wakeScheduled = false;
            readable.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the remote opened it. */
    public final boolean isInbound() {
        return inbound;
    }

    /** One of the reasons for an inbound stream to count is gone; whether it was the last. */
    public final boolean markLeft() {
        return reasonsGone.incrementAndGet() == REASONS_TO_STAY;
    }

    @Override
    public final void setReadDeadline(Deadline deadline) {
        readDeadline = deadline;
        signalAll();
    }

    @Override
    public final void setWriteDeadline(Deadline deadline) {
        writeDeadline = deadline;
        signalAll();
    }

    /** Until when writers wait. */
    protected final Deadline writeDeadline() {
        return writeDeadline;
    }

    private void signalAll() {
        lock.lock();
        try {
            readable.signalAll();
            writable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final int read(byte[] target, int offset, int length) throws Libp2pException {
        if (length == 0) {
            return 0;
        }
        int more;
        int taken;
        lock.lock();
        try {
            while (received.size() == 0) {
                if (readingGivenUp) {
                    throw new Libp2pException(Kind.CLOSED, "stream was closed on this side");
                }
                if (remoteFinished) {
                    return -1;
                }
                if (failure != null) {
                    throw failure.again();
                }
                readDeadline.await(readable, "reading from a stream");
            }
            taken = received.take(target, offset, length);
            more = readerTook(taken);
            if (remoteFinished && received.size() == 0) {
                clearReceived();
            }
        } finally {
            lock.unlock();
        }
        if (more > 0) {
            letRemoteSend(more);
        }
        return taken;
    }

    /** Under the lock: fails a writer where nothing can be written any more. */
    protected final void requireWritable() throws Libp2pException {
        if (locallyFinished) {
            throw new Libp2pException(Kind.CLOSED, "stream was closed for writing on this side");
        }
        if (failure != null) {
            throw failure.again();
        }
    }

    /** Under the lock: waits until something may have changed for a writer. */
    protected final void awaitReader() throws Libp2pException {
        writeDeadline.await(writable, "writing to a stream whose reader is slow");
    }

    @Override
    public final void closeWrite() {
        boolean over;
        lock.lock();
        try {
            if (locallyFinished || failure != null) {
                return;
            }
            locallyFinished = true;
            over = remoteFinished;
            writable.signalAll();
        } finally {
            lock.unlock();
        }
        finish(over);
    }

    @Override
    public final void close() {
        closeWrite();
        int more = 0;
        lock.lock();
        try {
            if (!readingGivenUp) {
                readingGivenUp = true;
                readingGivenUpAt = System.nanoTime();
                clearReceived();
                more = readerGaveUp();
                readable.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (more > 0) {
            letRemoteSend(more);
        }
    }

    @Override
    public final void reset() {
        reset(new Libp2pException(Kind.CLOSED, "stream was reset on this side"));
        lock.lock();
        try {
            // The remote may have ended it before; what came until then is not wanted either.
            readingGivenUp = true;
            clearReceived();
            // Nothing more is let in: the stream is over.
            var ignored = readerGaveUp();
        } finally {
            lock.unlock();
        }
    }

    /** Breaks it off, unless it has ended already. */
    protected final void reset(Libp2pException reason) {
        if (fail(reason)) {
            breakOff();
        }
    }

    /** Ends both directions with a reason; false if they have ended already. */
    public boolean fail(Libp2pException reason) {
        lock.lock();
        try {
            if (failure != null) {
                return false;
            }
            failure = reason;
            if (!remoteFinished) {
                clearReceived();
            }
            readable.signalAll();
            writable.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Resets a stream that was closed here longer ago and whose remote neither finishes nor reads. */
    public final void resetIfAbandoned(Duration closeTimeout) {
        lock.lock();
        try {
            if (!readingGivenUp || System.nanoTime() - readingGivenUpAt < closeTimeout.toNanos()) {
                return;
            }
        } finally {
            lock.unlock();
        }
        reset();
    }

    /** Under the lock: whether bytes that come are wanted. */
    protected final boolean isWanted() {
        return !readingGivenUp && failure == null;
    }

    /** Under the lock: whether so many bytes more may be held for the reader. */
    protected final boolean hasMemoryFor(int length) {
        return memory.tryGrow(received.capacity(), received.capacityWith(length));
    }

    /** Breaks off a stream for which there is no memory. */
    protected final void resetForMemory() {
        reset(new Libp2pException(Kind.LIMIT, "too many bytes have arrived that nobody has read yet"));
    }

    /** The remote has finished; whether this side had before. */
    protected final boolean markRemoteFinished() {
        lock.lock();
        try {
            remoteFinished = true;
            readable.signalAll();
            return locallyFinished;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the remote has finished. */
    protected final boolean hasRemoteFinished() {
        lock.lock();
        try {
            return remoteFinished;
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    protected final boolean hasFailed() {
        return failure != null;
    }

    private void clearReceived() {
        memory.release(received.capacity());
        received.clear();
    }
}
