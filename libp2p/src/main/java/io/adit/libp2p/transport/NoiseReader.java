package io.adit.libp2p.transport;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.noise.TransportCipher;
import io.adit.libp2p.yamux.YamuxSession;
import io.netty.buffer.ByteBuf;
import java.security.GeneralSecurityException;

/** Gathers Noise messages and opens them. One buffer serves all of a connection, for ciphertext and plain text alike. */
final class NoiseReader extends SessionReader {
    private static final int LENGTH_PREFIX = 2;
    private static final int SMALLEST_BUFFER = 2048;

    private final TransportCipher cipher;
    private byte[] message = new byte[SMALLEST_BUFFER];
    private int gathered;
    private int prefixGathered;
    private int length;

    NoiseReader(TransportCipher cipher, YamuxSession session, SecureFrameWriter writer) {
        super(session, writer);
        this.cipher = cipher;
    }

    @Override
    void take(ByteBuf bytes, YamuxSession session) throws Libp2pException {
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
            session.receive(message, 0, open());
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

    private int open() throws Libp2pException {
        try {
            return cipher.applyInPlace(message, 0, length);
        } catch (GeneralSecurityException e) {
            throw new Libp2pException(Kind.PROTOCOL_VIOLATION, "Noise message cannot be opened", e);
        }
    }
}
