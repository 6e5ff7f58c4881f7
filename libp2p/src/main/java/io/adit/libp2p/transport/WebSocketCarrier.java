package io.adit.libp2p.transport;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.transport.TcpEndpoint.Carrier;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Puts WebSocket, and TLS below it, between a socket and the libp2p handshake. */
public final class WebSocketCarrier {
    /** Longest frame taken: several Noise messages. It is gathered in memory before anybody has proved who he is. */
    static final int MAX_FRAME = 256 << 10;

    private static final int MAX_REQUEST = 8 << 10;

    private final Optional<SSLContext> serverTls;
    private final SSLContext clientTls;
    private final Executor threads;
    private final Duration timeout;
    private final Set<InetAddress> proxies;

    /**
     * @param serverTls this host's certificate for {@code /wss}, if it has one
     * @param clientTls whose certificates are believed when dialling
     * @param threads runs the costly parts of TLS handshakes
     * @param timeout for the request that asks for WebSocket, and its answer
     * @param proxies who says by X-Forwarded-For for whom it asks
     */
    public WebSocketCarrier(
            Optional<SSLContext> serverTls,
            SSLContext clientTls,
            Executor threads,
            Duration timeout,
            Set<InetAddress> proxies) {
        this.serverTls = serverTls;
        this.clientTls = clientTls;
        this.threads = threads;
        this.timeout = timeout;
        this.proxies = Set.copyOf(proxies);
    }

    /** Whether whoever connects from this address does so for others. */
    boolean isProxy(TcpEndpoint endpoint, InetAddress remote) {
        return endpoint.carrier() != Carrier.PLAIN && proxies.contains(remote);
    }

    /** @throws Libp2pException UNREACHABLE if this side cannot listen so */
    void checkCanListen(TcpEndpoint endpoint) throws Libp2pException {
        if (endpoint.carrier() == Carrier.SECURE_WEB_SOCKET && serverTls.isEmpty()) {
            throw new Libp2pException(
                    Kind.UNREACHABLE,
                    "cannot listen on " + endpoint.toMultiaddr()
                            + ": /wss needs a certificate; give one with HostBuilder.webSocketTls");
        }
    }

    /** On the event loop: what an accepted channel needs below libp2p; says when it is ready. */
    Optional<WebSocketBridge> accept(ChannelPipeline pipeline, TcpEndpoint endpoint) {
        return endpoint.carrier() == Carrier.PLAIN
                ? Optional.empty()
                : Optional.of(accept(pipeline, endpoint, Optional.empty()));
    }

    /**
     * On the event loop: the same for a channel from a proxy.
     *
     * @param onClient told for whom it asks, before it is answered, if it says so; whether he may go on
     */
    WebSocketBridge acceptProxied(
            ChannelPipeline pipeline, TcpEndpoint endpoint, Predicate<Optional<InetAddress>> onClient) {
        return accept(pipeline, endpoint, Optional.of(new ForwardedClient(proxies, onClient)));
    }

    private WebSocketBridge accept(
            ChannelPipeline pipeline, TcpEndpoint endpoint, Optional<ForwardedClient> forwarded) {
        if (endpoint.carrier() == Carrier.SECURE_WEB_SOCKET) {
            var engine = serverTls.orElseThrow().createSSLEngine();
            engine.setUseClientMode(false);
            pipeline.addLast(tls(engine));
        }
        var bridge = new WebSocketBridge();
        pipeline.addLast(new HttpServerCodec(), new HttpObjectAggregator(MAX_REQUEST, true));
        forwarded.ifPresent(pipeline::addLast);
        pipeline.addLast(
                new WebSocketPings(),
                new WebSocketServerProtocolHandler(WebSocketServerProtocolConfig.newBuilder()
                        .websocketPath("/")
                        .checkStartsWith(true)
                        .allowExtensions(false)
                        .maxFramePayloadLength(MAX_FRAME)
                        .handshakeTimeoutMillis(timeout.toMillis())
                        .sendCloseFrame(null)
                        .build()),
                bridge);
        return bridge;
    }

    /** On the event loop: the same for a channel that this side dials. */
    Optional<WebSocketBridge> dial(ChannelPipeline pipeline, TcpEndpoint endpoint) {
        if (endpoint.carrier() == Carrier.PLAIN) {
            return Optional.empty();
        }
        var secure = endpoint.carrier() == Carrier.SECURE_WEB_SOCKET;
        if (secure) {
            var engine =
                    clientTls.createSSLEngine(endpoint.name(), endpoint.socket().getPort());
            engine.setUseClientMode(true);
            var parameters = engine.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            engine.setSSLParameters(parameters);
            pipeline.addLast(tls(engine));
        }
        var bridge = new WebSocketBridge();
        pipeline.addLast(
                new HttpClientCodec(),
                new HttpObjectAggregator(MAX_REQUEST, true),
                new WebSocketPings(),
                new WebSocketClientProtocolHandler(WebSocketClientProtocolConfig.newBuilder()
                        .webSocketUri(uri(endpoint, secure))
                        .version(WebSocketVersion.V13)
                        .allowExtensions(false)
                        .customHeaders(new DefaultHttpHeaders())
                        .maxFramePayloadLength(MAX_FRAME)
                        .handshakeTimeoutMillis(timeout.toMillis())
                        .sendCloseFrame(null)
                        .build()),
                bridge);
        return Optional.of(bridge);
    }

    private SslHandler tls(SSLEngine engine) {
        var handler = new SslHandler(engine, threads);
        handler.setHandshakeTimeoutMillis(timeout.toMillis());
        handler.setCloseNotifyFlushTimeoutMillis(RawChannel.CLOSE_NOTIFY_TIMEOUT.toMillis());
        return handler;
    }

    private static URI uri(TcpEndpoint endpoint, boolean secure) {
        var host = endpoint.name().indexOf(':') >= 0 ? "[" + endpoint.name() + "]" : endpoint.name();
        return URI.create(
                (secure ? "wss://" : "ws://") + host + ":" + endpoint.socket().getPort() + "/");
    }
}
