package io.adit.libp2p.transport;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Between the frames of a WebSocket and the stream of bytes that libp2p speaks; where frames end means nothing. */
final class WebSocketBridge extends ChannelDuplexHandler {
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private boolean handedUp;

    /**
     * Waits until both sides have agreed to speak WebSocket; nothing may be written before.
     *
     * @throws Libp2pException TIMEOUT; CLOSED; UNREACHABLE if there is no WebSocket, or its certificate is not believed
     */
    void awaitReady(Deadline deadline) throws Libp2pException {
        try {
            ready.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new Libp2pException(Kind.TIMEOUT, "deadline passed while a WebSocket was opened", e);
        } catch (ExecutionException e) {
            throw new Libp2pException(Kind.UNREACHABLE, "no WebSocket: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Libp2pException(Kind.CLOSED, "interrupted while a WebSocket was opened", e);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.fireChannelActive();
        context.read(); // nobody above asks before the WebSocket is there
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof HandshakeComplete || event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
            ready.complete(null);
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof BinaryWebSocketFrame || message instanceof ContinuationWebSocketFrame) {
            handedUp = true;
            context.fireChannelRead(((WebSocketFrame) message).content());
            return;
        }
        ReferenceCountUtil.release(message);
        fail(context, new Libp2pException(Kind.PROTOCOL_VIOLATION, "remote sent something else than binary frames"));
    }

    /** Frames without data, such as pings, are none that a reader waits for. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        if (!handedUp && !context.channel().config().isAutoRead()) {
            context.read();
        }
        handedUp = false;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        var ignored = context.write( // heard of through the promise
                message instanceof ByteBuf bytes ? new BinaryWebSocketFrame(bytes) : message, promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ready.completeExceptionally(new Libp2pException(Kind.CONNECTION_LOST, "remote closed the connection"));
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(context, cause);
    }

    private void fail(ChannelHandlerContext context, Throwable cause) {
        ready.completeExceptionally(cause);
        context.fireExceptionCaught(cause);
    }
}
