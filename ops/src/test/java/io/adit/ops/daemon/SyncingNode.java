package io.adit.ops.daemon;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A full node that has begun to sync: its API is there, and every answer is an error, as Lotus words it without a state. */
final class SyncingNode implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger answered = new AtomicInteger();

    SyncingNode(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::refuse);
        server.setExecutor(threads);
        server.start();
    }

    private void refuse(HttpExchange exchange) throws IOException {
        try (exchange) {
            var question = JSON.readTree(exchange.getRequestBody().readAllBytes());
            var answer = JSON.createObjectNode().put("jsonrpc", "2.0");
            answer.set("id", question.path("id"));
            answer.putObject("error")
                    .put("code", 1)
                    .put("message", "loading tipset: ipld: could not find what is not synced yet");
            var bytes = JSON.writeValueAsBytes(answer);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            answered.incrementAndGet();
        }
    }

    /** How many questions it has met with an error. */
    int answered() {
        return answered.get();
    }

    /** Frees its port for what comes after it. */
    void stop() {
        server.stop(0);
        threads.shutdown();
    }

    @Override
    public void close() {
        stop();
    }
}
