package io.adit.chain.node.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A full node over JSON-RPC 2.0: calls by HTTP POST, {@code ChainNotify} by WebSocket. Safe for use by many threads; a
 * call blocks its thread until the answer is there or its time is over.
 */
public final class JsonRpcFullNode extends TypedFullNode {
    private static final Logger LOG = LoggerFactory.getLogger(JsonRpcFullNode.class);

    private final ApiInfo api;
    private final RpcOptions options;
    private final RandomGenerator random;
    private final HttpClient http;
    private final Json json;
    private final AtomicLong ids = new AtomicLong();
    private final Set<HeadChannel> channels = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Makes a client; the first connection is made by the first call.
     *
     * @param random spreads the pauses before reconnecting
     */
    public JsonRpcFullNode(ApiInfo api, RpcOptions options, RandomGenerator random) {
        this.api = api;
        this.options = options;
        this.random = random;
        this.json = new Json(options.maxAnswerBytes());
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(options.connectTimeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    @Override
    public <R> R call(RpcMethod<R> method, Argument<?>... arguments) {
        if (closed) {
            throw RpcException.unanswered(RpcErrorCode.CLIENT_CLOSED, method.name(), "the client is closed");
        }
        long id = ids.incrementAndGet();
        var response = sendPatiently(method, request(id, method, arguments));
        return method.result().decode(resultOf(method.name(), id, response));
    }

    private HttpRequest request(long id, RpcMethod<?> method, Argument<?>... arguments) {
        var params = JsonNodeFactory.instance.arrayNode();
        for (var argument : arguments) {
            params.add(argument.encode(options.network()));
        }
        var body = JsonNodeFactory.instance.objectNode();
        body.put("jsonrpc", "2.0")
                .put("id", id)
                .put("method", method.wireName())
                .set("params", params);
        var request = HttpRequest.newBuilder(api.http())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json.write(body)));
        api.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        return request.build();
    }

    /**
     * Sends a call that only reads a second time when the first was never answered: a connection that was kept while nobody
     * called may be dead without either side knowing. A call that changes something is never repeated here.
     */
    private HttpResponse<byte[]> sendPatiently(RpcMethod<?> method, HttpRequest request) {
        try {
            return send(method, request);
        } catch (RpcException e) {
            boolean repeatable = method.permission() == Permission.READ && method.callClass() == CallClass.QUERY;
            if (!repeatable || e.code() != RpcErrorCode.NODE_TIMEOUT || closed) {
                throw e;
            }
            LOG.warn("{} was not answered, asking again", method.name());
            return send(method, request);
        }
    }

    private HttpResponse<byte[]> send(RpcMethod<?> method, HttpRequest request) {
        var timeout = options.timeout(method.callClass());
        var exchange = http.sendAsync(request, head -> new BoundedBody(options.maxAnswerBytes()));
        try {
            return exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            exchange.cancel(true);
            throw RpcException.unanswered(
                    RpcErrorCode.NODE_TIMEOUT, method.name(), api.http() + " gave no answer in " + timeout, e);
        } catch (InterruptedException e) {
            exchange.cancel(true);
            Thread.currentThread().interrupt();
            throw RpcException.unanswered(
                    RpcErrorCode.NODE_UNREACHABLE, method.name(), "interrupted while waiting for " + api.http(), e);
        } catch (ExecutionException e) {
            throw broken(method.name(), Optional.ofNullable(e.getCause()).orElse(e));
        }
    }

    private RpcException broken(String method, Throwable cause) {
        if (cause instanceof BoundedBody.TooLarge || cause.getCause() instanceof BoundedBody.TooLarge) {
            return RpcException.unanswered(
                    RpcErrorCode.ANSWER_TOO_LARGE,
                    method,
                    api.http() + " answered with more than " + options.maxAnswerBytes() + " bytes",
                    cause);
        }
        if (cause instanceof HttpTimeoutException) {
            return RpcException.unanswered(
                    RpcErrorCode.NODE_UNREACHABLE,
                    method,
                    api.http() + " could not be connected to in " + options.connectTimeout(),
                    cause);
        }
        var words = cause instanceof IOException && cause.getMessage() != null ? cause.getMessage() : cause.toString();
        return RpcException.unanswered(RpcErrorCode.NODE_UNREACHABLE, method, api.http() + ": " + words, cause);
    }

    private JsonNode resultOf(String method, long id, HttpResponse<byte[]> response) {
        int status = response.statusCode();
        switch (status) {
            case 401, 403 ->
                throw RpcException.unanswered(
                        RpcErrorCode.NODE_UNAUTHORIZED, method, api.http() + " refused the API token (" + status + ")");
            case 404 ->
                throw RpcException.unanswered(
                        RpcErrorCode.API_INFO_INVALID, method, "there is no API at " + api.http() + " (404)");
            case 429, 502, 503, 504 ->
                throw RpcException.unanswered(
                        RpcErrorCode.NODE_OVERLOADED, method, api.http() + " answered with status " + status);
            default -> {}
        }
        var answer = json.parse(response.body())
                .filter(JsonNode::isObject)
                .orElseThrow(() -> RpcException.unanswered(
                        RpcErrorCode.ANSWER_NOT_UNDERSTOOD,
                        method,
                        api.http() + " answered with status " + status + " and no JSON-RPC object"));
        var error = answer.path("error");
        if (error.isObject()) {
            throw RpcException.answered(
                    method, error.path("code").asLong(), error.path("message").asText());
        }
        if (answer.path("id").asLong() != id || !answer.has("result") || status != 200) {
            throw RpcException.unanswered(
                    RpcErrorCode.ANSWER_NOT_UNDERSTOOD,
                    method,
                    api.http() + " answered with status " + status + " and not with the result of request " + id);
        }
        return answer.path("result");
    }

    @Override
    public HeadSubscription chainNotify(Consumer<List<HeadChange>> listener) {
        if (closed) {
            throw RpcException.unanswered(RpcErrorCode.CLIENT_CLOSED, "ChainNotify", "the client is closed");
        }
        var channel = new HeadChannel(http, api, options, json, random, listener, channels::remove);
        channels.add(channel);
        channel.start();
        return channel;
    }

    @Override
    public void close() {
        closed = true;
        channels.forEach(HeadChannel::close);
        http.shutdownNow();
    }

    @Override
    public String toString() {
        return "full node at " + api;
    }
}
