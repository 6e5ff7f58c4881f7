package io.adit.ops.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.function.LongSupplier;

/** What an operator may say about faulty sectors. */
public final class FaultRoutes {
    private final LongSupplier accept;

    /** @param accept takes those that are faulty now as known, and answers how many they are */
    public FaultRoutes(LongSupplier accept) {
        this.accept = accept;
    }

    /** Every route. */
    public List<ApiRoute> all() {
        return List.of(new ApiRoute(
                "POST",
                "/api/v1/proving/faults/accept",
                (given, body) -> JsonNodeFactory.instance.objectNode().put("accepted", accept.getAsLong())));
    }
}
