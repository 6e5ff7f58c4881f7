package io.adit.chain.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;

/**
 * An actor's state as the node shows it (Lotus {@code api.ActorState}).
 *
 * @param balance attoFIL
 * @param code which actor it is
 * @param state the fields of that actor's own state, in Lotus's names; links as {@code {"/": "CID"}}
 */
public record ReadState(TokenAmount balance, Cid code, JsonNode state) {

    /**
     * A sum among the state's fields.
     *
     * @throws io.adit.core.error.InvalidValueException when there is no such field, or it holds no amount
     */
    public TokenAmount amount(String field) {
        return TokenAmount.ofAtto(state.path(field).asText());
    }
}
