package io.adit.market.ipni;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.ipld.Cid;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What DAG-JSON adds to JSON: links and bytes (<a href="https://ipld.io/specs/codecs/dag-json/spec/">specification</a>). Maps
 * are to be filled in the order of their keys' bytes.
 */
final class DagJson {
    private DagJson() {}

    static ObjectNode map() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ObjectNode link(Cid cid) {
        return map().put("/", cid.toString());
    }

    static ObjectNode bytes(byte[] bytes) {
        var inner = map().put("bytes", Base64.getEncoder().withoutPadding().encodeToString(bytes));
        return map().set("/", inner);
    }

    static byte[] encode(ObjectNode node) {
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }
}
