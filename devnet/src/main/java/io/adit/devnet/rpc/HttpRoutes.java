package io.adit.devnet.rpc;

import io.adit.chain.node.rpc.Permission;
import io.adit.devnet.control.ControlMethods;
import io.adit.devnet.node.DevnetNode;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Routes one connection's HTTP requests; turns into a WebSocket when asked to. */
final class HttpRoutes extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpRoutes.class);
    private static final Set<String> RPC_PATHS = Set.of("/rpc/v0", "/rpc/v1");
    private static final String CONTROL_PATH = "/control/v0";
    private static final int MAX_FRAME = 16 << 20;
    private static final String BEARER = "Bearer ";

    /** What all connections share. */
    record Routes(
            RpcHandler handler,
            DevnetNode node,
            ControlMethods control,
            Function<Optional<String>, Optional<Set<Permission>>> permissions,
            Predicate<Optional<String>> opensControl,
            ExecutorService workers) {}

    private final Routes routes;

    HttpRoutes(Routes routes) {
        this.routes = routes;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        var uri = new QueryStringDecoder(request.uri());
        var token = token(request, uri);
        if (uri.path().equals(CONTROL_PATH)) {
            control(context, request, token);
        } else if (RPC_PATHS.contains(uri.path())) {
            rpc(context, request, token);
        } else {
            reply(context, request, new RpcHandler.Reply(404, "404 page not found\n"));
        }
    }

    private static Optional<String> token(HttpRequest request, QueryStringDecoder uri) {
        var header = Optional.ofNullable(request.headers().get(HttpHeaderNames.AUTHORIZATION));
        if (header.isPresent()) {
            return header.map(text -> text.startsWith(BEARER) ? text.substring(BEARER.length()) : text);
        }
        return Optional.ofNullable(uri.parameters().get("token")).map(List::getFirst);
    }

    private void control(ChannelHandlerContext context, FullHttpRequest request, Optional<String> token) {
        if (!routes.opensControl().test(token)) {
            reply(context, request, new RpcHandler.Reply(401, ""));
            return;
        }
        inBackground(context, request, body -> routes.control().post(body));
    }

    private void rpc(ChannelHandlerContext context, FullHttpRequest request, Optional<String> token) {
        var allowed = routes.permissions().apply(token);
        if (allowed.isEmpty()) {
            reply(context, request, new RpcHandler.Reply(401, ""));
        } else if (HttpHeaderValues.WEBSOCKET.contentEqualsIgnoreCase(
                request.headers().get(HttpHeaderNames.UPGRADE, ""))) {
            upgrade(context, request, allowed.get());
        } else if (request.method().equals(HttpMethod.POST)) {
            inBackground(context, request, body -> {
                var answer = routes.handler().post(body, allowed.get());
                return new ControlMethods.Reply(answer.status(), answer.body());
            });
        } else {
            reply(context, request, new RpcHandler.Reply(405, ""));
        }
    }

    private void inBackground(
            ChannelHandlerContext context, FullHttpRequest request, Function<byte[], ControlMethods.Reply> work) {
        var body = ByteBufUtil.getBytes(request.content());
        request.retain();
        routes.workers().execute(() -> {
            try {
                var answer = work.apply(body);
                reply(context, request, new RpcHandler.Reply(answer.status(), answer.body()));
            } catch (RuntimeException | Error e) {
                // Whoever asked must not wait for an answer that will never come.
                LOG.error("answering {}", request.uri(), e);
                reply(context, request, new RpcHandler.Reply(500, ""));
            } finally {
                request.release();
            }
        });
    }

    private static void reply(ChannelHandlerContext context, HttpRequest request, RpcHandler.Reply reply) {
        var content = Unpooled.copiedBuffer(reply.body(), StandardCharsets.UTF_8);
        var response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()), content);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        HttpUtil.setContentLength(response, content.readableBytes());
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        HttpUtil.setKeepAlive(response, keepAlive);
        var written = context.writeAndFlush(response);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void upgrade(ChannelHandlerContext context, FullHttpRequest request, Set<Permission> allowed) {
        var factory = new WebSocketServerHandshakerFactory("ws://" + request.uri(), null, true, MAX_FRAME);
        var handshaker = factory.newHandshaker(request);
        if (handshaker == null) {
            var ignored = WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(context.channel());
            return;
        }
        handshaker.handshake(context.channel(), request).addListener(done -> {
            if (done.isSuccess()) {
                var socket = new RpcSocket(context.channel(), routes.handler(), routes.node(), allowed);
                context.pipeline()
                        .addLast(new WebSocketFrameAggregator(MAX_FRAME))
                        .addLast(new Frames(socket, routes.workers()));
            }
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var ignored = context.close();
    }

    /** Hands text frames to the socket's handler, each on a thread of its own, as Lotus answers out of order. */
    private static final class Frames extends SimpleChannelInboundHandler<WebSocketFrame> {
        private final RpcSocket socket;
        private final ExecutorService workers;

        Frames(RpcSocket socket, ExecutorService workers) {
            this.socket = socket;
            this.workers = workers;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            switch (frame) {
                case TextWebSocketFrame text -> {
                    var message = text.text();
                    workers.execute(() -> socket.receive(message));
                }
                case PingWebSocketFrame ping -> {
                    var ignored = context.writeAndFlush(
                            new PongWebSocketFrame(ping.content().retain()));
                }
                case CloseWebSocketFrame close -> {
                    var ignored = context.close();
                }
                default -> {
                    // Binary frames and pongs carry nothing for us.
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var ignored = context.close();
        }
    }
}
