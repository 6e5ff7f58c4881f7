package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.core.error.AditException;
import io.adit.market.policy.PolicyBook;
import io.adit.ops.OpsError;
import java.util.List;
import java.util.Optional;

/** What the operator says about deals to come: the policy. Each answers with the one that then counts. */
public final class DealRoutes {
    private final PolicyBook policy;

    public DealRoutes(PolicyBook policy) {
        this.policy = policy;
    }

    /** Every route. */
    public List<ApiRoute> all() {
        return List.of(
                new ApiRoute("GET", "/api/v1/deals/policy", (given, body) -> show()),
                new ApiRoute("POST", "/api/v1/deals/policy/set", (given, body) -> {
                    policy.set(required(body, "key"), body.path("value").asText());
                    return show();
                }),
                new ApiRoute("POST", "/api/v1/deals/policy/reset", (given, body) -> {
                    policy.reset(required(body, "key"));
                    return show();
                }));
    }

    private JsonNode show() {
        var rows = JsonNodeFactory.instance.arrayNode();
        policy.settings()
                .forEach(setting -> rows.addObject()
                        .put("key", setting.key())
                        .put("value", setting.value())
                        .put("from", setting.changed() ? "adit deals policy set" : "configuration")
                        .put("meaning", setting.meaning()));
        return rows;
    }

    private static String required(JsonNode body, String field) {
        return Optional.of(body.path(field).asText())
                .filter(text -> !text.isEmpty())
                .orElseThrow(() ->
                        new AditException(OpsError.MALFORMED_REQUEST, "a request about deals lacks '" + field + "'"));
    }
}
