package io.adit.libp2p.yamux;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.mux.BufferedStream;
import io.adit.libp2p.mux.SessionLimits;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One stream of a session. Reading and writing block; what the event loop calls ({@code receive}, {@code credit},
 * {@code remote…}) holds the lock for a copy at most.
 *
 * <p>The receive window grows as go-libp2p's does: whoever empties half of it within four round trips is held up by it,
 * and gets twice as much if the session's budget allows.
 */
public final class YamuxStream extends BufferedStream {
    /** On a quiet loopback the round trip says nothing about how long a busy reader takes. */
    private static final long SHORTEST_ROUND_TRIP = TimeUnit.MILLISECONDS.toNanos(5);

    private static final int WORTH_WAKING = 256 << 10;

    private static final long MAX_SEND_WINDOW = 0xffff_ffffL;

    private final YamuxSession session;
    private final int id;

    private int window = SessionLimits.INITIAL_WINDOW;
    /** What the remote may still send. */
    private int windowLeft = SessionLimits.INITIAL_WINDOW;
    /** Taken by the reader and not yet given back to the remote. */
    private int consumed;

    private long windowGivenAt = System.nanoTime();
    private long sendWindow = SessionLimits.INITIAL_WINDOW;
    private boolean removed;
    private boolean growthReturned;

    YamuxStream(YamuxSession session, int id, boolean inbound) {
        super(inbound, session.memory());
        this.session = session;
        this.id = id;
    }

    public int id() {
        return id;
    }

    @Override
    public long number() {
        return Integer.toUnsignedLong(id);
    }

    @Override
    public void negotiated() {
        session.negotiated(this);
    }

    @Override
    public void served() {
        session.served(this);
    }

    @Override
    protected int readerTook(int bytes) {
        consumed += bytes;
        var given = windowToGive();
        returnGrowth();
        return given;
    }

    @Override
    protected int readerGaveUp() {
        returnGrowth();
        return 0;
    }

    @Override
    protected void letRemoteSend(int bytes) {
        session.sendControl(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, 0, id, bytes));
    }

    private int windowToGive() {
        if (hasRemoteFinished() || hasFailed() || consumed < window / 2) {
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

    @Override
    public void write(byte[] source, int offset, int length) throws Libp2pException {
        var from = offset;
        var left = length;
        while (left > 0) {
            var part = takeSendWindow(Math.min(left, session.maxData()));
            try {
                session.sendData(id, source, from, part, writeDeadline());
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
                requireWritable();
                if (sendWindow > 0) {
                    var part = (int) Math.min(wanted, sendWindow);
                    sendWindow -= part;
                    return part;
                }
                awaitReader();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected void finish(boolean over) {
        session.sendControl(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.FIN, id, 0));
        if (over) {
            session.remove(this);
        }
    }

    @Override
    protected void breakOff() {
        session.sendControl(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST, id, 0));
        session.remove(this);
    }

    @Override
    public boolean fail(Libp2pException reason) {
        lock.lock();
        try {
            return !removed && super.fail(reason);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes {@code length} announced bytes off the window.
     *
     * @throws Libp2pException PROTOCOL_VIOLATION if the remote may not send so many
     */
    void announce(long length) throws Libp2pException {
        lock.lock();
        try {
            if (hasRemoteFinished() && length > 0) {
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
            if (!isWanted()) {
                return;
            }
            if (hasMemoryFor(length)) {
                received.append(source, offset, length);
                // A remote whose window is small must not wait until all of it has come.
                bytesCame(length, Math.min(window / 4, WORTH_WAKING));
                return;
            }
        } finally {
            lock.unlock();
        }
        resetForMemory();
    }

    @Override
    protected boolean later(Duration delay, Runnable task) {
        return session.later(delay, task);
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
        if (markRemoteFinished()) {
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
            session.returnGrowth(window - SessionLimits.INITIAL_WINDOW);
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
}
