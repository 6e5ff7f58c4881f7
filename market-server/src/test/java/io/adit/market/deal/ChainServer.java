package io.adit.market.deal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.rpc.RpcDispatcher;
import io.adit.core.fil.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves a scripted chain over JSON-RPC, so that it outlives a node that is killed. */
final class ChainServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RpcDispatcher dispatcher;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    ChainServer(FullNode chain) throws IOException {
        dispatcher = new RpcDispatcher(chain, Network.TESTNET);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var request = JSON.readTree(exchange.getRequestBody());
            var answer = JsonNodeFactory.instance.objectNode().put("jsonrpc", "2.0");
            answer.set("id", request.path("id"));
            try {
                answer.set("result", dispatcher.call(request.path("method").asText(), request.path("params")));
            } catch (RpcException e) {
                answer.putObject("error").put("code", e.rpcCode().orElse(1)).put("message", e.nodeMessage());
            }
            var bytes = JSON.writeValueAsBytes(answer);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
