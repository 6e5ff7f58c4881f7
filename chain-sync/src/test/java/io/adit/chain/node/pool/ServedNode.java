package io.adit.chain.node.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.HeadChange;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.json.ChainJson;
import io.adit.chain.node.rpc.ApiInfo;
import io.adit.chain.node.rpc.JsonRpcFullNode;
import io.adit.chain.node.rpc.RpcDispatcher;
import io.adit.chain.node.rpc.RpcOptions;
import io.adit.chain.node.rpc.WebSocketPeer;
import io.adit.core.fil.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;

/** A node behind real sockets (HTTP for calls, WebSocket for the head's channel), each behind a proxy. */
final class ServedNode implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FullNode node;
    private final RpcDispatcher dispatcher;
    private final HttpServer calls;
    private final WebSocketPeer channels = new WebSocketPeer();
    private final HalfOpenProxy toCalls;
    private final HalfOpenProxy toChannels;
    private final Thread serving;

    ServedNode(FullNode node) throws IOException {
        this.node = node;
        dispatcher = new RpcDispatcher(node, Network.TESTNET);
        calls = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        calls.createContext("/rpc/v1", this::answer);
        calls.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        calls.start();
        toCalls = new HalfOpenProxy(calls.getAddress().getPort());
        toChannels = new HalfOpenProxy(channels.port());
        serving = Thread.ofVirtual().start(this::serveChannels);
    }

    JsonRpcFullNode client() {
        var api = new ApiInfo(
                Optional.of("the-token"),
                URI.create("http://127.0.0.1:" + toCalls.port() + "/rpc/v1"),
                URI.create("ws://127.0.0.1:" + toChannels.port() + "/rpc/v1"));
        return new JsonRpcFullNode(api, RpcOptions.defaults(Network.TESTNET), new Random(1));
    }

    void goHalfOpen() {
        toCalls.goHalfOpen();
        toChannels.goHalfOpen();
    }

    void heal() {
        toCalls.heal();
        toChannels.heal();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var asked = JSON.readTree(exchange.getRequestBody());
            var bytes = JSON.writeValueAsBytes(respond(asked));
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private ObjectNode respond(JsonNode asked) {
        var answer = JSON.createObjectNode().put("jsonrpc", "2.0");
        answer.set("id", asked.path("id"));
        try {
            answer.set("result", dispatcher.call(asked.path("method").asText(), asked.path("params")));
        } catch (RpcException e) {
            answer.putObject("error").put("code", e.rpcCode().orElse(1)).put("message", e.nodeMessage());
        }
        return answer;
    }

    private void serveChannels() {
        try {
            while (true) {
                var connection = channels.next();
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(WebSocketPeer.Connection connection) {
        try {
            var request = JSON.readTree(connection.nextText());
            connection.sendText("{\"id\":" + request.path("id") + ",\"jsonrpc\":\"2.0\",\"result\":1}");
            node.chainNotify(changes -> send(connection, changes));
        } catch (IOException | UncheckedIOException e) {
            // The client is gone.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(WebSocketPeer.Connection connection, List<HeadChange> changes) {
        var frame = JSON.createObjectNode().put("jsonrpc", "2.0").put("method", "xrpc.ch.val");
        frame.putArray("params").add(1).add(ChainJson.HEAD_CHANGES.encode(changes, Network.TESTNET));
        try {
            connection.sendText(frame.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        serving.interrupt();
        toCalls.close();
        toChannels.close();
        calls.stop(0);
        channels.close();
    }
}
