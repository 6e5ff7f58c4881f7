package io.adit.chain.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;

/** Compares what was recorded with what is written, key order aside. */
final class SameJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Fields that Go's own client writes and the hand-made requests of the recordings left out. */
    private static final Set<String> WRITTEN_BY_GO = Set.of("CID", "MsgUuid", "MaximizeFeeCap");

    /** What Lotus adds to answers and the provider has no use for: {@code Return} as words, and blocks read. */
    private static final Set<String> NOT_KEPT = Set.of("ReturnDec", "IpldOps");

    private SameJson() {}

    /** A request: hand-made ones may lack what Go writes, and have null where Go's client writes an empty list. */
    static void assertSameRequest(JsonNode recorded, JsonNode written) {
        compare("params", recorded, reparsed(written), true);
    }

    /** An answer: equal in every field that is kept. */
    static void assertSameAnswer(JsonNode recorded, JsonNode written) {
        compare("result", recorded, reparsed(written), false);
    }

    private static JsonNode reparsed(JsonNode node) {
        try {
            return JSON.readTree(node.toString());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static void compare(String place, JsonNode recorded, JsonNode written, boolean request) {
        if (recorded.isObject() && written.isObject()) {
            compareObjects(place, recorded, written, request);
        } else if (recorded.isArray() && written.isArray()) {
            assertThat(written).as(place).hasSameSizeAs(recorded);
            for (int i = 0; i < recorded.size(); i++) {
                compare(place + "[" + i + "]", recorded.get(i), written.get(i), request);
            }
        } else if (!(isEmptyList(recorded) && isEmptyList(written) && mayDiffer(place, request))) {
            assertThat(written).as(place).isEqualTo(recorded);
        }
    }

    private static void compareObjects(String place, JsonNode recorded, JsonNode written, boolean request) {
        var names = new TreeSet<String>();
        for (Iterator<String> fields = written.fieldNames(); fields.hasNext(); ) {
            names.add(fields.next());
        }
        recorded.fieldNames().forEachRemaining(names::add);
        for (var name : names) {
            boolean leftOut = request && !recorded.has(name) && WRITTEN_BY_GO.contains(name);
            if (!leftOut && !NOT_KEPT.contains(name)) {
                compare(place + "." + name, recorded.path(name), written.path(name), request);
            }
        }
    }

    private static boolean isEmptyList(JsonNode node) {
        return node.isNull() || (node.isArray() && node.isEmpty());
    }

    /** Tipset keys and deal IDs in hand-made requests; MpoolSelect answers both with no messages selected. */
    private static boolean mayDiffer(String place, boolean request) {
        return request || place.equals("result");
    }
}
