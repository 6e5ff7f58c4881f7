package io.adit.libp2p.transport;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.relay.RelayClient.Circuit;
import io.adit.libp2p.resource.Admission;
import io.adit.libp2p.resource.ConnectionPlace;
import io.adit.libp2p.resource.ResourceManager;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens and dials over TCP, plain or as WebSocket, with epoll where the platform has it. Owns the event loops. */
public final class TcpTransport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TcpTransport.class);
    /** One read's buffer: two Noise messages of the largest size. */
    private static final int READ_BUFFER = 128 << 10;
    /** How many such reads the socket may deliver before other connections of the loop have a turn. */
    private static final int READS_IN_A_ROW = 4;

    private static final int LISTEN_BACKLOG = 256;
    private static final int MAX_LOOPS = 4;
    /** Connections of proxies that have not said yet for whom they are. */
    private static final int MOST_UNNAMED = 1024;

    private final ConnectionUpgrader upgrader;
    private final ResourceManager resources;
    private final WebSocketCarrier webSockets;
    private final Duration handshakeTimeout;
    private final Executor threads;
    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup loops;
    private final AtomicInteger unnamed = new AtomicInteger();
    private final List<Channel> listeners = new CopyOnWriteArrayList<>();

    /** @param threads runs each upgrade; a virtual thread for each task */
    public TcpTransport(
            ConnectionUpgrader upgrader,
            ResourceManager resources,
            WebSocketCarrier webSockets,
            Duration handshakeTimeout,
            Executor threads) {
        this.upgrader = upgrader;
        this.resources = resources;
        this.webSockets = webSockets;
        this.handshakeTimeout = handshakeTimeout;
        this.threads = threads;
        this.loops = new MultiThreadIoEventLoopGroup(
                Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MAX_LOOPS),
                new DefaultThreadFactory("libp2p-io", true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /**
     * Binds and accepts from now on.
     *
     * @param onConnection told of each secured inbound connection; may block
     * @return where it listens, with the port that the system chose if none was asked for
     * @throws Libp2pException UNREACHABLE if the address cannot be bound
     */
    public TcpEndpoint listen(TcpEndpoint endpoint, Consumer<SecuredConnection> onConnection) throws Libp2pException {
        webSockets.checkCanListen(endpoint);
        var address = endpoint.socket();
        Class<? extends ServerChannel> type = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        var bound = new ServerBootstrap()
                .group(loops)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, LISTEN_BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, readBuffers())
                .childHandler(initializer(channel -> accept(channel, endpoint, onConnection)))
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new Libp2pException(
                    Kind.UNREACHABLE,
                    "cannot listen on " + address + ": " + bound.cause().getMessage(),
                    bound.cause());
        }
        listeners.add(bound.channel());
        return endpoint.at((InetSocketAddress) bound.channel().localAddress());
    }

    private static FixedRecvByteBufAllocator readBuffers() {
        var allocator = new FixedRecvByteBufAllocator(READ_BUFFER);
        allocator.maxMessagesPerRead(READS_IN_A_ROW);
        return allocator;
    }

    private static ChannelInitializer<SocketChannel> initializer(Consumer<SocketChannel> onChannel) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                onChannel.accept(channel);
            }
        };
    }

    /** On the event loop. */
    private void accept(SocketChannel channel, TcpEndpoint endpoint, Consumer<SecuredConnection> onConnection) {
        var remote = channel.remoteAddress();
        if (remote == null) {
            Channels.close(channel); // it has gone already
            return;
        }
        if (webSockets.isProxy(endpoint, remote.getAddress())) {
            acceptProxied(channel, endpoint, onConnection);
            return;
        }
        place(channel, remote.getAddress()).ifPresent(place -> {
            var bridge = webSockets.accept(channel.pipeline(), endpoint);
            var deadline = Deadline.after(handshakeTimeout);
            secure(new RawChannel(channel, deadline, endpoint.carrier(), bridge), place, onConnection);
        });
    }

    private Optional<ConnectionPlace> place(SocketChannel channel, InetAddress remote) {
        return switch (resources.accept(remote, () -> Channels.close(channel))) {
            case Admission.Granted<ConnectionPlace> granted -> Optional.of(granted.place());
            case Admission.Refused<ConnectionPlace> refused -> {
                LOG.debug("refused a connection from {}: {}", remote, refused.refusal());
                Channels.close(channel);
                yield Optional.empty();
            }
        };
    }

    /** It counts for nobody until its request says for whom the proxy asks; one that says nothing counts for the proxy. */
    private void acceptProxied(SocketChannel channel, TcpEndpoint endpoint, Consumer<SecuredConnection> onConnection) {
        if (unnamed.incrementAndGet() > MOST_UNNAMED) {
            unnamed.decrementAndGet();
            Channels.close(channel);
            return;
        }
        var proxy = channel.remoteAddress().getAddress();
        var waiting = new AtomicBoolean(true);
        var tooLate = channel.eventLoop()
                .schedule(() -> Channels.close(channel), handshakeTimeout.toNanos(), TimeUnit.NANOSECONDS);
        Runnable named = () -> {
            if (waiting.compareAndSet(true, false)) {
                unnamed.decrementAndGet();
                tooLate.cancel(false);
            }
        };
        Channels.onClose(channel, named);
        var bridge = new AtomicReference<@Nullable WebSocketBridge>();
        bridge.set(webSockets.acceptProxied(channel.pipeline(), endpoint, client -> {
            named.run();
            var place = place(channel, client.orElse(proxy));
            place.ifPresent(granted -> secure(
                    new RawChannel(
                            channel,
                            Deadline.after(handshakeTimeout),
                            endpoint.carrier(),
                            Objects.requireNonNull(bridge.get()),
                            client.orElse(proxy)),
                    granted,
                    onConnection));
            return place.isPresent();
        }));
    }

    private void secure(RawChannel raw, ConnectionPlace place, Consumer<SecuredConnection> onConnection) {
        Channels.onClose(raw.channel(), place::close);
        raw.channel().pipeline().addLast(raw);
        try {
            threads.execute(() -> secureInbound(raw, place, onConnection));
        } catch (RejectedExecutionException e) {
            raw.discard();
        }
    }

    private void secureInbound(RawChannel raw, ConnectionPlace place, Consumer<SecuredConnection> onConnection) {
        try {
            onConnection.accept(upgrader.upgrade(raw, place, false, Optional.empty()));
        } catch (Libp2pException e) {
            LOG.debug("connection from {} was not secured", raw.channel().remoteAddress(), e);
        }
    }

    /**
     * Dials and secures a connection; its place among the resources is given back when it closes.
     *
     * @throws Libp2pException UNREACHABLE, TIMEOUT, LIMIT, or whatever the upgrade throws
     */
    public SecuredConnection dial(TcpEndpoint endpoint, PeerId expected, Duration timeout) throws Libp2pException {
        var address = endpoint.socket();
        var place = switch (resources.dial(address.getAddress(), expected)) {
            case Admission.Granted<ConnectionPlace> granted -> granted.place();
            case Admission.Refused<ConnectionPlace> refused ->
                throw Libp2pException.refused("cannot dial " + address, refused.refusal());
        };
        var deadline = Deadline.after(timeout.compareTo(handshakeTimeout) < 0 ? timeout : handshakeTimeout);
        // Not looked up in the pipeline, which is empty again when the remote closes at once.
        var made = new AtomicReference<@Nullable RawChannel>();
        var connecting = new Bootstrap()
                .group(loops)
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(timeout.toMillis() + 1, Integer.MAX_VALUE))
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, readBuffers())
                .handler(initializer(channel -> {
                    var bridge = webSockets.dial(channel.pipeline(), endpoint);
                    var raw = new RawChannel(channel, deadline, endpoint.carrier(), bridge);
                    made.set(raw);
                    channel.pipeline().addLast(raw);
                }))
                .connect(address);
        Channels.onClose(connecting.channel(), place::close);
        try {
            await(connecting, address, deadline);
        } catch (Libp2pException e) {
            // A channel that could not even be made (no file descriptors left) never tells that it has closed.
            place.close();
            throw e;
        }
        return upgrader.upgrade(Objects.requireNonNull(made.get()), place, true, Optional.of(expected));
    }

    private static void await(ChannelFuture connecting, InetSocketAddress address, Deadline deadline)
            throws Libp2pException {
        try {
            if (!connecting.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                Channels.close(connecting.channel());
                throw new Libp2pException(Kind.TIMEOUT, "deadline passed while dialling " + address);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Channels.close(connecting.channel());
            throw new Libp2pException(Kind.CLOSED, "interrupted while dialling " + address, e);
        }
        if (!connecting.isSuccess()) {
            throw new Libp2pException(
                    Kind.UNREACHABLE,
                    "cannot dial " + address + ": " + connecting.cause().getMessage(),
                    connecting.cause());
        }
    }

    /**
     * Secures a circuit through a relay as if it were a socket; its place among the resources is given back when it ends.
     *
     * @param remote where it leads
     * @param onEnd called when it has ended, whatever becomes of it
     * @throws Libp2pException CLOSED, or whatever the upgrade throws
     */
    public SecuredConnection secure(
            Circuit circuit, Multiaddr remote, ConnectionPlace place, boolean initiator, Runnable onEnd)
            throws Libp2pException {
        var channel = new StreamChannel(circuit.stream(), circuit.limit(), threads);
        var end = new RawChannel.CircuitEnd(remote, circuit.limit());
        var raw = new RawChannel(channel, Deadline.after(handshakeTimeout), end);
        Channels.onClose(channel, () -> {
            place.close();
            onEnd.run();
        });
        channel.pipeline().addLast(raw);
        var registered = loops.register(channel).awaitUninterruptibly();
        if (!registered.isSuccess()) {
            Channels.close(channel);
            throw new Libp2pException(Kind.CLOSED, "this host is closed", registered.cause());
        }
        channel.eventLoop().execute(channel::begin);
        return upgrader.upgrade(raw, place, initiator, Optional.of(circuit.peer()));
    }

    /** Stops listening; connections stay. */
    public void stopListening() {
        listeners.forEach(listener -> listener.close().awaitUninterruptibly());
        listeners.clear();
    }

    /** Ends the event loops and every connection on them. */
    @Override
    public void close() {
        stopListening();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
