package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorKind;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the operator API. Every path but {@code /metrics} and {@code /health} asks for {@code Authorization: Bearer
 * TOKEN}; the token's comparison takes the same time whatever is sent. Answers: 200 with JSON, 401 without the token, 404
 * for an unknown path or thing, 400 {@code {"error","code","kind"}} when a room refuses.
 */
public final class OperatorApi implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OperatorApi.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_BODY = 64 * 1024;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final byte[] token;
    private final List<ApiRoute> routes;
    private final Supplier<String> metrics;

    /**
     * @param address where to listen; port 0 picks a free one
     * @param token what callers must send
     * @param routes the questions that can be asked
     * @param metrics renders the Prometheus text
     */
    public OperatorApi(InetSocketAddress address, String token, List<ApiRoute> routes, Supplier<String> metrics) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.routes = List.copyOf(routes);
        this.metrics = metrics;
        try {
            server = HttpServer.create(address, 64);
        } catch (IOException e) {
            throw new AditException(
                    OpsError.LOCAL_FILE, "listening on " + address + " for the operator API: " + e.getMessage(), e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    public void start() {
        server.start();
    }

    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            switch (path) {
                case "/metrics" -> send(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.get());
                case "/health" -> send(exchange, 200, "application/json", "{\"status\":\"ok\"}");
                default -> answer(exchange, path);
            }
        } catch (RuntimeException e) {
            log.error("operator API: {}", exchange.getRequestURI(), e);
            throw e;
        }
    }

    private void answer(HttpExchange exchange, String path) throws IOException {
        if (!authorised(exchange)) {
            sendError(
                    exchange,
                    401,
                    "the operator API needs 'Authorization: Bearer TOKEN'; the token is in the node's directory, file token",
                    "UNAUTHORISED",
                    "operator");
            return;
        }
        var method = exchange.getRequestMethod();
        for (var route : routes) {
            var match = route.match(method, path);
            if (match.isPresent()) {
                try {
                    send(
                            exchange,
                            200,
                            "application/json",
                            route.action().answer(match.get(), body(exchange)).toString());
                } catch (AditException e) {
                    int status = e.code().kind() == ErrorKind.BUG ? 500 : 400;
                    sendError(
                            exchange,
                            status,
                            String.valueOf(e.getMessage()),
                            e.code().name(),
                            e.code().kind().name());
                }
                return;
            }
        }
        sendError(exchange, 404, "no such path: " + method + " " + path, "NOT_FOUND", "operator");
    }

    private boolean authorised(HttpExchange exchange) {
        var header = exchange.getRequestHeaders().getFirst("Authorization");
        return header != null
                && header.startsWith("Bearer ")
                && MessageDigest.isEqual(token, header.substring(7).getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode body(HttpExchange exchange) throws IOException {
        var bytes = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        if (bytes.length > MAX_BODY) {
            throw new AditException(OpsError.NODE_REFUSED, "the request's body is over " + MAX_BODY + " bytes");
        }
        return bytes.length == 0 ? JsonNodeFactory.instance.objectNode() : JSON.readTree(bytes);
    }

    private static void sendError(HttpExchange exchange, int status, String message, String code, String kind)
            throws IOException {
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("error", message)
                .put("code", code)
                .put("kind", kind);
        send(exchange, status, "application/json", node.toString());
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
