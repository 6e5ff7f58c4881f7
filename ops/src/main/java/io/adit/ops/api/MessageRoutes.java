package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.message.BalanceWatch;
import io.adit.chain.message.LaneSpend;
import io.adit.chain.message.MessageControl;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.message.MessageView;
import io.adit.chain.message.SenderBalance;
import io.adit.chain.type.SignedMessage;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.MessageCandidate;
import io.adit.ops.OpsError;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What the operator API can be asked of messages to the chain. Keys hold slashes, so they travel in bodies. */
public final class MessageRoutes {
    private static final int MOST_MESSAGES = 500;

    private final MessageControl messages;
    private final BalanceWatch balances;
    private final Network network;

    public MessageRoutes(MessageControl messages, BalanceWatch balances, Network network) {
        this.messages = messages;
        this.balances = balances;
        this.network = network;
    }

    /** Every route. */
    public List<ApiRoute> all() {
        return List.of(
                new ApiRoute(
                        "GET",
                        "/api/v1/messages",
                        (given, body) -> each(messages.recent(MOST_MESSAGES), this::summary)),
                new ApiRoute("GET", "/api/v1/messages/lanes", (given, body) -> lanes()),
                new ApiRoute("POST", "/api/v1/messages/show", (given, body) -> show(required(body, "which"))),
                new ApiRoute("POST", "/api/v1/messages/replace", (given, body) -> replace(body)),
                new ApiRoute(
                        "POST",
                        "/api/v1/messages/cancel",
                        (given, body) -> detail(messages.cancel(
                                required(body, "key"), body.path("reallyDoIt").asBoolean(false)))));
    }

    private JsonNode show(String which) {
        return detail(messages.find(which)
                .orElseThrow(() -> new AditException(
                        OpsError.NO_SUCH_THING, "there is no message with the key or the CID " + which)));
    }

    private JsonNode replace(JsonNode body) {
        var fees = new MessageControl.Fees(
                atto(body, "premium"),
                atto(body, "feeCap"),
                text(body, "maxFee").map(TokenAmount::ofFil));
        return detail(messages.replace(required(body, "key"), fees));
    }

    private ObjectNode summary(MessageView view) {
        var record = view.record();
        var node = object().put("key", record.intentKey())
                .put("lane", MessagePriority.ofWeight(record.priority()).laneName())
                .put("from", text(record.from()))
                .put("state", record.state().name())
                .put("candidates", view.candidates().size());
        record.nonce().ifPresent(nonce -> node.put("nonce", nonce));
        record.cid().ifPresent(cid -> node.put("cid", cid.toString()));
        record.exitCode().ifPresent(code -> node.put("exitCode", code));
        view.why().ifPresent(why -> node.put("why", why));
        return node;
    }

    private ObjectNode detail(MessageView view) {
        var record = view.record();
        var node = summary(view)
                .put("to", text(record.to()))
                .put("value", record.value().toString())
                .put("method", record.method())
                .put("maxFee", record.maxFee().toString())
                .put("createdAt", record.createdAt().toString())
                .put("updatedAt", record.updatedAt().toString());
        record.due().ifPresent(due -> node.put("due", due.value()));
        record.minedHeight().ifPresent(height -> node.put("executedAt", height.value()));
        record.gasCost().ifPresent(cost -> node.put("gasCost", cost.toString()));
        node.set("signed", each(view.candidates(), MessageRoutes::candidate));
        return node;
    }

    private static ObjectNode candidate(MessageCandidate candidate) {
        var message = SignedMessage.fromCbor(candidate.signedMessage().array()).message();
        return object().put("number", candidate.number())
                .put("cid", candidate.cid().toString())
                .put("purpose", candidate.purpose().name())
                .put("signedAtEpoch", candidate.signedAt().value())
                .put("inAPool", candidate.taken())
                .put("gasLimit", message.gasLimit())
                .put("feeCap", message.gasFeeCap().attoText())
                .put("premium", message.gasPremium().attoText());
    }

    private JsonNode lanes() {
        var node = object();
        node.set("lanes", each(balances.lanes(), MessageRoutes::lane));
        node.set("senders", each(balances.senders(), this::sender));
        return node;
    }

    private static ObjectNode lane(LaneSpend spend) {
        return object().put("lane", spend.lane().laneName())
                .put("spentToday", spend.today().toString())
                .put("maxFeePerDay", spend.cap().map(TokenAmount::toString).orElse("none"));
    }

    private ObjectNode sender(SenderBalance sender) {
        return object().put("from", text(sender.address()))
                .put("lanes", String.join(" ", sender.lanes()))
                .put("balance", sender.balance().toString())
                .put("locked", sender.locked().toString())
                .put("perDay", sender.perDay().toString())
                .put("daysLeft", sender.daysLeft().map("%.1f"::formatted).orElse("-"));
    }

    private static Optional<TokenAmount> atto(JsonNode body, String field) {
        return text(body, field).map(TokenAmount::ofAtto);
    }

    private static Optional<String> text(JsonNode body, String field) {
        return Optional.of(body.path(field).asText()).filter(text -> !text.isEmpty());
    }

    private static String required(JsonNode body, String field) {
        return text(body, field)
                .orElseThrow(() -> new AditException(
                        OpsError.MALFORMED_REQUEST, "a request about messages lacks '" + field + "'"));
    }

    private String text(Address address) {
        return address.toString(network);
    }

    private static <T> ArrayNode each(List<T> values, Function<T, JsonNode> toJson) {
        var array = JsonNodeFactory.instance.arrayNode(values.size());
        values.forEach(value -> array.add(toJson.apply(value)));
        return array;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
