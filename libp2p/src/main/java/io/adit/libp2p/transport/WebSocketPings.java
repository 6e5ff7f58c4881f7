package io.adit.libp2p.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;

/**
 * Answers the pings of a WebSocket, one at a time: a remote that sends them and reads nothing would have the answers pile up
 * in memory, before it has proved who it is. Those that come while an answer waits for the socket get none, as RFC 6455,
 * section 5.5.3, allows.
 */
final class WebSocketPings extends ChannelInboundHandlerAdapter {
    /** Of the event loop alone. */
    private boolean waiting;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof PingWebSocketFrame ping)) {
            context.fireChannelRead(message);
        } else if (waiting) {
            ping.release();
        } else {
            waiting = true;
            var ignored = context.writeAndFlush(new PongWebSocketFrame(ping.content()))
                    .addListener(sent -> waiting = false);
        }
    }
}
