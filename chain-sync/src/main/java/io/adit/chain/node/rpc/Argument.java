package io.adit.chain.node.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.node.json.JsonType;
import io.adit.core.fil.Network;

/** A parameter to be sent, with its shape. */
public record Argument<T>(JsonType<T> type, T value) {

    JsonNode encode(Network network) {
        return type.encode(value, network);
    }
}
