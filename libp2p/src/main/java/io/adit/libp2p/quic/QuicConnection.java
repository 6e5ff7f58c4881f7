package io.adit.libp2p.quic;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.mux.MuxedStream;
import io.adit.libp2p.mux.PeerConnection;
import io.adit.libp2p.mux.ReceiveBudget;
import io.adit.libp2p.mux.SessionLimits;
import io.adit.libp2p.mux.StreamSession;
import io.adit.libp2p.resource.ConnectionPlace;
import io.adit.libp2p.transport.QuicEndpoint;
import io.adit.libp2p.transport.SendBudget;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamLimitChangedEvent;
import io.netty.handler.codec.quic.QuicStreamType;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A QUIC connection whose remote has proved its identity, and its streams. Streams that come before {@link #begin} wait
 * unread.
 */
final class QuicConnection implements PeerConnection, StreamSession {
    /**
     * Streams that may end otherwise than by both sides finishing. Netty's codec keeps something of each until the
     * connection ends (netty 4.2.18, {@code QuicheQuicStreamChannel.removeStreamFromParent}), so there must be an end.
     */
    static final int MAX_BROKEN_STREAMS = 8192;

    /** The remote gives a connection up after a keep-alive interval of silence; three signs of life fall into it. */
    static final int SIGNS_OF_LIFE = 3;

    private static final Logger LOG = LoggerFactory.getLogger(QuicConnection.class);

    private final QuicChannel channel;
    private final boolean initiator;
    private final ConnectionPlace place;
    private final PublicKey remoteKey;
    private final Multiaddr remoteMultiaddr;
    private final SessionLimits limits;
    private final SendRoom sendRoom;
    private final Set<QuicStream> streams = ConcurrentHashMap.newKeySet();
    /** Streams beyond the limit whose turn will come; only for the event loop. */
    private final Queue<QuicStreamChannel> waiting = new ArrayDeque<>();

    private final AtomicInteger inbound = new AtomicInteger();
    private final AtomicInteger unaccepted = new AtomicInteger();
    private final AtomicInteger broken = new AtomicInteger();
    private final AtomicReference<@Nullable Libp2pException> end = new AtomicReference<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition admitted = lock.newCondition();
    private long admissions;
    private final ReceiveBudget.Share memory;
    private final QuicHandshake handshake;
    private Consumer<MuxedStream> acceptor = MuxedStream::reset;

    QuicConnection(QuicHandshake handshake, PublicKey remoteKey, SessionLimits limits, SendBudget sendBudget) {
        this.channel = handshake.channel();
        this.initiator = handshake.isInitiator();
        this.place = handshake.place();
        this.remoteMultiaddr = new QuicEndpoint(handshake.remote()).toMultiaddr();
        this.handshake = handshake;
        this.remoteKey = remoteKey;
        this.limits = limits;
        this.sendRoom = new SendRoom(sendBudget);
        this.memory = place.memory();
    }

    @Override
    public boolean isInitiator() {
        return initiator;
    }

    @Override
    public PublicKey remoteKey() {
        return remoteKey;
    }

    @Override
    public Multiaddr remoteMultiaddr() {
        return remoteMultiaddr;
    }

    @Override
    public boolean isOpen() {
        return channel.isActive();
    }

    @Override
    public ConnectionPlace place() {
        return place;
    }

    ReceiveBudget.Share memory() {
        return memory;
    }

    SendRoom sendRoom() {
        return sendRoom;
    }

    @Override
    public StreamSession newSession(SessionLimits chosen, Consumer<MuxedStream> onStream) {
        acceptor = onStream;
        return this;
    }

    @Override
    public void begin(Runnable onTick, Runnable onClose) {
        QuicHandshake.onClose(channel, () -> {
            terminate(new Libp2pException(Kind.CONNECTION_LOST, "connection has ended"));
            onClose.run();
        });
        onEventLoop(() -> {
            channel.pipeline().addLast(new ConnectionEvents());
            handshake.handOver(this::accept);
            var period = limits.keepAlive().toNanos() / SIGNS_OF_LIFE;
            var ticks = channel.eventLoop()
                    .scheduleWithFixedDelay(() -> tick(onTick), period, period, TimeUnit.NANOSECONDS);
            QuicHandshake.onClose(channel, () -> ticks.cancel(false));
        });
    }

    private void tick(Runnable onTick) {
        if (initiator && handshake.hasDatagrams()) {
            // The codec offers no PING frame; a datagram (RFC 9221) must be acknowledged too, and nobody reads it. A
            // remote without datagrams keeps the connection alive itself, as go-libp2p does every 15 seconds.
            var ignored = channel.writeAndFlush(Unpooled.directBuffer(1).writeByte(0));
        }
        streams.forEach(stream -> stream.resetIfAbandoned(limits.closeTimeout()));
        onTick.run();
    }

    /**
     * On the event loop: the remote has opened a stream. It may have finished another, and been admitted this one for it, before
     * the other's handler has returned here; then this one waits, unread. QUIC admits no more of them than the limit.
     */
    private void accept(QuicStreamChannel opened) {
        if (end.get() == null && inbound.get() >= limits.maxInboundStreams()) {
            waiting.add(opened);
        } else {
            serve(opened);
        }
    }

    /** On the event loop: streams have been left. */
    private void acceptWaiting() {
        while (inbound.get() < limits.maxInboundStreams() && !waiting.isEmpty()) {
            var next = waiting.remove();
            if (next.isActive()) {
                serve(next);
            }
        }
    }

    private void serve(QuicStreamChannel opened) {
        var stream = new QuicStream(this, opened, true);
        if (end.get() != null || unaccepted.get() >= limits.acceptBacklog()) {
            stream.reset();
            stream.start(); // to hear of its end
            return;
        }
        inbound.incrementAndGet();
        unaccepted.incrementAndGet();
        streams.add(stream);
        stream.start();
        acceptor.accept(stream);
    }

    @Override
    public MuxedStream open(Deadline deadline) throws Libp2pException {
        while (true) {
            var seen = admissions();
            var attempt = new CompletableFuture<Optional<QuicStream>>();
            if (end.get() != null || !onEventLoop(() -> tryOpen(attempt))) {
                throw whyEnded().again();
            }
            var opened = await(attempt, deadline);
            if (opened.isPresent()) {
                return opened.get();
            }
            awaitAdmission(seen, deadline);
        }
    }

    private long admissions() {
        lock.lock();
        try {
            return admissions;
        } finally {
            lock.unlock();
        }
    }

    private void awaitAdmission(long seen, Deadline deadline) throws Libp2pException {
        lock.lock();
        try {
            while (admissions == seen && end.get() == null) {
                deadline.await(admitted, "waiting until the remote admits a further stream");
            }
        } finally {
            lock.unlock();
        }
    }

    private void moreAdmitted() {
        lock.lock();
        try {
            admissions++;
            admitted.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static Optional<QuicStream> await(CompletableFuture<Optional<QuicStream>> attempt, Deadline deadline)
            throws Libp2pException {
        try {
            return attempt.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new Libp2pException(Kind.CONNECTION_LOST, "no stream can be opened on the connection", e);
        } catch (TimeoutException e) {
            giveUp(attempt);
            throw new Libp2pException(Kind.TIMEOUT, "deadline passed while opening a stream", e);
        } catch (InterruptedException e) {
            giveUp(attempt);
            Thread.currentThread().interrupt();
            throw new Libp2pException(Kind.CLOSED, "interrupted while opening a stream", e);
        }
    }

    private static void giveUp(CompletableFuture<Optional<QuicStream>> attempt) {
        var ignored = attempt.thenAccept(opened -> opened.ifPresent(QuicStream::reset));
    }

    /** On the event loop. */
    private void tryOpen(CompletableFuture<Optional<QuicStream>> attempt) {
        if (channel.isActive() && channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) <= 0) {
            attempt.complete(Optional.empty());
            return;
        }
        var ignored = channel.createStream(QuicStreamType.BIDIRECTIONAL, new ChannelInboundHandlerAdapter())
                .addListener(result -> {
                    if (result.cause() != null) {
                        attempt.completeExceptionally(result.cause());
                        return;
                    }
                    var made = (QuicStreamChannel) result.getNow();
                    made.config().setAutoRead(false);
                    var stream = new QuicStream(this, made, false);
                    streams.add(stream);
                    stream.start();
                    attempt.complete(Optional.of(stream));
                });
    }

    void negotiated() {
        unaccepted.decrementAndGet();
    }

    void left(QuicStream stream) {
        if (stream.isInbound() && stream.markLeft()) {
            inbound.decrementAndGet();
            onEventLoop(this::acceptWaiting);
        }
    }

    /** On the event loop: a stream's channel has closed. */
    void remove(QuicStream stream, boolean clean) {
        if (streams.remove(stream)) {
            left(stream);
        }
        if (!clean && broken.incrementAndGet() == MAX_BROKEN_STREAMS) {
            LOG.debug("closing a connection on which {} streams were broken off", MAX_BROKEN_STREAMS);
            close(new Libp2pException(Kind.LIMIT, MAX_BROKEN_STREAMS + " streams of the connection were broken off"));
        }
    }

    @Override
    public int streamCount() {
        return streams.size();
    }

    @Override
    public boolean hasEnded() {
        return end.get() != null;
    }

    Libp2pException whyEnded() {
        var reason = end.get();
        return reason == null ? new Libp2pException(Kind.CONNECTION_LOST, "connection has ended") : reason;
    }

    @Override
    public void close(Libp2pException reason) {
        terminate(reason);
        drop();
    }

    private void terminate(Libp2pException reason) {
        if (end.compareAndSet(null, reason)) {
            streams.forEach(stream -> stream.fail(reason));
            moreAdmitted(); // whoever waits must look again
        }
    }

    @Override
    public void drop() {
        QuicHandshake.close(channel);
    }

    /** On the event loop: runs something after a short time; false when the host is shut down. */
    boolean later(Duration delay, Runnable task) {
        try {
            var ignored = channel.eventLoop().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** False when the host is shut down, and with it every channel. */
    boolean onEventLoop(Runnable task) {
        try {
            channel.eventLoop().execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Heard on the event loop after the handshake. */
    private final class ConnectionEvents extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof QuicStreamLimitChangedEvent) {
                moreAdmitted();
            }
        }
    }
}
