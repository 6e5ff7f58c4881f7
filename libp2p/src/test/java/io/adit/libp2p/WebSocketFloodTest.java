package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.MultiaddrProtocol;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A WebSocket whose other end asks and does not read. */
@Timeout(300)
class WebSocketFloodTest {
    private static final int PINGS = 160_000;
    private static final int PAYLOAD = 125;
    private static final int PING = 0x89;
    private static final int PONG = 0x8a;
    private static final Duration LONG = Duration.ofMinutes(5);

    private final Host server = Host.builder()
            .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
            .limits(HostLimits.defaults().withTimeouts(LONG, LONG, LONG))
            .listen("/ip4/127.0.0.1/tcp/0/ws")
            .build();

    private final AtomicInteger pongs = new AtomicInteger();
    private final AtomicBoolean last = new AtomicBoolean();

    @BeforeEach
    void start() throws Exception {
        server.start();
    }

    @AfterEach
    void close() {
        server.close();
    }

    /** Twenty MiB of answers, of which the sockets hold a few. */
    @Test
    void answersThatNobodyReads_doNotPileUp() throws Exception {
        var port = Integer.parseInt(
                server.addresses().getFirst().value(MultiaddrProtocol.TCP).orElseThrow());
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(64 << 10);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            upgrade(socket.getOutputStream(), in);
            var thousand = new byte[1000 * (PAYLOAD + 6)];
            for (var number = 0; number < 1000; number++) {
                System.arraycopy(ping((byte) 1), 0, thousand, number * (PAYLOAD + 6), PAYLOAD + 6);
            }
            for (var sent = 0; sent < PINGS; sent += 1000) {
                socket.getOutputStream().write(thousand);
            }
            Thread.startVirtualThread(() -> readAll(in));

            await().atMost(Duration.ofMinutes(2)).until(() -> {
                socket.getOutputStream().write(ping((byte) 2));
                return last.get();
            });

            assertThat(pongs.get()).isBetween(1, PINGS / 2);
        }
    }

    private static void upgrade(OutputStream out, DataInputStream in) throws IOException {
        out.write("""
                GET / HTTP/1.1\r
                Host: localhost\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
                Sec-WebSocket-Version: 13\r
                \r
                """.getBytes(StandardCharsets.US_ASCII));
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) in.readUnsignedByte());
        }
        assertThat(head.toString()).startsWith("HTTP/1.1 101 ");
    }

    /** Masked with zeros. */
    private static byte[] ping(byte content) {
        var frame = new byte[6 + PAYLOAD];
        Arrays.fill(frame, 6, frame.length, content);
        frame[0] = (byte) PING;
        frame[1] = (byte) (0x80 | PAYLOAD);
        return frame;
    }

    private void readAll(DataInputStream in) {
        try {
            while (true) {
                var kind = in.readUnsignedByte();
                var length = in.readUnsignedByte();
                var content = in.readNBytes(length == 126 ? in.readUnsignedShort() : length);
                if (kind == PONG) {
                    pongs.incrementAndGet();
                    last.compareAndSet(false, content[0] == 2);
                }
            }
        } catch (IOException e) {
            // The test is over.
        }
    }
}
