package io.adit.libp2p.transport;

import io.adit.libp2p.SecurityProtocol;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.noise.NoiseHandshake;
import io.adit.libp2p.noise.NoiseKey;
import io.adit.libp2p.noise.TransportCipher;
import io.adit.libp2p.yamux.YamuxSession;
import io.netty.buffer.ByteBuf;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;

/** Noise over a connection: each message has two bytes of length in front. */
public final class NoiseSecurity extends ConnectionSecurity {
    private static final int LENGTH_PREFIX = 2;

    private final NoiseKey key;
    private final SecureRandom random;

    public NoiseSecurity(NoiseKey key, SecureRandom random) {
        super(SecurityProtocol.NOISE.protocolId());
        this.key = key;
        this.random = random;
    }

    @Override
    SecureLayer shakeHands(RawChannel raw, boolean initiator, String muxer) throws IOException {
        var session = initiator ? dialled(raw.input(), raw.output()) : accepted(raw.input(), raw.output());
        return new Layer(session, new SecureInput(raw.input(), session.receiving()));
    }

    private NoiseHandshake.Session dialled(InputStream in, OutputStream out) throws IOException {
        var handshake = NoiseHandshake.initiator(key, random);
        send(out, handshake.write());
        handshake.read(receive(in));
        send(out, handshake.write());
        return handshake.finish();
    }

    private NoiseHandshake.Session accepted(InputStream in, OutputStream out) throws IOException {
        var handshake = NoiseHandshake.responder(key, random);
        handshake.read(receive(in));
        send(out, handshake.write());
        handshake.read(receive(in));
        return handshake.finish();
    }

    private static void send(OutputStream out, byte[] message) throws IOException {
        var framed = new byte[LENGTH_PREFIX + message.length];
        framed[0] = (byte) (message.length >>> 8);
        framed[1] = (byte) message.length;
        System.arraycopy(message, 0, framed, LENGTH_PREFIX, message.length);
        out.write(framed);
    }

    private static byte[] receive(InputStream in) throws IOException {
        var length = new DataInputStream(in).readUnsignedShort();
        var message = in.readNBytes(length);
        if (message.length < length) {
            throw new EOFException("remote closed within a handshake message");
        }
        return message;
    }

    /** Writers seal with the sending cipher; the reader opens with the receiving one. */
    record Layer(NoiseHandshake.Session session, SecureInput input) implements SecureLayer {
        @Override
        public PublicKey remoteKey() {
            return session.remoteKey();
        }

        @Override
        public boolean muxerAgreed() {
            return false;
        }

        @Override
        public byte[] unread() {
            return input.rest();
        }

        @Override
        public MessageSealer sealer() {
            return new Sealer(session.sending());
        }

        @Override
        public SessionReader reader(YamuxSession yamux, SecureFrameWriter writer) {
            return new NoiseReader(session.receiving(), yamux, writer);
        }
    }

    /** Seals in place. */
    record Sealer(TransportCipher cipher) implements MessageSealer {
        @Override
        public int prefix() {
            return LENGTH_PREFIX;
        }

        @Override
        public int suffix() {
            return TransportCipher.TAG;
        }

        @Override
        public void seal(ByteBuf message, int plainLength) throws GeneralSecurityException {
            var length = cipher.applyInPlace(message.array(), message.arrayOffset() + LENGTH_PREFIX, plainLength);
            message.setShort(0, length);
            message.writerIndex(LENGTH_PREFIX + length);
        }
    }
}
