package io.adit.devnet.rpc;

import io.adit.chain.node.rpc.Permission;
import io.adit.chain.node.rpc.RpcDispatcher;
import io.adit.core.fil.Network;
import io.adit.devnet.control.ControlMethods;
import io.adit.devnet.node.DevnetNode;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Serves a node on one port: {@code /rpc/v0}, {@code /rpc/v1} and {@code /control/v0}. Listens where it is told to. */
public final class RpcServer implements AutoCloseable {
    private static final int MAX_BODY = 16 << 20;
    private static final int THREADS = 2;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(THREADS, NioIoHandler.newFactory());
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final ApiToken tokens;
    private final String controlToken;
    private final Channel listening;

    /**
     * Starts serving.
     *
     * @param secret signs API tokens, 32 bytes
     * @param controlToken opens the control path
     */
    public RpcServer(
            InetSocketAddress address,
            DevnetNode node,
            ControlMethods control,
            RpcFailures failures,
            byte[] secret,
            String controlToken) {
        this.tokens = new ApiToken(secret);
        this.controlToken = controlToken;
        var handler = new RpcHandler(new RpcDispatcher(node, Network.TESTNET), failures);
        var routes = new HttpRoutes.Routes(handler, node, control, this::permissions, this::opensControl, workers);
        this.listening = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(MAX_BODY))
                                .addLast(new HttpRoutes(routes));
                    }
                })
                .bind(address)
                .syncUninterruptibly()
                .channel();
    }

    /** Without a token reading is allowed; with a wrong one nothing is. */
    private Optional<Set<Permission>> permissions(Optional<String> token) {
        return token.map(tokens::verify).orElse(Optional.of(EnumSet.of(Permission.READ)));
    }

    private boolean opensControl(Optional<String> token) {
        return token.filter(controlToken::equals).isPresent();
    }

    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    public String host() {
        return ((InetSocketAddress) listening.localAddress()).getAddress().getHostAddress();
    }

    /** {@code token:multiaddr}, as {@code FULLNODE_API_INFO} wants it. */
    public String apiInfo() {
        return tokens.admin() + ":/ip4/" + host() + "/tcp/" + port() + "/http";
    }

    /** Where the control path is. */
    public String controlUrl() {
        return "http://" + host() + ":" + port() + "/control/v0";
    }

    public String controlToken() {
        return controlToken;
    }

    @Override
    public void close() {
        listening.close().syncUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        workers.shutdownNow();
    }
}
