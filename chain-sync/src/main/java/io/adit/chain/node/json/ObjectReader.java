package io.adit.chain.node.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** The fields of one JSON object, read by name. A missing field and a null field are the same, as they are in Go. */
final class ObjectReader {

    private final String what;
    private final JsonNode node;

    ObjectReader(String what, JsonNode node) {
        if (!node.isObject()) {
            throw new LotusJsonException(what, "an object was expected, " + node.getNodeType() + " found");
        }
        this.what = what;
        this.node = node;
    }

    /** A field that must be there; types that accept null get it. */
    <F> F get(String name, JsonType<F> type) {
        var value = node.path(name);
        try {
            return type.decode(value);
        } catch (LotusJsonException e) {
            throw new LotusJsonException(what + "." + name, e);
        }
    }

    /** A field that may be absent or null. */
    <F> Optional<F> find(String name, JsonType<F> type) {
        var value = node.path(name);
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(get(name, type));
    }
}
