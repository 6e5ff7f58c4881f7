package io.adit.devnet.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.rpc.Permission;
import io.adit.chain.node.rpc.RpcCatalogue;
import io.adit.chain.node.rpc.RpcDispatcher;
import io.adit.chain.node.rpc.RpcMethod;
import io.adit.core.error.AditException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests of the node's API: one call, a batch, a notification; with Lotus's codes and HTTP statuses. */
final class RpcHandler {
    private static final Logger LOG = LoggerFactory.getLogger(RpcHandler.class);
    private static final int MAX_BATCH = 200;
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int SERVER_ERROR = 500;

    /** Status and body of an HTTP answer. */
    record Reply(int status, String body) {}

    private final RpcDispatcher dispatcher;
    private final RpcFailures failures;

    RpcHandler(RpcDispatcher dispatcher, RpcFailures failures) {
        this.dispatcher = dispatcher;
        this.failures = failures;
    }

    /** Answers an HTTP body. */
    Reply post(byte[] body, Set<Permission> allowed) {
        if (new String(body, StandardCharsets.UTF_8).isBlank()) {
            return new Reply(BAD_REQUEST, line(JsonRpc.error(JsonRpc.INVALID_REQUEST, "Invalid request")));
        }
        var parsed = JsonRpc.parse(body);
        if (parsed.isEmpty()) {
            return parseError();
        }
        return parsed.get().isArray() ? batch(parsed.get(), allowed) : single(parsed.get(), allowed);
    }

    private static Reply parseError() {
        return new Reply(SERVER_ERROR, line(JsonRpc.error(JsonRpc.PARSE_ERROR, "Parse error")));
    }

    private static String line(JsonNode node) {
        return JsonRpc.text(node) + "\n";
    }

    private Reply single(JsonNode request, Set<Permission> allowed) {
        if (!request.isObject()) {
            return parseError();
        }
        var answer = answer(request, allowed);
        return answer.map(node -> new Reply(status(node), line(node))).orElseGet(() -> new Reply(OK, ""));
    }

    private Reply batch(JsonNode requests, Set<Permission> allowed) {
        if (requests.isEmpty() || requests.size() > MAX_BATCH) {
            return new Reply(BAD_REQUEST, line(JsonRpc.error(JsonRpc.INVALID_REQUEST, "Invalid request")));
        }
        for (var request : requests) {
            if (!request.isObject()) {
                return parseError();
            }
        }
        var body = new StringBuilder("[");
        for (var request : requests) {
            answer(request, allowed)
                    .ifPresent(node -> body.append(body.length() > 1 ? "," : "").append(line(node)));
        }
        return new Reply(OK, body.append("]").toString());
    }

    private static int status(JsonNode answer) {
        return answer.path("error").path("code").asLong() < 0 ? SERVER_ERROR : OK;
    }

    /** Answers one request object; nothing for a notification. */
    Optional<JsonNode> answer(JsonNode request, Set<Permission> allowed) {
        var id = request.path("id");
        if (id.isObject() || id.isArray() || id.isBoolean()) {
            return Optional.of(JsonRpc.error(JsonRpc.PARSE_ERROR, "failed to parse ID: invalid id type"));
        }
        var answer = call(request.path("method").asText(), request.path("params"), id, allowed);
        return id.isMissingNode() || id.isNull() ? Optional.empty() : Optional.of(answer);
    }

    private JsonNode call(String method, JsonNode params, JsonNode id, Set<Permission> allowed) {
        if (method.equals("Filecoin.ChainNotify")) {
            return JsonRpc.error(
                    id,
                    JsonRpc.METHOD_NOT_FOUND,
                    "method 'Filecoin.ChainNotify' not supported in this mode (no out channel support)");
        }
        var known = RpcCatalogue.find(method);
        var needed = known.map(RpcMethod::permission).orElse(Permission.READ);
        if (!allowed.contains(needed)) {
            var name = known.map(RpcMethod::name).orElse(method);
            return JsonRpc.error(
                    id,
                    RpcException.APPLICATION_ERROR,
                    "missing permission to invoke '" + name + "' (need '" + needed.text() + "')");
        }
        if (failures.take(method)) {
            return JsonRpc.error(id, RpcException.APPLICATION_ERROR, "ordered to fail by the control path");
        }
        try {
            return JsonRpc.result(id, dispatcher.call(method, params));
        } catch (RpcException refused) {
            return JsonRpc.error(id, refused.rpcCode().orElse(RpcException.APPLICATION_ERROR), refused.nodeMessage());
        } catch (AditException refused) {
            return JsonRpc.error(id, RpcException.APPLICATION_ERROR, String.valueOf(refused.getMessage()));
        } catch (RuntimeException broken) {
            LOG.error("answering {}", method, broken);
            return JsonRpc.error(id, RpcException.APPLICATION_ERROR, "panic in rpc method '" + method + "': " + broken);
        }
    }
}
