package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceCid;
import io.adit.core.ipld.Cid;
import io.adit.market.deal.IndexDesk;
import io.adit.ops.OpsError;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The index of blocks. */
public final class IndexRoutes {
    /** Stands for every piece. */
    public static final String ALL = "all";

    private final Supplier<IndexDesk> desk;

    public IndexRoutes(Supplier<IndexDesk> desk) {
        this.desk = desk;
    }

    /** Every route. */
    public List<ApiRoute> all() {
        return List.of(
                new ApiRoute("GET", "/api/v1/index", (given, body) -> statistics()),
                new ApiRoute("GET", "/api/v1/index/find/*", (given, body) -> find(cid(given.getFirst()))),
                new ApiRoute(
                        "POST",
                        "/api/v1/index/build",
                        (given, body) -> build(body.path("piece").asText())));
    }

    private JsonNode statistics() {
        var statistics = desk.get().statistics();
        return JsonNodeFactory.instance
                .objectNode()
                .put("pieces", statistics.pieces())
                .put("refused", statistics.refused())
                .put("unfinished", statistics.unfinished())
                .put("blocks", statistics.entries())
                .put("bytes", statistics.storedBytes());
    }

    private JsonNode find(Cid cid) {
        var rows = JsonNodeFactory.instance.arrayNode();
        desk.get()
                .find(cid)
                .forEach(place -> rows.addObject()
                        .put("piece", place.piece().asUnsealedCid().toString())
                        .put("offset", place.offset())
                        .put("length", place.length()));
        return rows;
    }

    private JsonNode build(String piece) {
        int queued = desk.get().build(piece.equals(ALL) ? Optional.empty() : Optional.of(piece(piece)));
        return JsonNodeFactory.instance.objectNode().put("queued", queued);
    }

    private static Cid cid(String text) {
        try {
            return Cid.parse(text);
        } catch (InvalidValueException e) {
            throw new AditException(OpsError.MALFORMED_REQUEST, "'" + text + "' is no CID", e);
        }
    }

    private static Commitment piece(String text) {
        try {
            return PieceCid.parse(text).commP();
        } catch (InvalidValueException e) {
            throw new AditException(
                    OpsError.MALFORMED_REQUEST, "'" + text + "' is neither a piece CID nor '" + ALL + "'", e);
        }
    }
}
