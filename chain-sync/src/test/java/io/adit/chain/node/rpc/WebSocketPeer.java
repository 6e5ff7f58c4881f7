package io.adit.chain.node.rpc;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A WebSocket server (RFC 6455) on a plain socket; each connection is handed to the test, which speaks for it. */
public final class WebSocketPeer implements AutoCloseable {

    private final ServerSocket listening;
    private final BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();

    public WebSocketPeer() throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::acceptAll);
    }

    public int port() {
        return listening.getLocalPort();
    }

    public Connection next() throws InterruptedException {
        return Optional.ofNullable(accepted.poll(10, TimeUnit.SECONDS)).orElseThrow();
    }

    private void acceptAll() {
        try {
            while (true) {
                accepted.add(new Connection(listening.accept()));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One client. */
    public static final class Connection implements AutoCloseable {

        private final Socket socket;
        private final DataInputStream in;
        private final OutputStream out;
        final Map<String, String> headers = new HashMap<>();
        final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        final BlockingQueue<byte[]> pongs = new LinkedBlockingQueue<>();
        volatile boolean answersPings = true;

        private Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new DataInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
            shakeHands();
            Thread.ofVirtual().start(this::readAll);
        }

        private void shakeHands() throws IOException {
            readLine();
            for (var line = readLine(); !line.isEmpty(); line = readLine()) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            var answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: " + accept(headers.getOrDefault("sec-websocket-key", "")) + "\r\n\r\n";
            out.write(answer.getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }

        private static String accept(String key) {
            try {
                var sha1 = MessageDigest.getInstance("SHA-1");
                var salted = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
                return Base64.getEncoder().encodeToString(sha1.digest(salted.getBytes(StandardCharsets.US_ASCII)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        private String readLine() throws IOException {
            var line = new StringBuilder();
            for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
                line.append((char) c);
            }
            return line.toString().strip();
        }

        private void readAll() {
            try {
                while (true) {
                    int opcode = in.readUnsignedByte() & 0xf;
                    var payload = readPayload();
                    switch (opcode) {
                        case 1 -> texts.add(new String(payload, StandardCharsets.UTF_8));
                        case 9 -> {
                            if (answersPings) {
                                send(0xA, payload);
                            }
                        }
                        case 0xA -> pongs.add(payload);
                        default -> {}
                    }
                }
            } catch (IOException e) {
                // The client is gone.
            }
        }

        private byte[] readPayload() throws IOException {
            int length = in.readUnsignedByte() & 0x7f;
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = Math.toIntExact(in.readLong());
            }
            var mask = new byte[4];
            in.readFully(mask);
            var payload = new byte[length];
            in.readFully(payload);
            for (int i = 0; i < length; i++) {
                payload[i] ^= mask[i & 3];
            }
            return payload;
        }

        public void sendText(String text) throws IOException {
            send(1, text.getBytes(StandardCharsets.UTF_8));
        }

        void sendPing() throws IOException {
            send(9, new byte[0]);
        }

        private synchronized void send(int opcode, byte[] payload) throws IOException {
            out.write(0x80 | opcode);
            if (payload.length < 126) {
                out.write(payload.length);
            } else if (payload.length < 65_536) {
                out.write(126);
                out.write(payload.length >> 8);
                out.write(payload.length);
            } else {
                out.write(127);
                for (int shift = 56; shift >= 0; shift -= 8) {
                    out.write((int) (((long) payload.length) >> shift));
                }
            }
            out.write(payload);
            out.flush();
        }

        public String nextText() throws InterruptedException {
            return Optional.ofNullable(texts.poll(10, TimeUnit.SECONDS)).orElseThrow();
        }

        boolean isClosed() {
            try {
                send(9, new byte[0]);
                return false;
            } catch (IOException e) {
                return true;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
