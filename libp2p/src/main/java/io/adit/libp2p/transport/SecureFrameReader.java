package io.adit.libp2p.transport;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.noise.TransportCipher;
import io.adit.libp2p.yamux.YamuxSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.security.GeneralSecurityException;

/**
 * On the event loop: gathers Noise messages, opens them and hands their bytes to the Yamux session. One buffer serves
 * all messages of the connection, for ciphertext and plain text alike.
 */
final class SecureFrameReader extends ChannelInboundHandlerAdapter {
    private static final int LENGTH_PREFIX = 2;
    private static final int SMALLEST_BUFFER = 2048;

    private final TransportCipher cipher;
    private final YamuxSession session;
    private final SecureFrameWriter writer;
    private byte[] message = new byte[SMALLEST_BUFFER];
    private int gathered;
    private int prefixGathered;
    private int length;
    private boolean ended;

    SecureFrameReader(TransportCipher cipher, YamuxSession session, SecureFrameWriter writer) {
        this.cipher = cipher;
        this.session = session;
        this.writer = writer;
    }

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
                gather(bytes);
            }
        } catch (Libp2pException e) {
            end(context, e);
        } finally {
            bytes.release();
            writer.releaseControl();
        }
    }

    private void gather(ByteBuf bytes) throws Libp2pException {
        if (prefixGathered < LENGTH_PREFIX) {
            length = (length << 8 | bytes.readUnsignedByte()) & 0xffff;
            prefixGathered++;
            if (prefixGathered == LENGTH_PREFIX) {
                startMessage();
            }
            return;
        }
        var part = Math.min(length - gathered, bytes.readableBytes());
        bytes.readBytes(message, gathered, part);
        gathered += part;
        if (gathered == length) {
            prefixGathered = 0;
            gathered = 0;
            open();
        }
    }

    private void startMessage() throws Libp2pException {
        if (length < TransportCipher.TAG) {
            throw new Libp2pException(Kind.PROTOCOL_VIOLATION, "Noise message of " + length + " bytes has no tag");
        }
        if (length > message.length) {
            message = new byte[length > TransportCipher.MAX_MESSAGE / 4 ? TransportCipher.MAX_MESSAGE : length * 2];
        }
    }

    private void open() throws Libp2pException {
        int plain;
        try {
            plain = cipher.applyInPlace(message, 0, length);
        } catch (GeneralSecurityException e) {
            throw new Libp2pException(Kind.PROTOCOL_VIOLATION, "Noise message cannot be opened", e);
        }
        session.receive(message, 0, plain);
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
