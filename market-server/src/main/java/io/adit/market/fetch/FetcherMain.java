package io.adit.market.fetch;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLSocketFactory;

/**
 * The fetcher process: talks to the servers that clients name, and hands what comes to the node over a Unix socket. It knows
 * neither keys nor deals, writes no file and lives no longer than the node: the end of standard input stops it.
 *
 * <p>Arguments: the socket's path, whether private addresses are allowed, and the limits in milliseconds and bytes a second. On
 * standard input: whom to trust ({@link FetcherTrust}), then nothing.
 */
public final class FetcherMain {
    /** What the node reads once connections are taken. */
    static final String READY = "READY";

    private static final int AT_ONCE = 256;

    private FetcherMain() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 7) {
            System.err.println("adit fetcher: started by the node, not by hand");
            Runtime.getRuntime().halt(2);
        }
        var socket = Path.of(arguments[0]);
        var node = new DataInputStream(System.in);
        var tls = tls(node, socket);
        dieWithParent(node, socket);
        var rules = new AddressRules(Boolean.parseBoolean(arguments[1]));
        var limits = new FetchLimits(
                Duration.ofMillis(Long.parseLong(arguments[2])),
                Duration.ofMillis(Long.parseLong(arguments[3])),
                Duration.ofMillis(Long.parseLong(arguments[4])),
                Duration.ofMillis(Long.parseLong(arguments[5])),
                Long.parseLong(arguments[6]));
        var fetcher = new Fetcher(limits, rules, HostResolver.ofSystem(), tls);
        var slots = new Semaphore(AT_ONCE);
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            System.out.println(READY);
            while (true) {
                slots.acquireUninterruptibly();
                var asking = server.accept();
                Thread.ofVirtual().start(() -> {
                    try {
                        serve(asking, fetcher, rules);
                    } finally {
                        slots.release();
                    }
                });
            }
        }
    }

    /** Where the store cannot be read, the certificates that come with Java count; the node's log has what is said here. */
    private static SSLSocketFactory tls(DataInputStream node, Path socket) {
        FetcherTrust trust;
        try {
            trust = FetcherTrust.read(node);
        } catch (IOException e) {
            throw end(socket);
        }
        try {
            return trust.sockets();
        } catch (IOException | GeneralSecurityException e) {
            System.err.println("the trust store " + trust + " cannot be read, so downloads trust only the certificates"
                    + " that come with Java: " + e);
            return (SSLSocketFactory) SSLSocketFactory.getDefault();
        }
    }

    private static void serve(SocketChannel node, FileSource files, AddressRules rules) {
        try (node;
                var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(node)));
                var out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(node)))) {
            try {
                var request = FetcherProtocol.readRequest(in, rules);
                if (request.asksLength()) {
                    long length = files.length(request.source());
                    out.writeInt(FetcherProtocol.OPENED);
                    out.writeLong(length);
                    out.flush();
                    return;
                }
                try (var body = files.open(request.source(), request.offset(), request.size())) {
                    pass(body, out);
                }
            } catch (FetchException e) {
                FetcherProtocol.writeFailure(out, e);
            }
        } catch (IOException e) {
            // The node has had enough.
        }
    }

    private static void pass(FileSource.Body body, DataOutputStream out) throws IOException {
        out.writeInt(FetcherProtocol.OPENED);
        out.writeLong(body.offset());
        out.flush();
        var buffer = new byte[FetcherProtocol.MAX_CHUNK];
        for (int n = read(body, buffer); n >= 0; n = read(body, buffer)) {
            out.writeInt(n);
            out.write(buffer, 0, n);
            out.flush();
        }
        out.writeInt(FetcherProtocol.END);
        out.flush();
    }

    /** What goes wrong with the server is told to the node; what goes wrong with the node ends the connection. */
    private static int read(FileSource.Body body, byte[] buffer) {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw Fetcher.broken(e);
        }
    }

    private static void dieWithParent(DataInputStream node, Path socket) {
        Thread.ofPlatform().daemon().name("parent-watch").start(() -> {
            try {
                while (node.read() >= 0) {
                    // Nothing more is ever sent; only the end matters.
                }
            } catch (IOException e) {
                // The same as the end.
            }
            throw end(socket);
        });
    }

    private static IllegalStateException end(Path socket) {
        try {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(socket.toAbsolutePath().getParent());
        } catch (IOException e) {
            // The folder for temporary files is cleared by others, too.
        }
        Runtime.getRuntime().halt(0);
        return new IllegalStateException("halted");
    }
}
