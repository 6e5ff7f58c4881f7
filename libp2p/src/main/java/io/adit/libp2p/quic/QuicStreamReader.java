package io.adit.libp2p.quic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.quic.QuicStreamResetException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what the event loop hears of a stream to the {@link QuicStream}. */
final class QuicStreamReader extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(QuicStreamReader.class);

    private final QuicStream stream;

    QuicStreamReader(QuicStream stream) {
        this.stream = stream;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var bytes = (ByteBuf) message;
        try {
            stream.receive(bytes);
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (stream.receivedSome()) {
            // Not at once: after all packets that have come are in, one call takes the bytes of all of them.
            context.executor().execute(context::read);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownReadComplete.INSTANCE) {
            stream.remoteFinish();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stream.ended();
        context.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof QuicStreamResetException reset) {
            stream.remoteReset(reset.applicationProtocolCode());
            return;
        }
        LOG.debug("stream {} failed", stream.number(), cause);
        stream.reset();
    }
}
