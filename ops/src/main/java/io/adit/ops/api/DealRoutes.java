package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.core.error.AditException;
import io.adit.market.deal.DealImport;
import io.adit.market.policy.PolicyBook;
import io.adit.ops.OpsError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What the operator can do about deals: the policy (each answers with the one that then counts), and offline data. */
public final class DealRoutes {
    /** Takes the data of offline deals. */
    public interface Imports {
        /** Copies and checks a file; see {@link DealImport#run}. */
        DealImport.Imported run(UUID deal, Path file);
    }

    private final PolicyBook policy;
    private final Imports imports;

    public DealRoutes(PolicyBook policy, Imports imports) {
        this.policy = policy;
        this.imports = imports;
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
                }),
                new ApiRoute("POST", "/api/v1/deals/import", (given, body) -> take(body)));
    }

    private JsonNode take(JsonNode body) {
        var file = Path.of(required(body, "file"));
        if (!file.isAbsolute()) {
            throw new AditException(OpsError.MALFORMED_REQUEST, "importing data: 'file' must be absolute");
        }
        var came = imports.run(uuid(required(body, "deal")), file);
        return JsonNodeFactory.instance
                .objectNode()
                .put("deal", came.deal().toString())
                .put("pieceCid", came.piece().pieceCidV1().toString())
                .put("bytes", came.bytes());
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new AditException(OpsError.MALFORMED_REQUEST, "'" + text + "' is no deal's UUID", e);
        }
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
