package io.adit.market.policy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.market.policy.ProposalVerdict.Rejected;

/** A rejection as clients' programs read it: {@code code, field, limit, given, remedy, message}, all text. */
public final class RejectionJson {
    private RejectionJson() {}

    public static ObjectNode of(Rejected rejected) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("code", rejected.code().name())
                .put("field", rejected.field())
                .put("limit", rejected.limit())
                .put("given", rejected.given())
                .put("remedy", rejected.remedy())
                .put("message", rejected.message());
    }
}
