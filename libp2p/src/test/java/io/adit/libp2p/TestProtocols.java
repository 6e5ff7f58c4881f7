package io.adit.libp2p;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The protocols that the Go peer serves too; see its source for what each does. */
final class TestProtocols {
    static final String SINK = "/adit/test/sink/1.0.0";
    static final String SOURCE = "/adit/test/source/1.0.0";
    static final String DUPLEX = "/adit/test/duplex/1.0.0";
    static final String RESET = "/adit/test/reset/1.0.0";
    static final String STALL = "/adit/test/stall/1.0.0";
    static final String OBSERVE_RESET = "/adit/test/observe-reset/1.0.0";
    private static final int BLOCK = 256 << 10;

    /** How each stream of {@link #OBSERVE_RESET} ended. */
    final LinkedBlockingQueue<Libp2pException> resets = new LinkedBlockingQueue<>();
    /** Lets handlers of {@link #STALL} go on. */
    final CountDownLatch stalled = new CountDownLatch(1);

    record Transfer(long count, String sha256) {}

    void register(HostBuilder builder) {
        builder.protocol(SINK, stream -> {
            var received = drain(stream.input());
            var answer = ByteBuffer.allocate(40).putLong(received.count);
            stream.output()
                    .write(answer.put(HexFormat.of().parseHex(received.sha256)).array());
        });
        builder.protocol(SOURCE, stream -> fill(stream.output(), new DataInputStream(stream.input()).readLong()));
        builder.protocol(DUPLEX, stream -> duplex(stream, new DataInputStream(stream.input()).readLong()));
        builder.protocol(RESET, stream -> {
            var ignored = stream.input().read();
            stream.reset();
        });
        builder.protocol(STALL, stream -> {
            if (!stalled.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("nobody released the stalled handler");
            }
        });
        builder.protocol(OBSERVE_RESET, stream -> {
            stream.output().write(stream.input().read());
            stream.setReadDeadline(Duration.ofSeconds(20));
            try {
                resets.add(new Libp2pException(
                        Libp2pException.Kind.CLOSED, "read " + stream.input().read() + " instead of a reset"));
            } catch (Libp2pException e) {
                resets.add(e);
            }
        });
    }

    static String hash(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    static Transfer drain(InputStream in) throws IOException {
        var digest = sha256();
        var buffer = new byte[BLOCK];
        var count = 0L;
        for (var read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            digest.update(buffer, 0, read);
            count += read;
        }
        return new Transfer(count, hash(digest));
    }

    /** What anybody who sends so many bytes sends, here and in the Go peer. */
    static Transfer expected(long count) throws IOException {
        return fill(OutputStream.nullOutputStream(), count);
    }

    /** Sends {@code count} bytes that differ from block to block. */
    static Transfer fill(OutputStream out, long count) throws IOException {
        var digest = sha256();
        var block = new byte[BLOCK];
        for (var index = 0; index < BLOCK; index++) {
            block[index] = (byte) (index * 31 ^ index >> 8);
        }
        for (var left = count; left > 0; left -= Math.min(left, BLOCK)) {
            ByteBuffer.wrap(block).putLong(left);
            var length = (int) Math.min(left, BLOCK);
            digest.update(block, 0, length);
            out.write(block, 0, length);
        }
        return new Transfer(count, hash(digest));
    }

    record Duplex(Transfer sent, Transfer received) {}

    /** Sends and half-closes on one thread; starts to read a moment later on this one. */
    static Duplex duplex(Stream stream, long count) throws IOException, InterruptedException {
        var sent = new CompletableFuture<Transfer>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.execute(() -> {
                try {
                    var transfer = fill(stream.output(), count);
                    stream.closeWrite();
                    sent.complete(transfer);
                } catch (IOException e) {
                    sent.completeExceptionally(e);
                }
            });
            // Both windows shall be full before anybody reads: the wait is for the peer's writer, which shows no sign.
            var ignored = new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
            var received = drain(stream.input());
            return new Duplex(sent.get(), received);
        } catch (ExecutionException e) {
            throw new IOException("sending failed", e);
        }
    }

    static Transfer upload(Stream stream, long count) throws IOException {
        var sent = fill(stream.output(), count);
        stream.closeWrite();
        var answer = new DataInputStream(stream.input());
        var received = new Transfer(answer.readLong(), HexFormat.of().formatHex(answer.readNBytes(32)));
        if (!received.equals(sent)) {
            throw new IOException("sent " + sent + ", the peer received " + received);
        }
        return received;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
