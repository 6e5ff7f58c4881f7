package io.adit.chain.node.json;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.fil.Network;
import java.util.Optional;

/** Collects the fields of one JSON object in Go's field order. */
final class ObjectWriter {

    private final ObjectNode node = JsonNodeFactory.instance.objectNode();
    private final Network network;

    ObjectWriter(Network network) {
        this.network = network;
    }

    <F> ObjectWriter put(String name, JsonType<F> type, F value) {
        node.set(name, type.encode(value, network));
        return this;
    }

    /** An empty value becomes null. */
    <F> ObjectWriter put(String name, JsonType<F> type, Optional<F> value) {
        if (value.isPresent()) {
            return put(name, type, value.get());
        }
        return putNull(name);
    }

    ObjectWriter putNull(String name) {
        node.putNull(name);
        return this;
    }

    ObjectNode finish() {
        return node;
    }
}
