package io.adit.ops.api;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorCode;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the operator API. Every path but {@code /metrics} and {@code /health} asks for {@code Authorization: Bearer
 * TOKEN}; the token's comparison takes the same time whatever is sent. Answers: 200 with JSON; else {@code
 * {"error","code","kind"}} with 401 without the token, 404 for an unknown path or thing, 400 for a malformed or refused
 * request, 503 when the chain, the network or a disk does not play along, 500 for a fault of the node itself. {@code /health}
 * is 200 with {@code status} ok, or degraded with what is wrong, as one {@code problem} in words and as a list of {@code alarms}
 * with {@code name} and {@code text}.
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
    private final Supplier<List<Alarm>> alarms;

    /**
     * @param address where to listen; port 0 picks a free one
     * @param token what callers must send
     * @param routes the questions that can be asked
     * @param metrics renders the Prometheus text
     * @param alarms what does not work although the node runs
     */
    public OperatorApi(
            InetSocketAddress address,
            String token,
            List<ApiRoute> routes,
            Supplier<String> metrics,
            Supplier<List<Alarm>> alarms) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.routes = List.copyOf(routes);
        this.metrics = metrics;
        this.alarms = alarms;
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
            var answer = answerOrError(exchange);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.sendResponseHeaders(answer.status(), answer.body().length);
            exchange.getResponseBody().write(answer.body());
        }
    }

    private record Answer(int status, String type, byte[] body) {
        static Answer text(String type, String text) {
            return new Answer(200, type, text.getBytes(StandardCharsets.UTF_8));
        }

        static Answer json(int status, JsonNode node) {
            return new Answer(status, "application/json", node.toString().getBytes(StandardCharsets.UTF_8));
        }

        static Answer error(int status, ErrorCode code, String message) {
            return json(
                    status,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("error", message)
                            .put("code", code.name())
                            .put("kind", code.kind().name().toLowerCase(Locale.ROOT)));
        }
    }

    private Answer answerOrError(HttpExchange exchange) throws IOException {
        try {
            var path = exchange.getRequestURI().getPath();
            return switch (path) {
                case "/metrics" -> Answer.text("text/plain; version=0.0.4; charset=utf-8", metrics.get());
                case "/health" -> Answer.json(200, health());
                default -> answer(exchange, path);
            };
        } catch (AditException e) {
            return Answer.error(status(e), e.code(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            log.error("operator API: {} {}", exchange.getRequestMethod(), exchange.getRequestURI(), e);
            return Answer.error(500, OpsError.NODE_BROKE, "the node's own fault: " + e);
        }
    }

    private static int status(AditException e) {
        if (e.code() == OpsError.NO_SUCH_THING) {
            return 404;
        }
        return switch (e.kind()) {
            case OPERATOR -> 400;
            case NETWORK, CHAIN, HARDWARE -> 503;
            case BUG -> 500;
        };
    }

    private JsonNode health() {
        var node = JsonNodeFactory.instance.objectNode();
        var sounding = alarms.get();
        if (sounding.isEmpty()) {
            return node.put("status", "ok");
        }
        node.put("status", "degraded")
                .put("problem", sounding.stream().map(Alarm::text).collect(Collectors.joining("; ")));
        var list = node.putArray("alarms");
        sounding.forEach(alarm -> list.addObject().put("name", alarm.name()).put("text", alarm.text()));
        return node;
    }

    private Answer answer(HttpExchange exchange, String path) throws IOException {
        if (!authorised(exchange)) {
            return Answer.error(
                    401,
                    OpsError.UNAUTHORISED,
                    "the operator API needs 'Authorization: Bearer TOKEN'; the token is in the node's directory, file token");
        }
        var method = exchange.getRequestMethod();
        for (var route : routes) {
            var match = route.match(method, path);
            if (match.isPresent()) {
                return Answer.json(200, route.action().answer(match.get(), body(exchange)));
            }
        }
        return Answer.error(404, OpsError.NO_SUCH_THING, "no such path: " + method + " " + path);
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
            throw new AditException(OpsError.MALFORMED_REQUEST, "the request's body is over " + MAX_BODY + " bytes");
        }
        try {
            return bytes.length == 0 ? JsonNodeFactory.instance.objectNode() : JSON.readTree(bytes);
        } catch (JacksonException e) {
            throw new AditException(
                    OpsError.MALFORMED_REQUEST, "the request's body is not JSON: " + e.getOriginalMessage(), e);
        }
    }
}
