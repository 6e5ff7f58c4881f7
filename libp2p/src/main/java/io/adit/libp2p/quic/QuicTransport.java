package io.adit.libp2p.quic;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.mux.PeerConnection;
import io.adit.libp2p.mux.SessionLimits;
import io.adit.libp2p.resource.Admission;
import io.adit.libp2p.resource.ConnectionPlace;
import io.adit.libp2p.resource.ResourceManager;
import io.adit.libp2p.tls.TlsIdentity;
import io.adit.libp2p.transport.QuicEndpoint;
import io.adit.libp2p.transport.SendBudget;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelBootstrap;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens and dials over QUIC. Owns the event loops, on which quiche does its work too. */
public final class QuicTransport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QuicTransport.class);
    /** What a remote may send before anybody has read any of it: on all streams of a connection together. */
    private static final long INITIAL_CONNECTION_WINDOW = 1 << 20;
    /** The largest packet that passes through Ethernet over IPv6. */
    private static final int LARGEST_PACKET = 1452;

    private static final int DATAGRAMS = 4;
    /** Packets handed to the kernel at once, which cuts them (UDP_SEGMENT). */
    private static final int SEGMENTS = 40;
    /** Packets joined by the kernel (UDP_GRO) come as up to so many bytes. */
    private static final int READ_BUFFER = 64 << 10;

    private static final int READS_IN_A_ROW = 8;
    private static final int SOCKET_BUFFER = 4 << 20;
    private static final int MAX_LOOPS = 4;

    private final TlsIdentity identity;
    private final ResourceManager resources;
    private final SendBudget sendBudget;
    private final SessionLimits limits;
    private final Duration handshakeTimeout;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Executor threads;
    private final boolean epoll = Epoll.isAvailable();
    private final QuicSslContext serverTls;
    private final QuicSslContext clientTls;
    private final EventLoopGroup loops;
    private final List<Channel> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean accepting = true;

    /**
     * @param limits of each connection's streams
     * @param clock by which address tokens expire
     * @param threads runs the costly parts of handshakes; a virtual thread for each task
     */
    public QuicTransport(
            TlsIdentity identity,
            ResourceManager resources,
            SendBudget sendBudget,
            SessionLimits limits,
            Duration handshakeTimeout,
            InstantSource clock,
            SecureRandom random,
            Executor threads) {
        this.identity = identity;
        this.resources = resources;
        this.sendBudget = sendBudget;
        this.limits = limits;
        this.handshakeTimeout = handshakeTimeout;
        this.clock = clock;
        this.random = random;
        this.threads = threads;
        this.serverTls = QuicSslContextBuilder.forServer(identity.key(), null, identity.certificate())
                .clientAuth(ClientAuth.REQUIRE)
                .trustManager(identity.trustManager())
                .applicationProtocols(TlsIdentity.ALPN)
                .build();
        this.clientTls = QuicSslContextBuilder.forClient()
                .keyManager(identity.key(), null, identity.certificate())
                .trustManager(identity.trustManager())
                .applicationProtocols(TlsIdentity.ALPN)
                .build();
        this.loops = new MultiThreadIoEventLoopGroup(
                Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MAX_LOOPS),
                new DefaultThreadFactory("libp2p-quic", true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /** Whether the native library is there and can be loaded; {@link #unavailability} says why not. */
    public static boolean isAvailable() {
        return Quic.isAvailable();
    }

    /** Why there is no QUIC on this platform, for a log. */
    public static String unavailability() {
        var cause = Quic.unavailabilityCause();
        return cause == null ? "" : cause.toString();
    }

    /**
     * Binds and accepts from now on.
     *
     * @param onConnection told of each inbound connection whose remote has proved its identity; may block
     * @return where it listens, with the port that the system chose if none was asked for
     * @throws Libp2pException UNREACHABLE if the address cannot be bound
     */
    public QuicEndpoint listen(QuicEndpoint endpoint, Consumer<PeerConnection> onConnection) throws Libp2pException {
        var builder = configured(new QuicServerCodecBuilder())
                .sslContext(serverTls)
                .tokenHandler(new AddressTokens(random, clock, resources::isBusy))
                .handler(initializer(QuicChannel.class, channel -> accept(channel, onConnection)))
                .streamHandler(initializer(QuicStreamChannel.class, QuicHandshake::streamOpened))
                .streamOption(ChannelOption.AUTO_READ, false);
        if (epoll) {
            builder.option(
                    QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
                    EpollQuicUtils.newSegmentedAllocator(SEGMENTS));
        }
        var socket = bind(builder.build(), endpoint.socket());
        return endpoint.at((InetSocketAddress) socket.localAddress());
    }

    private <B extends QuicCodecBuilder<B>> B configured(QuicCodecBuilder<B> builder) {
        return builder.maxIdleTimeout(limits.keepAlive().toMillis(), TimeUnit.MILLISECONDS)
                .maxRecvUdpPayloadSize(LARGEST_PACKET)
                .maxSendUdpPayloadSize(LARGEST_PACKET)
                .discoverPmtu(true)
                .initialMaxData(INITIAL_CONNECTION_WINDOW)
                .initialMaxStreamDataBidirectionalLocal(SessionLimits.INITIAL_WINDOW)
                .initialMaxStreamDataBidirectionalRemote(SessionLimits.INITIAL_WINDOW)
                .initialMaxStreamsBidirectional(limits.maxInboundStreams())
                .initialMaxStreamsUnidirectional(0)
                .activeMigration(false)
                .datagram(DATAGRAMS, DATAGRAMS)
                .sslTaskExecutor(threads);
    }

    private Channel bind(ChannelHandler codec, InetSocketAddress address) throws Libp2pException {
        var bootstrap = new Bootstrap()
                .group(loops)
                .channel(epoll ? EpollDatagramChannel.class : NioDatagramChannel.class)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                .option(ChannelOption.RECVBUF_ALLOCATOR, readBuffers())
                .handler(codec);
        if (epoll) {
            bootstrap.option(EpollChannelOption.UDP_GRO, true);
        }
        var bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new Libp2pException(
                    Kind.UNREACHABLE,
                    "cannot use UDP at " + address + ": " + bound.cause().getMessage(),
                    bound.cause());
        }
        sockets.add(bound.channel());
        return bound.channel();
    }

    private static FixedRecvByteBufAllocator readBuffers() {
        var allocator = new FixedRecvByteBufAllocator(READ_BUFFER);
        allocator.maxMessagesPerRead(READS_IN_A_ROW);
        return allocator;
    }

    private static <C extends Channel> ChannelInitializer<C> initializer(Class<C> type, Consumer<C> onChannel) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(C channel) {
                onChannel.accept(type.cast(channel));
            }
        };
    }

    /** On the event loop. */
    private void accept(QuicChannel channel, Consumer<PeerConnection> onConnection) {
        var remote = (InetSocketAddress) channel.remoteSocketAddress();
        if (remote == null || !accepting) {
            QuicHandshake.close(channel);
            return;
        }
        switch (resources.accept(remote.getAddress(), () -> QuicHandshake.close(channel))) {
            case Admission.Granted<ConnectionPlace> granted -> secure(channel, remote, granted.place(), onConnection);
            case Admission.Refused<ConnectionPlace> refused -> {
                LOG.debug("refused a connection from {}: {}", remote, refused.refusal());
                refuse(channel);
            }
        }
    }

    /** Tells the remote so, which needs its first packet to be read; but not while the host is busy. */
    private void refuse(QuicChannel channel) {
        if (resources.isBusy()) {
            QuicHandshake.close(channel);
        } else {
            hearOfFailures(channel, channel.remoteSocketAddress(), failed -> {});
            channel.eventLoop().execute(() -> QuicHandshake.close(channel));
        }
    }

    private void secure(
            QuicChannel channel,
            InetSocketAddress remote,
            ConnectionPlace place,
            Consumer<PeerConnection> onConnection) {
        QuicHandshake.onClose(channel, place::close);
        var handshake = new QuicHandshake(channel, remote, place, false);
        var timeout = channel.eventLoop()
                .schedule(() -> QuicHandshake.close(channel), handshakeTimeout.toNanos(), TimeUnit.NANOSECONDS);
        var ignored = handshake.awaitable().whenComplete((done, failure) -> {
            timeout.cancel(false);
            if (failure != null) {
                LOG.debug("connection from {} was not secured", remote, failure);
                QuicHandshake.close(channel);
                return;
            }
            try {
                threads.execute(() -> secured(handshake, onConnection));
            } catch (RejectedExecutionException e) {
                QuicHandshake.close(channel);
            }
        });
    }

    private void secured(QuicHandshake handshake, Consumer<PeerConnection> onConnection) {
        try {
            onConnection.accept(connection(handshake, Optional.empty()));
        } catch (Libp2pException e) {
            LOG.debug("connection from {} was not secured", handshake.remote(), e);
        }
    }

    private QuicConnection connection(QuicHandshake handshake, Optional<PeerId> expected) throws Libp2pException {
        var done = false;
        try {
            var key = handshake.remoteKey(identity, expected);
            var connection = new QuicConnection(handshake, key, limits, sendBudget);
            done = true;
            return connection;
        } finally {
            if (!done) {
                QuicHandshake.close(handshake.channel());
            }
        }
    }

    /**
     * Dials and secures a connection, from a socket of its own; its place among the resources is given back when it
     * closes.
     *
     * @throws Libp2pException UNREACHABLE, TIMEOUT, LIMIT, IDENTITY, CLOSED or CONNECTION_LOST
     */
    public PeerConnection dial(QuicEndpoint endpoint, PeerId expected, Duration timeout) throws Libp2pException {
        var address = endpoint.socket();
        var place = switch (resources.dial(address.getAddress(), expected)) {
            case Admission.Granted<ConnectionPlace> granted -> granted.place();
            case Admission.Refused<ConnectionPlace> refused ->
                throw Libp2pException.refused("cannot dial " + address, refused.refusal());
        };
        var deadline = Deadline.after(timeout.compareTo(handshakeTimeout) < 0 ? timeout : handshakeTimeout);
        Channel socket;
        try {
            var codec = configured(new QuicClientCodecBuilder())
                    .sslContext(clientTls)
                    .build();
            var any = address.getAddress() instanceof Inet4Address ? "0.0.0.0" : "::";
            socket = bind(codec, new InetSocketAddress(any, 0));
            if (epoll) {
                // A connected socket is told when nobody listens at the remote's port, and hears nobody else.
                hearOfFailures(socket, address, QuicTransport::closeSocket);
                socket.connect(address).awaitUninterruptibly();
            }
        } catch (Libp2pException e) {
            place.close();
            throw e;
        }
        QuicHandshake.onClose(socket, () -> {
            sockets.remove(socket);
            place.close();
        });
        var made = new AtomicReference<@Nullable QuicHandshake>();
        var connecting = bootstrap(socket)
                .handler(initializer(QuicChannel.class, channel -> {
                    made.set(new QuicHandshake(channel, address, place, true));
                    QuicHandshake.onClose(channel, () -> closeSocket(socket));
                }))
                .streamHandler(initializer(QuicStreamChannel.class, QuicHandshake::streamOpened))
                .streamOption(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                .remoteAddress(address)
                .connect();
        var done = false;
        try {
            await(connecting, address, deadline);
            var connection = connection(Objects.requireNonNull(made.get()), Optional.of(expected));
            done = true;
            return connection;
        } finally {
            if (!done) {
                closeSocket(socket);
            }
        }
    }

    private static void closeSocket(Channel socket) {
        var ignored = socket.close();
    }

    private static void hearOfFailures(Channel channel, @Nullable SocketAddress remote, Consumer<Channel> then) {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                LOG.debug("QUIC with {}", remote, cause);
                then.accept(context.channel());
            }
        });
    }

    private QuicChannelBootstrap bootstrap(Channel socket) {
        var bootstrap = QuicChannel.newBootstrap(socket);
        return epoll
                ? bootstrap.option(
                        QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR,
                        EpollQuicUtils.newSegmentedAllocator(SEGMENTS))
                : bootstrap;
    }

    private static void await(Future<QuicChannel> connecting, InetSocketAddress address, Deadline deadline)
            throws Libp2pException {
        try {
            if (!connecting.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
                throw new Libp2pException(Kind.TIMEOUT, "deadline passed while dialling " + address + " over QUIC");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Libp2pException(Kind.CLOSED, "interrupted while dialling " + address, e);
        }
        if (!connecting.isSuccess()) {
            throw QuicHandshake.failed("cannot dial " + address + " over QUIC", connecting.cause());
        }
    }

    /** Accepts nobody any more; connections stay, as they share their listener's socket. */
    public void stopListening() {
        accepting = false;
    }

    /** Ends the event loops and every connection on them. */
    @Override
    public void close() {
        stopListening();
        sockets.forEach(socket -> socket.close().awaitUninterruptibly());
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
