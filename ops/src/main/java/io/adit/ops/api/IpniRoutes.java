package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.core.ipld.Cid;
import io.adit.market.ipni.IpniPublisher;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** What indexers were told, and how far they are. */
public final class IpniRoutes {
    private final Supplier<IpniPublisher> publisher;

    public IpniRoutes(Supplier<IpniPublisher> publisher) {
        this.publisher = publisher;
    }

    /** Every route. */
    public List<ApiRoute> all() {
        return List.of(
                new ApiRoute("GET", "/api/v1/ipni", (given, body) -> show()),
                new ApiRoute("POST", "/api/v1/ipni/publish", (given, body) -> {
                    publisher.get().publishNow();
                    return show();
                }));
    }

    private JsonNode show() {
        var status = publisher.get().status();
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("provider", status.peer())
                .put("problem", status.problem())
                .put("head", status.head().map(Cid::toString).orElse(""))
                .put("advertisements", status.ads())
                .put("pieces", status.pieces())
                .put("piecesWithBlocks", status.blocks())
                .put("askedFor", status.asked());
        var indexers = node.putArray("indexers");
        status.indexers()
                .forEach(indexer -> indexers.addObject()
                        .put("indexer", indexer.url())
                        .put("told", indexer.announced().map(Cid::toString).orElse(""))
                        .put(
                                "toldAt",
                                indexer.announcedAt().map(Instant::toString).orElse(""))
                        .put("ingested", indexer.ingested().map(Cid::toString).orElse(""))
                        .put(
                                "upToDate",
                                !status.head().isEmpty() && indexer.ingested().equals(status.head()))
                        .put("problem", indexer.problem()));
        return node;
    }
}
