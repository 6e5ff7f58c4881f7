package io.adit.market.retrieve;

import io.adit.market.index.PieceIndex;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The HTTP/1.1 server for retrieval. Listens where it is told, which by default is loopback: {@link #DEFAULT_ADDRESS}.
 * Without TLS; a public provider puts a proxy that speaks it in front.
 */
public final class RetrievalServer implements AutoCloseable {
    public static final InetSocketAddress DEFAULT_ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final EventLoopGroup loops;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final Channel listener;

    /**
     * Starts to listen.
     *
     * @param address where; port 0 takes a free one
     * @throws IOException when the address is taken or not this machine's
     */
    public static RetrievalServer start(
            InetSocketAddress address,
            PieceIndex index,
            PieceCatalog catalog,
            ContentPolicy policy,
            RetrievalLimits limits,
            MeterRegistry registry)
            throws IOException {
        return start(address, index, catalog, policy, List.of(), limits, registry);
    }

    /** {@link #start} with pages of other rooms beside the data. */
    public static RetrievalServer start(
            InetSocketAddress address,
            PieceIndex index,
            PieceCatalog catalog,
            ContentPolicy policy,
            List<SidePages> pages,
            RetrievalLimits limits,
            MeterRegistry registry)
            throws IOException {
        return start(address, index, catalog, policy, pages, GatewayOptions.NONE, limits, registry);
    }

    /**
     * {@link #start} with pages of other rooms beside the data.
     *
     * @param options what is served beside blocks and CARs
     */
    public static RetrievalServer start(
            InetSocketAddress address,
            PieceIndex index,
            PieceCatalog catalog,
            ContentPolicy policy,
            List<SidePages> pages,
            GatewayOptions options,
            RetrievalLimits limits,
            MeterRegistry registry)
            throws IOException {
        return new RetrievalServer(address, index, catalog, policy, pages, options, limits, registry);
    }

    private RetrievalServer(
            InetSocketAddress address,
            PieceIndex index,
            PieceCatalog catalog,
            ContentPolicy policy,
            List<SidePages> pages,
            GatewayOptions options,
            RetrievalLimits limits,
            MeterRegistry registry)
            throws IOException {
        boolean epoll = Epoll.isAvailable();
        loops = new MultiThreadIoEventLoopGroup(
                Math.min(4, Runtime.getRuntime().availableProcessors()),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        var meters = new RetrievalMeters(registry);
        var gate = new ConnectionGate(limits, meters::turnedAway);
        meters.watchConnections(gate::open);
        var router = new Router(index, catalog, policy, pages, options, limits, meters);
        var bound = new ServerBootstrap()
                .group(loops)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Connections(gate, router, limits, meters, workers))
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            workers.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
            throw new IOException("cannot listen for retrievals on " + address + "; is the port taken?", bound.cause());
        }
        listener = bound.channel();
    }

    /** Where the server listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** Closes every connection, whatever was being sent. */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        workers.shutdownNow();
        workers.close();
    }

    static HttpDecoderConfig decoding(RetrievalLimits limits) {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.maxRequestLine())
                .setMaxHeaderSize(limits.maxHeaders());
    }

    private static final class Connections extends ChannelInitializer<SocketChannel> {
        private final ConnectionGate gate;
        private final Router router;
        private final RetrievalLimits limits;
        private final RetrievalMeters meters;
        private final ExecutorService workers;

        Connections(
                ConnectionGate gate,
                Router router,
                RetrievalLimits limits,
                RetrievalMeters meters,
                ExecutorService workers) {
            this.gate = gate;
            this.router = router;
            this.limits = limits;
            this.meters = meters;
            this.workers = workers;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            channel.pipeline()
                    .addLast(
                            gate,
                            new IdleStateHandler(true, 0, limits.stallTimeout().toMillis(), 0, TimeUnit.MILLISECONDS),
                            new HttpServerCodec(decoding(limits)),
                            new ConnectionHandler(router, limits, meters, workers));
        }
    }
}
