package io.adit.chain.node.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executors;

/** A real HTTP server that answers each request with what it was last told, and remembers the request. */
final class RecordedNode implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private volatile int status = 200;
    private volatile byte[] body = new byte[0];
    private volatile Optional<JsonNode> response = Optional.empty();
    private volatile Optional<JsonNode> request = Optional.empty();
    private volatile Optional<String> authorization = Optional.empty();

    RecordedNode() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/rpc/v1", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    ApiInfo apiInfo(String token) {
        return ApiInfo.parse(
                token + ":/ip4/127.0.0.1/tcp/" + server.getAddress().getPort() + "/http");
    }

    /** From now on: this JSON-RPC response, with the ID of whatever is asked. */
    void answerWith(int httpStatus, JsonNode recorded) {
        status = httpStatus;
        response = Optional.of(recorded);
        request = Optional.empty();
    }

    /** From now on: these bytes. */
    void answerRaw(int httpStatus, String text) {
        status = httpStatus;
        body = text.getBytes(StandardCharsets.UTF_8);
        response = Optional.empty();
        request = Optional.empty();
    }

    /** The last request's body. */
    Optional<JsonNode> request() {
        return request;
    }

    Optional<String> authorization() {
        return authorization;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var asked = JSON.readTree(exchange.getRequestBody());
            request = Optional.of(asked);
            authorization = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"));
            var bytes = body;
            if (response.isPresent()) {
                ObjectNode answer = response.get().deepCopy();
                answer.set("id", asked.path("id"));
                bytes = JSON.writeValueAsBytes(answer);
            }
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
