package io.adit.libp2p.yamux;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a session. Reading and writing block; what the event loop calls ({@code receive}, {@code credit},
 * {@code remote…}) holds the lock for a copy at most.
 *
 * <p>The receive window grows as go-libp2p's does: whoever empties half of it within four round trips is held up by it,
 * and gets twice as much if the session's budget allows.
 */
public final class YamuxStream {
    /** On a quiet loopback the round trip says nothing about how long a busy reader takes. */
    private static final long SHORTEST_ROUND_TRIP = TimeUnit.MILLISECONDS.toNanos(5);

    /** An inbound stream counts while its handler runs, and while the session knows it. */
    static final int REASONS_TO_STAY = 2;

    private static final long MAX_SEND_WINDOW = 0xffff_ffffL;

    private final YamuxSession session;
    private final int id;
    private final boolean inbound;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition readable = lock.newCondition();
    private final Condition writable = lock.newCondition();
    private final ReceiveBuffer received = new ReceiveBuffer();
    private final AtomicInteger reasonsGone = new AtomicInteger();

    private int window = YamuxLimits.INITIAL_WINDOW;
    /** What the remote may still send. */
    private int windowLeft = YamuxLimits.INITIAL_WINDOW;
    /** Taken by the reader and not yet given back to the remote. */
    private int consumed;

    private long windowGivenAt = System.nanoTime();
    private long sendWindow = YamuxLimits.INITIAL_WINDOW;
    private boolean remoteFinished;
    private boolean locallyFinished;
    private boolean readingGivenUp;
    private long readingGivenUpAt;
    private boolean removed;
    private boolean growthReturned;
    private @Nullable Libp2pException failure;
    private volatile Deadline readDeadline = Deadline.NEVER;
    private volatile Deadline writeDeadline = Deadline.NEVER;

    YamuxStream(YamuxSession session, int id, boolean inbound) {
        this.session = session;
        this.id = id;
        this.inbound = inbound;
    }

    public int id() {
        return id;
    }

    boolean isInbound() {
        return inbound;
    }

    /** One of the {@link #REASONS_TO_STAY} is gone; answers how many are by now. */
    int markLeft() {
        return reasonsGone.incrementAndGet();
    }

    public void setReadDeadline(Deadline deadline) {
        readDeadline = deadline;
        signalAll();
    }

    public void setWriteDeadline(Deadline deadline) {
        writeDeadline = deadline;
        signalAll();
    }

    /** See {@link io.adit.libp2p.Stream#read}. */
    public int read(byte[] target, int offset, int length) throws Libp2pException {
        if (length == 0) {
            return 0;
        }
        var given = 0;
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
            consumed += taken;
            given = windowToGive();
            if (remoteFinished && received.size() == 0) {
                clearReceived();
            }
            returnGrowth();
        } finally {
            lock.unlock();
        }
        if (given > 0) {
            session.sendControl(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, 0, id, given));
        }
        return taken;
    }

    private int windowToGive() {
        if (remoteFinished || failure != null || consumed < window / 2) {
            return 0;
        }
        var now = System.nanoTime();
        var roundTrip = Math.max(session.roundTripNanos(), SHORTEST_ROUND_TRIP);
        var growth = Math.min(window, session.maxWindow() - window);
        if (now - windowGivenAt < 4 * roundTrip && growth > 0 && session.reserveGrowth(growth)) {
            window += growth;
        } else {
            growth = 0;
        }
        var given = consumed + growth;
        windowGivenAt = now;
        windowLeft += given;
        consumed = 0;
        return given;
    }

    /** See {@link io.adit.libp2p.Stream#write}. */
    public void write(byte[] source, int offset, int length) throws Libp2pException {
        var from = offset;
        var left = length;
        while (left > 0) {
            var part = takeSendWindow(Math.min(left, session.maxData()));
            try {
                session.sendData(id, source, from, part, writeDeadline);
            } catch (Libp2pException e) {
                credit(part);
                throw e;
            }
            from += part;
            left -= part;
        }
    }

    private int takeSendWindow(int wanted) throws Libp2pException {
        lock.lock();
        try {
            while (true) {
                if (locallyFinished) {
                    throw new Libp2pException(Kind.CLOSED, "stream was closed for writing on this side");
                }
                if (failure != null) {
                    throw failure.again();
                }
                if (sendWindow > 0) {
                    var part = (int) Math.min(wanted, sendWindow);
                    sendWindow -= part;
                    return part;
                }
                writeDeadline.await(writable, "writing to a stream whose reader is slow");
            }
        } finally {
            lock.unlock();
        }
    }

    /** See {@link io.adit.libp2p.Stream#closeWrite}. */
    public void closeWrite() {
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
        session.sendControl(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.FIN, id, 0));
        if (over) {
            session.remove(this);
        }
    }

    /** See {@link io.adit.libp2p.Stream#close}. */
    public void close() {
        closeWrite();
        lock.lock();
        try {
            if (!readingGivenUp) {
                readingGivenUp = true;
                readingGivenUpAt = System.nanoTime();
                giveUpReceived();
                readable.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void giveUpReceived() {
        clearReceived();
        returnGrowth();
    }

    private void clearReceived() {
        session.memory().release(received.capacity());
        received.clear();
    }

    /** See {@link io.adit.libp2p.Stream#reset}. */
    public void reset() {
        reset(new Libp2pException(Kind.CLOSED, "stream was reset on this side"));
        lock.lock();
        try {
            // The remote may have ended it before; what came until then is not wanted either.
            readingGivenUp = true;
            giveUpReceived();
        } finally {
            lock.unlock();
        }
    }

    private void reset(Libp2pException reason) {
        if (fail(reason)) {
            session.sendControl(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST, id, 0));
            session.remove(this);
        }
    }

    /** Ends both directions with a reason, unless they have ended already. */
    boolean fail(Libp2pException reason) {
        lock.lock();
        try {
            if (failure != null || removed) {
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

    /** Resets a stream closed here whose remote neither finishes nor reads. */
    void resetIfAbandoned(Duration closeTimeout) {
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

    /**
     * Takes {@code length} announced bytes off the window.
     *
     * @throws Libp2pException PROTOCOL_VIOLATION if the remote may not send so many
     */
    void announce(long length) throws Libp2pException {
        lock.lock();
        try {
            if (remoteFinished && length > 0) {
                throw new Libp2pException(Kind.PROTOCOL_VIOLATION, "remote sent data on a stream that it had finished");
            }
            if (length > windowLeft) {
                throw new Libp2pException(
                        Kind.PROTOCOL_VIOLATION,
                        "remote sent " + length + " bytes into a stream window of " + windowLeft);
            }
            windowLeft -= (int) length;
        } finally {
            lock.unlock();
        }
    }

    void receive(byte[] source, int offset, int length) {
        lock.lock();
        try {
            if (readingGivenUp || failure != null) {
                return;
            }
            if (session.memory().tryGrow(received.capacity(), received.capacityWith(length))) {
                received.append(source, offset, length);
                readable.signal();
                return;
            }
        } finally {
            lock.unlock();
        }
        reset(new Libp2pException(Kind.LIMIT, "too many bytes have arrived that nobody has read yet"));
    }

    void credit(long given) {
        lock.lock();
        try {
            sendWindow = Math.min(sendWindow + given, MAX_SEND_WINDOW);
            writable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void remoteFinish() {
        boolean over;
        lock.lock();
        try {
            remoteFinished = true;
            over = locallyFinished;
            readable.signalAll();
        } finally {
            lock.unlock();
        }
        if (over) {
            session.remove(this);
        }
    }

    void remoteReset(int code) {
        if (fail(new Libp2pException(Kind.STREAM_RESET, "remote reset the stream, code " + code))) {
            session.remove(this);
        }
    }

    /** The session no longer knows this stream; what is buffered can still be read. */
    void markRemoved() {
        lock.lock();
        try {
            removed = true;
            returnGrowth();
        } finally {
            lock.unlock();
        }
    }

    private void returnGrowth() {
        if (removed && received.size() == 0 && !growthReturned) {
            growthReturned = true;
            session.returnGrowth(window - YamuxLimits.INITIAL_WINDOW);
        }
    }

    /** Bytes that the remote may send now. */
    int windowLeft() {
        lock.lock();
        try {
            return windowLeft;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes of memory that the receive buffer holds now. */
    int bufferCapacity() {
        lock.lock();
        try {
            return received.capacity();
        } finally {
            lock.unlock();
        }
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
}
