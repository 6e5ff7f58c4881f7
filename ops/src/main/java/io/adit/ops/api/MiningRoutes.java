package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.error.AditException;
import io.adit.core.slash.GuardStatus;
import io.adit.core.slash.SlashGuard;
import io.adit.ops.OpsError;
import io.adit.sealing.mining.BlockProducer;
import io.adit.sealing.mining.MinedBlock;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What the operator API can be asked about blocks and the slash guard. */
public final class MiningRoutes {
    private static final int MOST_BLOCKS = 200;

    private final Supplier<Optional<BlockProducer>> producer;
    private final Supplier<Optional<SlashGuard>> guard;
    private final GuardChange change;
    private final Supplier<String> off;

    /**
     * @param producer empty while it is not started
     * @param guard the node's own, while it is open
     * @param change does what the operator wants done with it
     * @param off why there is no guard, in words
     */
    public MiningRoutes(
            Supplier<Optional<BlockProducer>> producer,
            Supplier<Optional<SlashGuard>> guard,
            GuardChange change,
            Supplier<String> off) {
        this.producer = producer;
        this.guard = guard;
        this.change = change;
        this.off = off;
    }

    /** Every route. */
    public List<ApiRoute> all() {
        return List.of(
                new ApiRoute("GET", "/api/v1/mining", (parameters, body) -> status()),
                new ApiRoute("GET", "/api/v1/mining/blocks", (parameters, body) -> blocks()),
                new ApiRoute("GET", "/api/v1/slash-guard", (parameters, body) -> guard()),
                new ApiRoute("POST", "/api/v1/slash-guard/*", (given, body) -> change(given.getFirst(), body)));
    }

    private JsonNode change(String what, JsonNode body) {
        return change.on(requireGuard(), what, body);
    }

    /** Does one thing with a guard, as {@link GuardDesk#change}. */
    @FunctionalInterface
    public interface GuardChange {
        /** Answers how the guard stands then. */
        ObjectNode on(SlashGuard guard, String what, JsonNode body);
    }

    private SlashGuard requireGuard() {
        return guard.get()
                .orElseThrow(() -> new AditException(
                        OpsError.NO_SUCH_THING, "the running node has no slash guard open: " + off.get()));
    }

    /** Of the node's own guard, or of the one in the signer process. */
    private JsonNode guard() {
        return GuardDesk.describe(producer.get()
                .flatMap(running -> running.status().guard())
                .orElseGet(() -> requireGuard().status()));
    }

    private JsonNode status() {
        var running = producer.get();
        if (running.isEmpty()) {
            return object().put("mining", false).put("why", off.get());
        }
        var status = running.get().status();
        var counts = status.counts();
        var node = object().put("mining", status.paused().isEmpty());
        status.paused().ifPresent(why -> node.put("why", why));
        status.head().ifPresent(head -> node.put("head", head.value()));
        status.headLag().ifPresent(lag -> node.put("headLagSeconds", lag.toMillis() / 1000.0));
        status.lastRound()
                .ifPresent(round -> node.put("lastRound", round.epoch().value())
                        .put("lastOutcome", round.outcome().name())
                        .put("lastNote", round.note()));
        status.running().ifPresent(words -> node.put("running", words));
        node.put("won", counts.won())
                .put("submitted", counts.submitted())
                .put("included", counts.included())
                .put("orphaned", counts.orphaned())
                .put("refused", counts.refused())
                .put("failed", counts.failed());
        status.guard().ifPresent(known -> guardFields(node, known));
        return node;
    }

    private static void guardFields(ObjectNode node, GuardStatus guard) {
        node.put(
                        "guard",
                        guard.doubt()
                                .map(doubt -> "in doubt: " + doubt.sentence())
                                .orElse("ready"))
                .put("guardHighWater", guard.highWater().value());
    }

    private JsonNode blocks() {
        var rows = JsonNodeFactory.instance.arrayNode();
        producer.get()
                .map(running -> running.history(MOST_BLOCKS))
                .orElse(List.of())
                .forEach(block -> rows.add(block(block)));
        return rows;
    }

    private static ObjectNode block(MinedBlock block) {
        var steps = block.steps();
        var node = object().put("epoch", block.epoch().value())
                .put("wins", block.winCount())
                .put("nullRounds", block.epoch().minus(block.parentEpoch()) - 1)
                .put("fate", block.phase().name())
                .put("baseInfoMillis", steps.baseInfo().toMillis())
                .put("proofMillis", steps.proof().toMillis())
                .put("selectMillis", steps.select().toMillis())
                .put("createMillis", steps.create().toMillis())
                .put("signMillis", steps.sign().toMillis())
                .put("submitMillis", steps.submit().toMillis())
                .put("begun", block.at().toString())
                .put("note", block.note());
        block.block()
                .ifPresent(made -> node.put("cid", made.header().cid().toString())
                        .put(
                                "messages",
                                made.blsMessages().size()
                                        + made.secp256k1Messages().size()));
        return node;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static Path absolute(JsonNode body, String field) {
        var path = Path.of(body.path(field).asText());
        if (!path.isAbsolute()) {
            throw new AditException(OpsError.MALFORMED_REQUEST, "'" + field + "' must be an absolute path");
        }
        return path;
    }
}
