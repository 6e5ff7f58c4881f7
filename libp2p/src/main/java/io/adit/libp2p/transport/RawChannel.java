package io.adit.libp2p.transport;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.relay.CircuitLimit;
import io.adit.libp2p.transport.TcpEndpoint.Carrier;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * A socket while it is being upgraded: a pair of blocking streams for a virtual thread. Bytes are asked of the socket
 * only when the reader has none left, so a stranger can make this side hold no more than one read's worth.
 */
final class RawChannel extends ChannelInboundHandlerAdapter {
    /** Cuts off a handshake whose connection has no deadline of its own. */
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofMinutes(1);
    /** How long a remote that does not read may hold up the end of its connection. */
    static final Duration CLOSE_NOTIFY_TIMEOUT = Duration.ofSeconds(1);

    private final Channel channel;
    private final Deadline deadline;
    private final Carrier carrier;
    private final Optional<WebSocketBridge> bridge;
    private final Optional<InetSocketAddress> client;
    private final Optional<CircuitEnd> circuit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
    private boolean ended;
    private boolean discarded;
    private @Nullable Throwable failure;

    /** Where a circuit leads, and what its relay lets through. */
    record CircuitEnd(Multiaddr remote, CircuitLimit limit) {}

    /** The channel must have been made with automatic reading off. */
    RawChannel(Channel channel, Deadline deadline) {
        this(channel, deadline, Carrier.PLAIN, Optional.empty());
    }

    /** @param bridge what must be ready before anything is read or written */
    RawChannel(Channel channel, Deadline deadline, Carrier carrier, Optional<WebSocketBridge> bridge) {
        this(channel, deadline, carrier, bridge, Optional.empty(), Optional.empty());
    }

    /** From a proxy, for a client of which only the address is known. */
    RawChannel(Channel channel, Deadline deadline, Carrier carrier, WebSocketBridge bridge, InetAddress client) {
        this(
                channel,
                deadline,
                carrier,
                Optional.of(bridge),
                Optional.of(new InetSocketAddress(client, 0)),
                Optional.empty());
    }

    /** A circuit through a relay. */
    RawChannel(Channel channel, Deadline deadline, CircuitEnd circuit) {
        this(channel, deadline, Carrier.PLAIN, Optional.empty(), Optional.empty(), Optional.of(circuit));
    }

    private RawChannel(
            Channel channel,
            Deadline deadline,
            Carrier carrier,
            Optional<WebSocketBridge> bridge,
            Optional<InetSocketAddress> client,
            Optional<CircuitEnd> circuit) {
        this.channel = channel;
        this.deadline = deadline;
        this.carrier = carrier;
        this.bridge = bridge;
        this.client = client;
        this.circuit = circuit;
    }

    /** What lies below, if it is no socket. */
    Optional<CircuitEnd> circuit() {
        return circuit;
    }

    /** Who is at the other end: the client of a trusted proxy, not the proxy. */
    InetSocketAddress remote() {
        return client.orElseGet(() -> (InetSocketAddress) channel.remoteAddress());
    }

    Carrier carrier() {
        return carrier;
    }

    /** Waits until the layers below speak. */
    void awaitReady() throws Libp2pException {
        if (bridge.isPresent()) {
            bridge.get().awaitReady(deadline);
        }
    }

    Channel channel() {
        return channel;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        lock.lock();
        try {
            if (discarded) {
                ReferenceCountUtil.release(message);
                return;
            }
            var bytes = (ByteBuf) message;
            if (bytes.isReadable()) {
                held.add(bytes);
            } else {
                bytes.release(); // an empty WebSocket frame: the reader asks for the next
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        lock.lock();
        try {
            failure = cause;
        } finally {
            lock.unlock();
        }
        Channels.close(context.channel());
    }

    /** What has arrived can still be read. */
    private void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Closes the channel and drops what was not read. */
    void discard() {
        lock.lock();
        try {
            discarded = true;
            held.forEach(ByteBuf::release);
            held.clear();
        } finally {
            lock.unlock();
        }
        Channels.close(channel);
    }

    /**
     * From now on the channel speaks TLS, what has arrived and was not read included; waits for the handshake.
     *
     * @param threads runs the costly parts of the handshake
     */
    void encrypt(SSLEngine engine, Executor threads) throws Libp2pException {
        var handler = new SslHandler(engine, threads);
        handler.setHandshakeTimeoutMillis(
                Math.clamp(TimeUnit.NANOSECONDS.toMillis(deadline.remainingNanos()), 1, HANDSHAKE_TIMEOUT.toMillis()));
        handler.setCloseNotifyFlushTimeout(CLOSE_NOTIFY_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        try {
            channel.eventLoop().execute(() -> insert(handler));
            if (!handler.handshakeFuture().await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new Libp2pException(Kind.TIMEOUT, "deadline passed within the TLS handshake");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Libp2pException(Kind.CLOSED, "interrupted within the TLS handshake", e);
        } catch (RejectedExecutionException e) {
            throw new Libp2pException(Kind.CLOSED, "this host is closed", e);
        }
        if (!handler.handshakeFuture().isSuccess()) {
            throw TlsSecurity.failed(handler.handshakeFuture().cause());
        }
    }

    /** On the event loop: in front of this handler, so that what has arrived goes through it. */
    private void insert(SslHandler handler) {
        var pipeline = channel.pipeline();
        var own = pipeline.context(this);
        if (own == null) {
            // The channel has closed and its pipeline was taken apart. An added handler learns that and says so.
            pipeline.addLast(handler);
            pipeline.fireChannelInactive();
            return;
        }
        pipeline.addBefore(own.name(), null, handler);
        ArrayDeque<ByteBuf> early;
        lock.lock();
        try {
            early = new ArrayDeque<>(held);
            held.clear();
        } finally {
            lock.unlock();
        }
        var context = pipeline.context(handler);
        try {
            for (var bytes = early.poll(); bytes != null; bytes = early.poll()) {
                handler.channelRead(context, bytes);
            }
            handler.channelReadComplete(context);
        } catch (Exception e) {
            pipeline.fireExceptionCaught(e);
        } finally {
            early.forEach(ByteBuf::release);
        }
        channel.read();
    }

    /** On the event loop: puts {@code next} in this handler's place, starts it and hands on what was not read. */
    void replaceWith(ChannelHandler next, Consumer<ChannelHandlerContext> start) {
        channel.pipeline().addLast(next);
        start.accept(channel.pipeline().context(next));
        ArrayDeque<ByteBuf> rest;
        lock.lock();
        try {
            rest = new ArrayDeque<>(held);
            held.clear();
        } finally {
            lock.unlock();
        }
        var context = channel.pipeline().context(this);
        if (context == null) {
            rest.forEach(ByteBuf::release); // the channel has closed, and its pipeline was taken apart
        } else {
            rest.forEach(context::fireChannelRead);
            channel.pipeline().remove(this);
        }
        if (channel.isActive()) {
            channel.config().setAutoRead(true);
        } else {
            channel.pipeline().fireChannelInactive(); // it closed before the new handler could hear of it
        }
    }

    private int read(byte[] target, int offset, int length) throws Libp2pException {
        lock.lock();
        try {
            while (held.isEmpty()) {
                if (failure != null) {
                    throw new Libp2pException(
                            Kind.CONNECTION_LOST, "connection failed while it was secured: " + failure, failure);
                }
                if (ended) {
                    return -1;
                }
                channel.read();
                deadline.await(changed, "a connection was being secured");
            }
            var first = held.peek();
            var taken = Math.min(length, first.readableBytes());
            first.readBytes(target, offset, taken);
            if (!first.isReadable()) {
                held.poll().release();
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                var one = new byte[1];
                return RawChannel.this.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return length == 0 ? 0 : RawChannel.this.read(target, offset, length);
            }
        };
    }

    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value});
            }

            @Override
            public void write(byte[] source, int offset, int length) throws IOException {
                if (!channel.isActive()) {
                    throw new Libp2pException(Kind.CONNECTION_LOST, "remote closed while the connection was secured");
                }
                var bytes = Unpooled.wrappedBuffer(Arrays.copyOfRange(source, offset, offset + length));
                Channels.write(channel, bytes);
                channel.flush();
            }
        };
    }
}
