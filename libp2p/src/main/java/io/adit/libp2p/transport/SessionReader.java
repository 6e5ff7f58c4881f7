package io.adit.libp2p.transport;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.yamux.YamuxSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** On the event loop: hands what arrives to the Yamux session, in plain text. */
abstract class SessionReader extends ChannelInboundHandlerAdapter {
    private final YamuxSession session;
    private final SecureFrameWriter writer;
    private boolean ended;

    SessionReader(YamuxSession session, SecureFrameWriter writer) {
        this.session = session;
        this.writer = writer;
    }

    /** Takes some of the bytes, at least one, and gives their plain text to the session. */
    abstract void take(ByteBuf bytes, YamuxSession session) throws Libp2pException;

    /** Hands on what was decrypted while the muxer was agreed on. */
    void start(ChannelHandlerContext context, byte[] received) {
        try {
            session.receive(received, 0, received.length);
        } catch (Libp2pException e) {
            end(context, e);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
        var bytes = (ByteBuf) received;
        writer.holdControl();
        try {
            while (!ended && bytes.isReadable()) {
                take(bytes, session);
            }
        } catch (Libp2pException e) {
            end(context, e);
        } finally {
            bytes.release();
            writer.releaseControl();
        }
    }

    /** Pings the remote, and ends the connection if it has not answered the last time. */
    void tick(ChannelHandlerContext context) {
        try {
            session.tick();
        } catch (Libp2pException e) {
            end(context, e);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end(context, new Libp2pException(Kind.CONNECTION_LOST, "remote closed the connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        end(context, new Libp2pException(Kind.CONNECTION_LOST, "connection failed: " + cause.getMessage(), cause));
    }

    private void end(ChannelHandlerContext context, Libp2pException reason) {
        ended = true;
        session.terminate(reason);
        context.channel().config().setAutoRead(false);
        writer.close();
    }
}
