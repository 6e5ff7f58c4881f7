package io.adit.libp2p.transport;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multistream.MultistreamSelect;
import io.adit.libp2p.noise.NoiseHandshake;
import io.adit.libp2p.noise.NoiseKey;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/** From a raw socket to a secured connection: agree on Noise, shake hands, agree on Yamux. Blocking. */
public final class ConnectionUpgrader {
    private static final String NOISE = "/noise";
    private static final String YAMUX = "/yamux/1.0.0";

    private final NoiseKey key;
    private final SecureRandom random;
    private final SendBudget sendBudget;

    /** @param sendBudget what all connections together may have unsent */
    public ConnectionUpgrader(NoiseKey key, SecureRandom random, SendBudget sendBudget) {
        this.key = key;
        this.random = random;
        this.sendBudget = sendBudget;
    }

    /**
     * Upgrades a connection, within the deadline that the channel was made with; closes it on failure.
     *
     * @param expected who a dialler wants to reach
     * @throws Libp2pException IDENTITY if the remote is somebody else or cannot prove who it is; TIMEOUT;
     *     UNSUPPORTED_PROTOCOL; PROTOCOL_VIOLATION; CONNECTION_LOST
     */
    SecuredConnection upgrade(RawChannel raw, boolean initiator, Optional<PeerId> expected) throws Libp2pException {
        var done = false;
        try {
            var secured = secure(raw, initiator, expected);
            done = true;
            return secured;
        } catch (Libp2pException e) {
            throw e;
        } catch (IOException e) {
            throw new Libp2pException(Kind.CONNECTION_LOST, "remote closed while the connection was secured", e);
        } finally {
            if (!done) {
                raw.discard();
            }
        }
    }

    private SecuredConnection secure(RawChannel raw, boolean initiator, Optional<PeerId> expected) throws IOException {
        var in = raw.input();
        var out = raw.output();
        agree(in, out, initiator, NOISE);
        var noise = initiator ? dialled(in, out) : accepted(in, out);
        var remote = noise.remoteKey().peerId();
        if (expected.isPresent() && !expected.get().equals(remote)) {
            throw new Libp2pException(
                    Kind.IDENTITY, "dialled peer " + expected.get() + ", but peer " + remote + " answered");
        }
        var writer = new SecureFrameWriter(raw.channel(), noise.sending(), sendBudget);
        var secureIn = new SecureInput(in, noise.receiving());
        agree(secureIn, secureOutput(writer), initiator, YAMUX);
        return new SecuredConnection(initiator, noise.remoteKey(), raw, writer, noise.receiving(), secureIn.rest());
    }

    private static void agree(InputStream in, OutputStream out, boolean initiator, String protocol) throws IOException {
        if (initiator) {
            MultistreamSelect.propose(in, out, List.of(protocol));
        } else {
            MultistreamSelect.answer(in, out, protocol::equals);
        }
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
        var framed = new byte[2 + message.length];
        framed[0] = (byte) (message.length >>> 8);
        framed[1] = (byte) message.length;
        System.arraycopy(message, 0, framed, 2, message.length);
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

    private static OutputStream secureOutput(SecureFrameWriter writer) {
        return new OutputStream() {
            @Override
            public void write(int value) {
                writer.sendPlain(new byte[] {(byte) value});
            }

            @Override
            public void write(byte[] source) {
                writer.sendPlain(source);
            }
        };
    }
}
