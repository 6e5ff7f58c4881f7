package io.adit.chain.node.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.RpcException;
import io.adit.core.fil.Network;
import java.util.ArrayList;
import java.util.List;

/** The other side of the catalogue: answers JSON parameters with a full node's answer as JSON, as Lotus would. */
public final class RpcDispatcher {

    /** JSON-RPC: no such method. */
    public static final int METHOD_NOT_FOUND = -32601;

    /** JSON-RPC: wrong number of parameters. */
    public static final int INVALID_PARAMS = -32602;

    /** JSON-RPC: a parameter could not be read. */
    public static final int PARSE_ERROR = -32700;

    private final FullNode node;
    private final Network network;

    /**
     * Serves a node.
     *
     * @param network the prefix of addresses in answers
     */
    public RpcDispatcher(FullNode node, Network network) {
        this.node = node;
        this.network = network;
    }

    /**
     * Calls a method.
     *
     * @param wireName with the {@code Filecoin.} prefix
     * @param params the request's {@code params}: an array, or null or missing for none
     * @throws RpcException with Lotus's code and words when the method is not in the catalogue or its parameters cannot
     *     be read; otherwise whatever the node throws
     */
    public JsonNode call(String wireName, JsonNode params) {
        var method = RpcCatalogue.find(wireName)
                .orElseThrow(
                        () -> RpcException.answered(wireName, METHOD_NOT_FOUND, "method '" + wireName + "' not found"));
        var values = values(wireName, params);
        if (values.size() != method.parameters()) {
            throw RpcException.answered(
                    wireName,
                    INVALID_PARAMS,
                    "wrong param count (method '" + wireName + "'): " + values.size() + " != " + method.parameters());
        }
        return answer(method, new Arguments(wireName, values));
    }

    private <R> JsonNode answer(RpcMethod<R> method, Arguments arguments) {
        return method.result().encode(method.serve().call(node, arguments), network);
    }

    private static List<JsonNode> values(String wireName, JsonNode params) {
        if (params.isMissingNode() || params.isNull()) {
            return List.of();
        }
        if (!params.isArray()) {
            throw RpcException.answered(wireName, PARSE_ERROR, "unmarshaling param array: an array was expected");
        }
        var values = new ArrayList<JsonNode>(params.size());
        params.forEach(values::add);
        return values;
    }
}
