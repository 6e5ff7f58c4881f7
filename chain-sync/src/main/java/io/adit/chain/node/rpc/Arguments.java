package io.adit.chain.node.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.json.JsonType;
import io.adit.chain.node.json.LotusJsonException;
import java.util.List;

/** A request's positional parameters, read when a method asks for them. */
public final class Arguments {

    private final String wireName;
    private final List<JsonNode> values;

    Arguments(String wireName, List<JsonNode> values) {
        this.wireName = wireName;
        this.values = List.copyOf(values);
    }

    <T> T get(int position, JsonType<T> type) {
        try {
            return type.decode(position < values.size() ? values.get(position) : MissingNode.getInstance());
        } catch (LotusJsonException e) {
            throw RpcException.answered(
                    wireName,
                    RpcDispatcher.PARSE_ERROR,
                    "unmarshaling params for '" + wireName + "' (param " + position + "): " + e.getMessage());
        }
    }
}
