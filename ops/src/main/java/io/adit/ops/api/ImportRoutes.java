package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.core.error.AditException;
import io.adit.core.fil.PieceCid;
import io.adit.market.deal.DealImport;
import io.adit.ops.DealName;
import io.adit.ops.OpsError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** How the operator brings the data of offline deals, and looks how far that is. */
public final class ImportRoutes {
    /** Takes the data of offline deals. */
    public interface Imports {
        /** Copies and checks a file; see {@link DealImport#run}. */
        DealImport.Imported importDeal(UUID deal, Path file);

        /** Copies that are being made; none while the market is closed. */
        List<DealImport.Progress> importsRunning();
    }

    private final Imports imports;

    public ImportRoutes(Imports imports) {
        this.imports = imports;
    }

    /** Every route. */
    public List<ApiRoute> all() {
        return List.of(
                new ApiRoute("POST", "/api/v1/deals/import", (given, body) -> take(body)),
                new ApiRoute("GET", "/api/v1/deals/imports", (given, body) -> running()));
    }

    private JsonNode take(JsonNode body) {
        var file = Path.of(required(body, "file"));
        if (!file.isAbsolute()) {
            throw new AditException(OpsError.MALFORMED_REQUEST, "importing data: 'file' must be absolute");
        }
        var came = imports.importDeal(uuid(required(body, "deal")), file);
        return JsonNodeFactory.instance
                .objectNode()
                .put("deal", came.deal().toString())
                .put("pieceCid", came.piece().pieceCidV1().toString())
                .put("pieceCidV2", PieceCid.v2(came.piece(), came.bytes()).toString())
                .put("bytes", came.bytes());
    }

    private JsonNode running() {
        var rows = JsonNodeFactory.instance.arrayNode();
        imports.importsRunning()
                .forEach(copy -> rows.addObject()
                        .put("uuid", copy.deal().toString())
                        .put("bytes", copy.bytes())
                        .put("total", copy.total())
                        .put("millis", copy.took().toMillis()));
        return rows;
    }

    private static UUID uuid(String text) {
        return DealName.parse(text)
                .map(DealName::uuid)
                .orElseThrow(() -> new AditException(
                        OpsError.MALFORMED_REQUEST, "'" + text + "' is neither the UUID nor the ULID of a deal"));
    }

    private static String required(JsonNode body, String field) {
        return Optional.of(body.path(field).asText())
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new AditException(
                        OpsError.MALFORMED_REQUEST, "a request about a deal's data lacks '" + field + "'"));
    }
}
