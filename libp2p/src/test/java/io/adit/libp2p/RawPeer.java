package io.adit.libp2p;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.multiaddr.MultiaddrProtocol;
import io.adit.libp2p.multistream.MultistreamSelect;
import io.adit.libp2p.noise.NoiseHandshake;
import io.adit.libp2p.noise.NoiseKey;
import io.adit.libp2p.noise.TransportCipher;
import io.adit.libp2p.yamux.YamuxFrame;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;

/** A peer on a plain socket that sends whatever Yamux frames it likes, and reads only when told to. */
final class RawPeer implements AutoCloseable {
    static final int DATA = 0;
    static final int WINDOW_UPDATE = 1;
    static final int PING = 2;
    static final int SYN = 1;
    static final int ACK = 2;
    static final int FIN = 4;
    static final int RST = 8;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final TransportCipher sending;
    private final TransportCipher receiving;
    private final DataInputStream plain = new DataInputStream(new PlainInput());
    private ByteBuffer opened = ByteBuffer.allocate(0);
    private int messages;

    private RawPeer(Socket socket, SecureRandom random) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.out = new DataOutputStream(socket.getOutputStream());
        MultistreamSelect.propose(in, out, List.of("/noise"));
        var identity = Identity.generate(KeyType.ED25519, random);
        var handshake = NoiseHandshake.initiator(new NoiseKey(identity, random), random);
        sendMessage(handshake.write());
        handshake.read(in.readNBytes(in.readUnsignedShort()));
        sendMessage(handshake.write());
        var session = handshake.finish();
        this.sending = session.sending();
        this.receiving = session.receiving();
        MultistreamSelect.propose(plain, new PlainOutput(), List.of("/yamux/1.0.0"));
    }

    /** Dials from 127.0.0.1. */
    static RawPeer connect(Multiaddr address, SecureRandom random) throws IOException {
        return connect(address, "127.0.0.1", random);
    }

    /** Dials from a loopback address, as another machine would from its own. */
    static RawPeer connect(Multiaddr address, String from, SecureRandom random) throws IOException {
        var port = Integer.parseInt(address.value(MultiaddrProtocol.TCP).orElseThrow());
        var socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new RawPeer(socket, random);
    }

    /** Sends one frame in a Noise message of its own. */
    void send(int type, int flags, int streamId, int length, byte... data) throws IOException {
        sendPlain(frame(type, flags, streamId, length, data));
    }

    static byte[] frame(int type, int flags, int streamId, int length, byte... data) {
        var frame = new byte[YamuxFrame.HEADER + data.length];
        new YamuxFrame(type, flags, streamId, length).encode(frame, 0);
        System.arraycopy(data, 0, frame, YamuxFrame.HEADER, data.length);
        return frame;
    }

    /** Opens a stream and proposes a protocol, all in one message, without waiting for anything. */
    void open(int streamId, String protocol) throws IOException {
        var lines = new ByteArrayOutputStream();
        for (var line : List.of("/multistream/1.0.0", protocol)) {
            lines.write(line.length() + 1);
            lines.writeBytes((line + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        send(DATA, SYN, streamId, lines.size(), lines.toByteArray());
    }

    void sendPlain(byte[] bytes) throws IOException {
        var message = new byte[bytes.length + TransportCipher.TAG];
        System.arraycopy(bytes, 0, message, 0, bytes.length);
        try {
            sending.applyInPlace(message, 0, bytes.length);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
        sendMessage(message);
    }

    private void sendMessage(byte[] message) throws IOException {
        var framed = ByteBuffer.allocate(2 + message.length).putShort((short) message.length);
        out.write(framed.put(message).array());
    }

    /** The next frame of this type that has this flag; others are thrown away. */
    YamuxFrame receive(int type, int flag) throws IOException {
        while (true) {
            var frame = receive();
            if (frame.type() == type && (frame.flags() & flag) != 0) {
                return frame;
            }
        }
    }

    /** The stream of the next data frame of this length; others are thrown away. */
    int receiveData(int length) throws IOException {
        while (true) {
            var frame = receive();
            if (frame.type() == DATA && frame.length() == length) {
                return frame.streamId();
            }
        }
    }

    private YamuxFrame receive() throws IOException {
        plain.readByte();
        var frame = new YamuxFrame(plain.readByte(), plain.readShort(), plain.readInt(), plain.readInt());
        if (frame.type() == DATA) {
            plain.skipNBytes(frame.length());
        }
        return frame;
    }

    /** Noise messages read until now. */
    int messages() {
        return messages;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private final class PlainInput extends InputStream {
        @Override
        public int read() throws IOException {
            while (!opened.hasRemaining()) {
                var message = in.readNBytes(in.readUnsignedShort());
                messages++;
                try {
                    opened = ByteBuffer.wrap(message, 0, receiving.applyInPlace(message, 0, message.length));
                } catch (GeneralSecurityException e) {
                    throw new IOException(e);
                }
            }
            return opened.get() & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            target[offset] = (byte) read();
            var more = Math.min(length - 1, opened.remaining());
            opened.get(target, offset + 1, more);
            return 1 + more;
        }
    }

    private final class PlainOutput extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            sendPlain(new byte[] {(byte) value});
        }

        @Override
        public void write(byte[] source) throws IOException {
            sendPlain(source);
        }
    }
}
