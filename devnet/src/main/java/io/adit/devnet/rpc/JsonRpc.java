package io.adit.devnet.rpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Builds and reads JSON-RPC 2.0 objects with the keys in Go's order. */
final class JsonRpc {
    static final int PARSE_ERROR = -32700;
    static final int INVALID_REQUEST = -32600;
    static final int METHOD_NOT_FOUND = -32601;
    static final int INVALID_PARAMS = -32602;
    private static final int MAX_DEPTH = 200;

    static final ObjectMapper MAPPER = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .build();

    private JsonRpc() {}

    static Optional<JsonNode> parse(byte[] body) {
        try {
            return Optional.ofNullable(MAPPER.readTree(body)).filter(node -> !node.isMissingNode());
        } catch (java.io.IOException malformed) {
            return Optional.empty();
        }
    }

    static ObjectNode result(JsonNode id, JsonNode result) {
        var answer = MAPPER.createObjectNode();
        answer.set("id", id);
        answer.put("jsonrpc", "2.0");
        answer.set("result", result);
        return answer;
    }

    static ObjectNode error(JsonNode id, long code, String message) {
        var answer = MAPPER.createObjectNode();
        var error = answer.putObject("error").put("code", code).put("message", message);
        if (code == 3) {
            error.put("data", "0x");
        }
        answer.set("id", id);
        answer.put("jsonrpc", "2.0");
        return answer;
    }

    static ObjectNode error(long code, String message) {
        return error(NullNode.getInstance(), code, message);
    }

    /** A call from the server to the client, as channels use it. */
    static ObjectNode call(String method, JsonNode... params) {
        var call = MAPPER.createObjectNode().put("jsonrpc", "2.0").put("method", method);
        var array = call.putArray("params");
        for (var param : params) {
            array.add(param);
        }
        return call;
    }

    static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree can always be written", impossible);
        }
    }
}
