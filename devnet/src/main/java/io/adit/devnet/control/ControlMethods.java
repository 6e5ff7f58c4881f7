package io.adit.devnet.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.devnet.Devnet;
import io.adit.devnet.rpc.RpcFailures;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The control path's methods, JSON-RPC 2.0 over HTTP POST:
 *
 * <ul>
 *   <li>{@code fund(["t1…","10 FIL"])}: arrives with the next block; creates the account; answers the message's CID
 *   <li>{@code advance([n])}, {@code advanceTo([epoch])}: makes blocks as fast as patience allows, answers the epoch reached
 *   <li>{@code status([])}: {@code {"epoch":n,"head":n,"consensusFaults":n,"holding":bool,"heldMillis":n,"holds":n}}; the last two
 *       say for how long in all and how often the clock stood for a late window proof
 *   <li>{@code skip([n])}: n null rounds before the next block; where providers make blocks, none is eligible for the next n
 *       epochs; {@code reorg([depth])}
 *   <li>{@code importKey(["hex"])}: puts a key, in the form of {@code lotus wallet export}, into the node's wallet; answers its
 *       address
 *   <li>{@code setBaseFee(["atto"])}: fixes it, {@code ""} frees it; {@code dropNext([n])}: swallows pushed messages
 *   <li>{@code delayNext([n,epochs])}: lets the next n pushed messages reach the pool that many epochs later
 *   <li>{@code freeze([bool])}, {@code failRpc([method,count])}, {@code lieHead([epochs])}
 * </ul>
 */
public final class ControlMethods {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MOST_EPOCHS = 1_000_000;

    /** Status and body of an HTTP answer. */
    public record Reply(int status, String body) {}

    private final Devnet devnet;
    private final RpcFailures failures;
    private final Map<String, Function<JsonNode, JsonNode>> methods;

    public ControlMethods(Devnet devnet, RpcFailures failures) {
        this.devnet = devnet;
        this.failures = failures;
        this.methods = Map.ofEntries(
                Map.entry("fund", this::fund),
                Map.entry("advance", this::advance),
                Map.entry("advanceTo", this::advanceTo),
                Map.entry("status", this::status),
                Map.entry("skip", params -> done(() -> devnet.ledger().skip(count(params.path(0))))),
                Map.entry("reorg", this::reorg),
                Map.entry("setBaseFee", this::setBaseFee),
                Map.entry("dropNext", params -> done(() -> devnet.ledger().dropNext((int) count(params.path(0))))),
                Map.entry("delayNext", this::delayNext),
                Map.entry("importKey", this::importKey),
                Map.entry(
                        "freeze",
                        params -> done(() -> devnet.freeze(params.path(0).asBoolean()))),
                Map.entry("failRpc", this::failRpc),
                Map.entry("lieHead", params -> done(() -> devnet.ledger().lieAboutHead(count(params.path(0))))));
    }

    /** Answers one request body. */
    public Reply post(byte[] body) {
        JsonNode request;
        try {
            request = JSON.readTree(body);
        } catch (IOException malformed) {
            return new Reply(400, "");
        }
        var answer = JSON.createObjectNode().put("jsonrpc", "2.0");
        answer.set("id", request.path("id").isMissingNode() ? NullNode.getInstance() : request.path("id"));
        call(answer, request.path("method").asText(), request.path("params"));
        return new Reply(200, answer + "\n");
    }

    private void call(ObjectNode answer, String name, JsonNode params) {
        var method = methods.get(name);
        if (method == null) {
            answer.putObject("error").put("code", -32601).put("message", "method '" + name + "' not found");
            return;
        }
        try {
            answer.set("result", method.apply(params));
        } catch (AditException | IllegalArgumentException | IllegalStateException refused) {
            answer.putObject("error").put("code", 1).put("message", String.valueOf(refused.getMessage()));
        }
    }

    private static JsonNode done(Runnable work) {
        work.run();
        return BooleanNode.TRUE;
    }

    private static long count(JsonNode node) {
        if (!node.canConvertToLong() || node.asLong() < 0 || node.asLong() > MOST_EPOCHS) {
            throw new IllegalArgumentException("a number from 0 to " + MOST_EPOCHS + " is expected, not " + node);
        }
        return node.asLong();
    }

    private JsonNode fund(JsonNode params) {
        var amount = params.path(1).asText().replace("FIL", "").strip();
        var cid = devnet.ledger().fund(Address.parse(params.path(0).asText()), TokenAmount.ofFil(amount));
        return TextNode.valueOf(cid.toString());
    }

    private JsonNode advance(JsonNode params) {
        return LongNode.valueOf(devnet.advance(count(params.path(0))));
    }

    private JsonNode advanceTo(JsonNode params) {
        long epoch = params.path(0).asLong();
        count(LongNode.valueOf(Math.max(0, epoch - devnet.epoch())));
        return LongNode.valueOf(devnet.advanceTo(epoch));
    }

    private JsonNode status(JsonNode params) {
        return JSON.createObjectNode()
                .put("epoch", devnet.epoch())
                .put("head", devnet.ledger().chain().head().height())
                .put("consensusFaults", devnet.ledger().consensusFaults().size())
                .put("holding", devnet.holding())
                .put("heldMillis", devnet.held().toMillis())
                .put("holds", devnet.holds());
    }

    private JsonNode reorg(JsonNode params) {
        return LongNode.valueOf(devnet.reorg((int) count(params.path(0))));
    }

    private JsonNode setBaseFee(JsonNode params) {
        var atto = params.path(0).asText();
        devnet.ledger().fixBaseFee(atto.isEmpty() ? Optional.empty() : Optional.of(new BigInteger(atto)));
        return BooleanNode.TRUE;
    }

    private JsonNode delayNext(JsonNode params) {
        devnet.ledger().delayNext((int) count(params.path(0)), count(params.path(1)));
        return BooleanNode.TRUE;
    }

    private JsonNode importKey(JsonNode params) {
        var key = PrivateKey.fromLotusExport(params.path(0).asText());
        return TextNode.valueOf(devnet.node().wallet().add(key).toString());
    }

    private JsonNode failRpc(JsonNode params) {
        failures.order(params.path(0).asText(), (int) count(params.path(1)));
        return BooleanNode.TRUE;
    }
}
