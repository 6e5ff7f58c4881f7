package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.chain.actor.Actor;
import io.adit.chain.actor.PowerMethod;
import io.adit.chain.type.Message;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import io.adit.ops.OpsError;
import io.adit.ops.actor.ActorDesk;
import io.adit.ops.actor.OutboxDesk;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** Housekeeping of the miner actor through the running node: only messages to this miner, and new miners. */
public final class ActorRoutes {
    private static final Pattern NAME = Pattern.compile("[a-z-]{1,40}");
    private static final int MOST_CONFIDENCE = 900;

    private final Address miner;
    private final OutboxDesk desk;

    /** @param miner by its ID */
    public ActorRoutes(Address miner, OutboxDesk desk) {
        this.miner = miner;
        this.desk = desk;
    }

    /** Every route. */
    public List<ApiRoute> all() {
        return List.of(
                new ApiRoute("POST", "/api/v1/actor/messages", (parameters, body) -> send(body)),
                new ApiRoute("POST", "/api/v1/actor/outcome", (parameters, body) -> outcome(body)));
    }

    private JsonNode send(JsonNode body) {
        var name = body.path("name").asText();
        var message = message(body.path("message").asText());
        boolean makesMiner = message.to().equals(Actor.POWER) && message.method() == PowerMethod.CREATE_MINER.number();
        if (!NAME.matcher(name).matches() || !(message.to().equals(miner) || makesMiner)) {
            throw new AditException(
                    OpsError.MALFORMED_REQUEST,
                    "sending a message of housekeeping: it goes to " + message.to() + ", not to the miner " + miner);
        }
        var sent = desk.send(name, message);
        return JsonNodeFactory.instance
                .objectNode()
                .put("reference", sent.reference())
                .put("message", sent.message().toString());
    }

    private static Message message(String hex) {
        try {
            return Message.fromCbor(HexFormat.of().parseHex(hex));
        } catch (AditException | IllegalArgumentException e) {
            throw new AditException(
                    OpsError.MALFORMED_REQUEST, "sending a message of housekeeping: 'message' is none in hex CBOR", e);
        }
    }

    private JsonNode outcome(JsonNode body) {
        var reference = body.path("reference").asText();
        int confidence = Math.clamp(body.path("confidence").asInt(), 0, MOST_CONFIDENCE);
        var answer = JsonNodeFactory.instance.objectNode();
        // The desk looks by the reference alone.
        var sent = new ActorDesk.Sent(reference, Cid.dagCbor(new byte[0]));
        var executed = desk.executed(sent, confidence);
        answer.put("executed", executed.isPresent());
        executed.ifPresent(done -> answer.put("message", done.message().toString())
                .put("exitCode", done.exitCode())
                .put("returned", HexFormat.of().formatHex(done.returned()))
                .put("gasUsed", done.gasUsed())
                .put("height", done.height().value()));
        return answer;
    }
}
