package io.adit.libp2p.transport;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.yamux.YamuxSession;
import io.netty.buffer.ByteBuf;

/** For a channel that decrypts by itself. */
final class PlainReader extends SessionReader {
    private static final int COPIED_AT_ONCE = 16 << 10;

    private byte[] copy = new byte[0];

    PlainReader(YamuxSession session, SecureFrameWriter writer) {
        super(session, writer);
    }

    @Override
    void take(ByteBuf bytes, YamuxSession session) throws Libp2pException {
        if (bytes.hasArray()) {
            var length = bytes.readableBytes();
            session.receive(bytes.array(), bytes.arrayOffset() + bytes.readerIndex(), length);
            bytes.skipBytes(length);
            return;
        }
        if (copy.length == 0) {
            copy = new byte[COPIED_AT_ONCE];
        }
        var length = Math.min(copy.length, bytes.readableBytes());
        bytes.readBytes(copy, 0, length);
        session.receive(copy, 0, length);
    }
}
