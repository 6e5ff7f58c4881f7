package io.adit.libp2p.quic;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.mux.BufferedStream;
import io.adit.libp2p.mux.SessionLimits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One bidirectional stream of a QUIC connection. Reading and writing block; what the event loop calls holds the lock
 * for a copy at most.
 *
 * <p>A slow reader stops the remote: no more than {@link #READ_AHEAD} bytes are taken from QUIC before somebody reads
 * them, and QUIC gives the remote no window for what was not taken. A slow remote stops a writer: no more than
 * {@link #MAX_UNSENT} bytes wait for QUIC to take them.
 */
final class QuicStream extends BufferedStream {
    /** Bytes taken from QUIC and not read yet; beyond it nothing is taken. */
    static final int READ_AHEAD = SessionLimits.INITIAL_WINDOW;
    /**
     * Bytes written that QUIC has not taken yet; beyond it writers wait. More cost more: what waits long has left the
     * processor's cache by the time that it is encrypted.
     */
    static final int MAX_UNSENT = 256 << 10;

    /** Packets come in runs of a dozen. */
    private static final int WORTH_WAKING = 64 << 10;

    private static final int DRAINED = MAX_UNSENT / 2;

    private final QuicConnection connection;
    private final QuicStreamChannel channel;
    private final ConcurrentLinkedQueue<ByteBuf> outgoing = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean flushScheduled = new AtomicBoolean();
    private final AtomicLong unsent = new AtomicLong();

    /** The event loop has been asked for more bytes, or will ask itself. */
    private boolean taking = true;

    /** In the run that is being taken. */
    private int taken;

    private long thrownAway;
    private boolean stopped;
    /** The remote reads no more; what it sends can still be read. */
    private @Nullable Libp2pException writeFailure;

    QuicStream(QuicConnection connection, QuicStreamChannel channel, boolean inbound) {
        super(inbound, connection.memory());
        this.connection = connection;
        this.channel = channel;
    }

    /** On the event loop: takes bytes from now on. */
    void start() {
        channel.pipeline().addLast(new QuicStreamReader(this));
        channel.read();
    }

    @Override
    public long number() {
        return channel.streamId();
    }

    @Override
    public void negotiated() {
        connection.negotiated();
    }

    @Override
    public void served() {
        connection.left(this);
    }

    @Override
    protected int readerTook(int bytes) {
        return received.size() <= READ_AHEAD / 2 ? takeMore() : 0;
    }

    /** The end is to be heard of, else the remote's side would stay open. */
    @Override
    protected int readerGaveUp() {
        return takeMore();
    }

    private int takeMore() {
        if (taking) {
            return 0;
        }
        taking = true;
        return 1;
    }

    @Override
    protected void letRemoteSend(int once) {
        connection.onEventLoop(channel::read);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws Libp2pException {
        var from = offset;
        var left = length;
        while (left > 0) {
            var part = Math.min(left, awaitRoom());
            var bytes = channel.alloc().directBuffer(part, part).writeBytes(source, from, part);
            unsent.addAndGet(part);
            connection.sendRoom().take(part);
            outgoing.add(bytes);
            scheduleFlush();
            from += part;
            left -= part;
        }
    }

    private int room() {
        var waiting = unsent.get();
        return waiting < MAX_UNSENT ? connection.sendRoom().allowed(waiting) : 0;
    }

    /** Waits until something may be written; how much. */
    private int awaitRoom() throws Libp2pException {
        lock.lock();
        try {
            while (true) {
                requireWritable();
                if (writeFailure != null) {
                    throw writeFailure.again();
                }
                var room = room();
                if (room > 0) {
                    return room;
                }
                awaitReader();
            }
        } finally {
            lock.unlock();
        }
    }

    private void scheduleFlush() {
        if (flushScheduled.compareAndSet(false, true) && !connection.onEventLoop(this::flush)) {
            dropOutgoing();
        }
    }

    /** On the event loop: QUIC takes what it has room for, and queues the rest. */
    private void flush() {
        flushScheduled.set(false);
        for (var bytes = outgoing.poll(); bytes != null; bytes = outgoing.poll()) {
            var length = bytes.readableBytes();
            var ignored = channel.write(bytes).addListener(result -> sent(length, result.cause()));
        }
    }

    private void dropOutgoing() {
        for (var bytes = outgoing.poll(); bytes != null; bytes = outgoing.poll()) {
            var length = bytes.readableBytes();
            bytes.release();
            sent(length, null);
        }
    }

    /** On the event loop: QUIC has taken a block, or will not. */
    private void sent(int length, @Nullable Throwable cause) {
        connection.sendRoom().give(length);
        var waiting = unsent.addAndGet(-length);
        if (cause == null && waiting > DRAINED) {
            return;
        }
        lock.lock();
        try {
            if (cause != null && writeFailure == null) {
                writeFailure = new Libp2pException(Kind.STREAM_RESET, "remote reads no more of the stream", cause);
            }
            writable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected void finish(boolean over) {
        connection.onEventLoop(() -> {
            flush();
            // As a frame, which queues behind the data; shutdownOutput would overtake it.
            var ignored = channel.write(QuicStreamFrame.EMPTY_FIN);
        });
    }

    @Override
    protected void breakOff() {
        connection.onEventLoop(this::abandon);
    }

    /** On the event loop: both directions end at once, for both sides. */
    private void abandon() {
        dropOutgoing();
        var ignored = channel.shutdown(0).addListener(ChannelFutureListener.CLOSE);
    }

    /** On the event loop: bytes have come. */
    void receive(ByteBuf bytes) {
        var length = bytes.readableBytes();
        lock.lock();
        try {
            if (!isWanted()) {
                throwAway(length);
                return;
            }
            if (hasMemoryFor(length)) {
                received.append(bytes.nioBuffer());
                taken += length;
                return;
            }
        } finally {
            lock.unlock();
        }
        resetForMemory();
    }

    /** A remote that goes on and on is asked to stop; a short rest is quicker taken than refused. */
    private void throwAway(int length) {
        thrownAway += length;
        if (thrownAway > READ_AHEAD && !stopped) {
            stopped = true;
            var ignored = channel.shutdownInput(0);
        }
    }

    /** On the event loop: a run of bytes is over; whether the next is wanted. */
    boolean receivedSome() {
        lock.lock();
        try {
            bytesCame(taken, WORTH_WAKING);
            taken = 0;
            taking = received.size() < READ_AHEAD;
            return taking;
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected boolean later(Duration delay, Runnable task) {
        return connection.later(delay, task);
    }

    /** On the event loop: the remote has finished. */
    void remoteFinish() {
        markRemoteFinished();
    }

    /** On the event loop. */
    void remoteReset(long code) {
        reset(new Libp2pException(Kind.STREAM_RESET, "remote reset the stream, code " + Math.max(0, code)));
    }

    /** On the event loop: the channel has closed; what is buffered can still be read. */
    void ended() {
        var clean = hasRemoteFinished();
        dropOutgoing();
        if (!clean) {
            fail(connection.whyEnded());
        }
        connection.remove(this, clean);
    }
}
