package io.adit.libp2p.yamux;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.mux.ReceiveBudget;
import io.adit.libp2p.mux.SessionLimits;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one connection (hashicorp/yamux specification, as go-libp2p speaks it). {@link #receive} and
 * {@link #tick} are called by the connection's event loop and never wait; everything else by anyone.
 */
public final class YamuxSession {
    private static final long NO_PING = 0;

    private final boolean client;
    private final SessionLimits limits;
    private final YamuxTransport transport;
    private final Consumer<YamuxStream> acceptor;
    private final Map<Integer, YamuxStream> streams = new ConcurrentHashMap<>();
    private final AtomicLong nextId;
    private final AtomicInteger inbound = new AtomicInteger();
    private final AtomicInteger unaccepted = new AtomicInteger();
    private final Map<Integer, Boolean> unacknowledged = new ConcurrentHashMap<>();
    private final Semaphore openSlots;
    private final ReceiveBudget.Share memory;
    private final AtomicLong growthLeft;
    private final AtomicReference<@Nullable Libp2pException> end = new AtomicReference<>();

    private final byte[] header = new byte[YamuxFrame.HEADER];
    private int headerLength;
    private @Nullable YamuxFrame current;
    private @Nullable YamuxStream currentStream;
    private long dataLeft;

    private int pingValue;
    private long pingSentAt = NO_PING;
    /** Whether anything has come since the last tick. */
    private boolean heard;

    private volatile long roundTripNanos;

    /**
     * @param client whether this side dialled; its streams have odd numbers
     * @param memory what its streams may hold for their readers, shared with other sessions
     * @param acceptor told of each inbound stream on the event loop; must not wait, and sees to it that
     *     {@link #negotiated} and {@link #served} are called in the end
     */
    public YamuxSession(
            boolean client,
            SessionLimits limits,
            ReceiveBudget.Share memory,
            YamuxTransport transport,
            Consumer<YamuxStream> acceptor) {
        this.client = client;
        this.limits = limits;
        this.memory = memory;
        this.transport = transport;
        this.acceptor = acceptor;
        this.nextId = new AtomicLong(client ? 1 : 2);
        this.openSlots = new Semaphore(limits.openBacklog());
        this.growthLeft = new AtomicLong(limits.maxGrowth());
    }

    /** Opens a stream; waits while {@link SessionLimits#openBacklog} others are unacknowledged. */
    public YamuxStream open(Deadline deadline) throws Libp2pException {
        try {
            if (!openSlots.tryAcquire(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new Libp2pException(
                        Kind.TIMEOUT, "remote has left " + limits.openBacklog() + " opened streams unacknowledged");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Libp2pException(Kind.CLOSED, "interrupted while opening a stream", e);
        }
        var number = nextId.getAndAdd(2);
        if (number > 0xffff_ffffL) {
            openSlots.release();
            throw new Libp2pException(Kind.LIMIT, "all stream numbers of this connection are used up");
        }
        var stream = new YamuxStream(this, (int) number, false);
        unacknowledged.put(stream.id(), true);
        streams.put(stream.id(), stream);
        var ended = end.get();
        if (ended != null) {
            stream.fail(ended);
            remove(stream);
            throw ended.again();
        }
        sendControl(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.SYN, stream.id(), 0));
        return stream;
    }

    /** An inbound stream has agreed on a protocol, or failed to. Once for each stream. */
    public void negotiated(YamuxStream stream) {
        unaccepted.decrementAndGet();
    }

    /** The handler of an inbound stream has returned. Once for each stream. */
    public void served(YamuxStream stream) {
        leave(stream);
    }

    /** A stream counts as inbound until its handler has returned and the remote has finished or was reset. */
    private void leave(YamuxStream stream) {
        if (stream.isInbound() && stream.markLeft()) {
            inbound.decrementAndGet();
        }
    }

    /** Streams open now. */
    public int streamCount() {
        return streams.size();
    }

    /** Whether it was closed, or the channel has gone. */
    public boolean hasEnded() {
        return end.get() != null;
    }

    /** Tells the remote that this side goes away, and ends all streams. */
    public void close(Libp2pException reason) {
        goAway(YamuxFrame.GO_AWAY_NORMAL, reason);
    }

    private void goAway(int code, Libp2pException reason) {
        if (end.get() == null) {
            sendControl(new YamuxFrame(YamuxFrame.GO_AWAY, 0, 0, code));
        }
        terminate(reason);
        transport.close();
    }

    /** The channel is gone: ends all streams with this reason. */
    public void terminate(Libp2pException reason) {
        if (end.compareAndSet(null, reason)) {
            for (var stream : streams.values()) {
                stream.fail(reason);
                remove(stream);
            }
        }
    }

    /**
     * Takes decrypted bytes, cut anywhere.
     *
     * @throws Libp2pException PROTOCOL_VIOLATION after the remote was told to go away; CONNECTION_LOST if it goes
     */
    public void receive(byte[] source, int offset, int length) throws Libp2pException {
        heard |= length > 0;
        try {
            var from = offset;
            var until = offset + length;
            while (from < until) {
                from += current == null
                        ? receiveHeader(source, from, until)
                        : receiveData(current, source, from, until);
            }
        } catch (Libp2pException e) {
            if (e.kind() == Kind.PROTOCOL_VIOLATION) {
                goAway(YamuxFrame.GO_AWAY_PROTOCOL_ERROR, e);
            }
            throw e;
        }
    }

    private int receiveHeader(byte[] source, int from, int until) throws Libp2pException {
        var part = Math.min(YamuxFrame.HEADER - headerLength, until - from);
        System.arraycopy(source, from, header, headerLength, part);
        headerLength += part;
        if (headerLength == YamuxFrame.HEADER) {
            headerLength = 0;
            if (header[0] != 0) {
                throw violation("Yamux frame has version " + header[0] + " instead of 0");
            }
            receiveFrame(YamuxFrame.decode(header));
        }
        return part;
    }

    private int receiveData(YamuxFrame frame, byte[] source, int from, int until) {
        var part = (int) Math.min(dataLeft, until - from);
        if (currentStream != null) {
            currentStream.receive(source, from, part);
        }
        dataLeft -= part;
        if (dataLeft == 0) {
            current = null;
            finishFrame(frame, currentStream);
        }
        return part;
    }

    private void receiveFrame(YamuxFrame frame) throws Libp2pException {
        switch (frame.type()) {
            case YamuxFrame.PING -> receivePing(frame);
            case YamuxFrame.GO_AWAY ->
                throw new Libp2pException(Kind.CONNECTION_LOST, "remote goes away, code " + frame.length());
            case YamuxFrame.WINDOW_UPDATE -> {
                var stream = streamOf(frame);
                if (stream != null && !frame.has(YamuxFrame.RST)) {
                    stream.credit(frame.unsignedLength());
                }
                finishFrame(frame, stream);
            }
            case YamuxFrame.DATA -> {
                var stream = streamOf(frame);
                if (stream != null) {
                    stream.announce(frame.unsignedLength());
                } else if (frame.unsignedLength() > limits.maxWindow()) {
                    throw violation("remote announced " + frame.unsignedLength() + " bytes on a stream not open");
                }
                if (frame.length() == 0) {
                    finishFrame(frame, stream);
                } else {
                    current = frame;
                    currentStream = stream;
                    dataLeft = frame.unsignedLength();
                }
            }
            default -> throw violation("Yamux frame has unknown type " + frame.type());
        }
    }

    /** What the flags say about the end of the stream, after the frame's data. */
    private void finishFrame(YamuxFrame frame, @Nullable YamuxStream stream) {
        if (stream == null) {
            return;
        }
        if (frame.has(YamuxFrame.RST)) {
            stream.remoteReset(frame.type() == YamuxFrame.WINDOW_UPDATE ? frame.length() : 0);
        } else if (frame.has(YamuxFrame.FIN)) {
            stream.remoteFinish();
        }
    }

    private @Nullable YamuxStream streamOf(YamuxFrame frame) throws Libp2pException {
        if (frame.streamId() == 0) {
            throw violation("remote sent a stream's frame on stream 0");
        }
        if (frame.has(YamuxFrame.SYN)) {
            return accept(frame.streamId());
        }
        if (frame.has(YamuxFrame.ACK)) {
            acknowledged(frame.streamId());
        }
        return streams.get(frame.streamId());
    }

    private @Nullable YamuxStream accept(int id) throws Libp2pException {
        if (((id & 1) == 1) == client) {
            throw violation("remote opened stream " + id + ", whose number belongs to this side");
        }
        if (streams.containsKey(id)) {
            throw violation("remote opened stream " + id + " twice");
        }
        if (end.get() != null
                || inbound.get() >= limits.maxInboundStreams()
                || unaccepted.get() >= limits.acceptBacklog()) {
            sendControl(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST, id, 0));
            return null;
        }
        inbound.incrementAndGet();
        unaccepted.incrementAndGet();
        var stream = new YamuxStream(this, id, true);
        streams.put(id, stream);
        var ended = end.get();
        if (ended != null) {
            stream.fail(ended);
            remove(stream);
        }
        sendControl(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.ACK, id, 0));
        acceptor.accept(stream);
        return stream;
    }

    private void acknowledged(int id) {
        if (unacknowledged.remove(id) != null) {
            openSlots.release();
        }
    }

    private void receivePing(YamuxFrame frame) {
        if (frame.has(YamuxFrame.SYN)) {
            sendControl(new YamuxFrame(YamuxFrame.PING, YamuxFrame.ACK, 0, frame.length()));
        } else if (frame.has(YamuxFrame.ACK) && pingSentAt != NO_PING && frame.length() == pingValue) {
            roundTripNanos = Math.max(1, System.nanoTime() - pingSentAt);
            pingSentAt = NO_PING;
        }
    }

    /**
     * Pings the remote, unless a ping is still under way, and resets abandoned streams; the event loop calls it at the start and then once in each
     * {@link SessionLimits#keepAlive}.
     *
     * @throws Libp2pException CONNECTION_LOST if the last ping was not answered and nothing else has come either: on a slow
     *     link the answer may stand behind minutes of data
     */
    public void tick() throws Libp2pException {
        if (pingSentAt == NO_PING) {
            pingSentAt = System.nanoTime() | 1; // never NO_PING
            sendControl(new YamuxFrame(YamuxFrame.PING, YamuxFrame.SYN, 0, ++pingValue));
        } else if (!heard) {
            throw new Libp2pException(
                    Kind.CONNECTION_LOST,
                    "remote has not answered a ping for " + limits.keepAlive() + ", nor sent anything else");
        }
        heard = false;
        for (var stream : streams.values()) {
            stream.resetIfAbandoned(limits.closeTimeout());
        }
    }

    void remove(YamuxStream stream) {
        if (streams.remove(stream.id(), stream)) {
            acknowledged(stream.id());
            stream.markRemoved();
            leave(stream);
        }
    }

    void sendControl(YamuxFrame frame) {
        transport.sendControl(frame);
    }

    void sendData(int streamId, byte[] buffer, int offset, int length, Deadline deadline) throws Libp2pException {
        transport.sendData(streamId, buffer, offset, length, deadline);
    }

    boolean later(Duration delay, Runnable task) {
        return transport.later(delay, task);
    }

    int maxData() {
        return transport.maxData();
    }

    int maxWindow() {
        return limits.maxWindow();
    }

    long roundTripNanos() {
        return roundTripNanos;
    }

    ReceiveBudget.Share memory() {
        return memory;
    }

    boolean reserveGrowth(int bytes) {
        if (growthLeft.addAndGet(-bytes) >= 0) {
            return true;
        }
        growthLeft.addAndGet(bytes);
        return false;
    }

    void returnGrowth(int bytes) {
        growthLeft.addAndGet(bytes);
    }

    private static Libp2pException violation(String message) {
        return new Libp2pException(Kind.PROTOCOL_VIOLATION, message);
    }
}
