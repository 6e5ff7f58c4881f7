package io.adit.market.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.adit.core.error.AditException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/**
 * Hands CARs to providers over HTTP: {@code GET|HEAD /TOKEN}, with {@code Range: bytes=FROM-[TO]} so that a broken transfer
 * goes on where it stopped. The path is a random token; nothing else can be asked for.
 */
final class CarServer implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{0,18})");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Path> cars = new ConcurrentHashMap<>();
    private final SecureRandom random;
    private final Optional<URI> announce;

    /**
     * Serves at once.
     *
     * @param listen port 0 picks a free one
     * @param announce the base of the URLs that are given out; where there is none, {@code listen} must be an address that
     *     a provider can connect to
     */
    CarServer(InetSocketAddress listen, Optional<URI> announce, SecureRandom random) {
        this.random = random;
        this.announce = announce;
        if (announce.isEmpty() && listen.getAddress().isAnyLocalAddress()) {
            throw new AditException(
                    ClientErrorCode.CLIENT_ADDRESS,
                    "serving CARs on " + listen + ": that is every address of this machine, and no provider can be told"
                            + " to fetch from there; say which one to announce");
        }
        if (announce.filter(base -> !isBase(base)).isPresent()) {
            throw new AditException(
                    ClientErrorCode.CLIENT_ADDRESS,
                    "announcing CARs at " + announce.get() + ": it must be http://host:port or https://host:port");
        }
        try {
            server = HttpServer.create(listen, 16);
        } catch (IOException e) {
            throw new AditException(ClientErrorCode.CLIENT_FILE, "serving CARs on " + listen + ": " + e, e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Serves a CAR from now on; answers where. */
    URI offer(Path car) {
        var token = new byte[16];
        random.nextBytes(token);
        var path = "/" + HexFormat.of().formatHex(token) + ".car";
        cars.put(path, car);
        var base = announce.map(URI::toString).orElseGet(this::listening);
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    }

    private String listening() {
        var address = server.getAddress().getAddress();
        var host = address.getHostAddress();
        return "http://" + (address instanceof Inet6Address ? "[" + host + "]" : host) + ":"
                + server.getAddress().getPort();
    }

    private static boolean isBase(URI base) {
        return ("http".equals(base.getScheme()) || "https".equals(base.getScheme()))
                && base.getHost() != null
                && base.getRawQuery() == null;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var car = cars.get(exchange.getRequestURI().getPath());
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (car == null || !(head || exchange.getRequestMethod().equals("GET"))) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            long size = Files.size(car);
            long from = 0;
            long to = size - 1;
            int status = 200;
            var range = exchange.getRequestHeaders().getFirst("Range");
            if (range != null) {
                var match = RANGE.matcher(range);
                if (!match.matches() || Long.parseLong(match.group(1)) >= size) {
                    exchange.getResponseHeaders().set("Content-Range", "bytes */" + size);
                    exchange.sendResponseHeaders(416, -1);
                    return;
                }
                from = Long.parseLong(match.group(1));
                to = match.group(2).isEmpty() ? to : Math.min(to, Long.parseLong(match.group(2)));
                status = 206;
                exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + to + "/" + size);
            }
            exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
            exchange.getResponseHeaders().set("Content-Type", "application/vnd.ipld.car; version=1");
            send(exchange, car, status, from, to - from + 1, head);
        }
    }

    private static void send(HttpExchange exchange, Path car, int status, long from, long length, boolean head)
            throws IOException {
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", Long.toString(length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, length);
        try (var file = FileChannel.open(car);
                OutputStream body = exchange.getResponseBody()) {
            var target = Channels.newChannel(body);
            long sent = 0;
            while (sent < length) {
                long moved = file.transferTo(from + sent, length - sent, target);
                if (moved <= 0) {
                    throw new IOException(car + " became shorter while it was sent");
                }
                sent += moved;
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
