package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Network;
import io.adit.core.fil.SectorNumber;
import io.adit.ops.OpsError;
import io.adit.sealing.proving.Dispute;
import io.adit.sealing.proving.DryRun;
import io.adit.sealing.proving.MarginAlarm;
import io.adit.sealing.proving.PartitionProof;
import io.adit.sealing.proving.ProvingDesk;
import io.adit.sealing.proving.ProvingView;
import io.adit.sealing.proving.ProvingView.DeadlineView;
import io.adit.sealing.proving.ProvingView.PartitionView;
import io.adit.sealing.proving.Recovery;
import io.adit.sealing.proving.SectorCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the operator API can be asked about proving; epochs are absolute, sums are in FIL, times in milliseconds. */
final class ProvingRoutes {
    private static final long MOST_FAULTS = 10_000;

    private final ProvingView view;
    private final ProvingDesk desk;
    private final Network network;

    ProvingRoutes(ProvingView view, ProvingDesk desk, Network network) {
        this.view = view;
        this.desk = desk;
        this.network = network;
    }

    List<ApiRoute> all() {
        return List.of(
                new ApiRoute("GET", "/api/v1/proving", (given, body) -> info()),
                new ApiRoute("GET", "/api/v1/proving/deadlines", (given, body) -> deadlines()),
                new ApiRoute("GET", "/api/v1/proving/deadlines/*", (given, body) -> deadline(given.getFirst())),
                new ApiRoute("GET", "/api/v1/proving/faults", (given, body) -> faults()),
                new ApiRoute("GET", "/api/v1/proving/disputes", (given, body) -> each(desk.disputes(), this::dispute)),
                new ApiRoute("POST", "/api/v1/proving/check", (given, body) -> check(body)),
                new ApiRoute("POST", "/api/v1/proving/recover", (given, body) -> recover(body)),
                new ApiRoute("POST", "/api/v1/proving/compute", (given, body) -> compute(body)));
    }

    private JsonNode info() {
        var info = view.summary();
        var deadline = info.deadline();
        var node = object().put("epoch", info.head().value())
                .put("deadline", deadline.index())
                .put("opens", deadline.open().value())
                .put("closes", deadline.close().value())
                .put("challenge", deadline.challenge().value())
                .put("faultCutoff", deadline.faultCutoff().value())
                .put("periodStart", deadline.periodStart().value())
                .put(
                        "nextPeriodStart",
                        deadline.periodStart()
                                .plus(deadline.wPoStProvingPeriod())
                                .value())
                .put("provingPeriod", deadline.wPoStProvingPeriod())
                .put("challengeWindow", deadline.wPoStChallengeWindow())
                .put("rawPower", info.power().minerPower().rawBytePower().toString())
                .put(
                        "qualityAdjustedPower",
                        info.power().minerPower().qualityAdjustedPower().toString())
                .put("faults", info.faults().cardinality())
                .put("recoveries", info.recoveries().cardinality())
                .put("lostDisputes", desk.disputes().size());
        node.set("alarms", each(desk.alarms(), ProvingRoutes::alarm));
        return node;
    }

    private static ObjectNode alarm(MarginAlarm alarm) {
        return object().put("deadline", alarm.deadline())
                .put("partition", alarm.partition())
                .put("closes", alarm.close().value())
                .put("epochsLeft", alarm.epochsLeft())
                .put("phase", alarm.phase().map(Enum::name).orElse("not begun"))
                .put("note", alarm.note());
    }

    private JsonNode deadlines() {
        return each(
                view.deadlines().stream()
                        .filter(deadline -> deadline.partitions() > 0)
                        .toList(),
                ProvingRoutes::deadline);
    }

    private static ObjectNode deadline(DeadlineView deadline) {
        return object().put("deadline", deadline.index())
                .put("opens", deadline.open().value())
                .put("closes", deadline.close().value())
                .put("partitions", deadline.partitions())
                .put("proven", deadline.proven())
                .put("sectors", deadline.live())
                .put("faults", deadline.faulty())
                .put("current", deadline.current());
    }

    private JsonNode deadline(String text) {
        long index = number("deadline", text);
        var deadlines = view.deadlines();
        if (index < 0 || index >= deadlines.size()) {
            throw new AditException(
                    OpsError.NO_SUCH_THING,
                    "there is no deadline " + index + ": they are 0 to " + (deadlines.size() - 1));
        }
        var node = deadline(deadlines.get((int) index));
        node.set("partitionList", each(view.deadline(index), partition -> partition(index, partition)));
        return node;
    }

    private ObjectNode partition(long deadline, PartitionView partition) {
        var sectors = partition.sectors();
        var node = object().put("partition", partition.index())
                .put("sectors", sectors.allSectors().cardinality())
                .put("live", sectors.liveSectors().cardinality())
                .put("active", sectors.activeSectors().cardinality())
                .put("faults", sectors.faultySectors().cardinality())
                .put("recoveries", sectors.recoveringSectors().cardinality())
                .put("sectorNumbers", ranges(sectors.liveSectors()))
                .put("faultySectors", ranges(sectors.faultySectors()))
                .put("recoveringSectors", ranges(sectors.recoveringSectors()));
        view.recent().stream()
                .filter(proof -> proof.deadline() == deadline && proof.covers(partition.index()))
                .findFirst()
                .ifPresent(proof -> node.set("lastProof", proof(proof)));
        return node;
    }

    private static ObjectNode proof(PartitionProof proof) {
        var node = object().put("opens", proof.open().value())
                .put("closes", proof.close().value())
                .put("phase", proof.phase().name())
                .put("attempt", proof.attempt())
                .put("note", proof.note());
        proof.made().ifPresent(made -> node.put("skipped", ranges(made.skipped())));
        proof.message().ifPresent(cid -> node.put("message", cid.toString()));
        return node;
    }

    private JsonNode faults() {
        var rows = JsonNodeFactory.instance.arrayNode();
        for (var fault : view.faults()) {
            fault.faulty().stream(MOST_FAULTS)
                    .forEach(sector -> rows.add(object().put("sector", sector)
                            .put("deadline", fault.deadline())
                            .put("partition", fault.partition())
                            .put("recovering", fault.recovering().contains(sector))));
        }
        return rows;
    }

    private ObjectNode dispute(Dispute dispute) {
        return object().put("epoch", dispute.epoch().value())
                .put("deadline", dispute.deadline())
                .put(
                        "partitions",
                        dispute.partitions().stream().map(String::valueOf).collect(Collectors.joining(",")))
                .put("postIndex", dispute.postIndex())
                .put("sectors", dispute.sectors())
                .put("penalty", dispute.penalty().toString())
                .put("disputer", dispute.disputer().toString(network))
                .put("message", dispute.message().toString());
    }

    private JsonNode check(JsonNode body) {
        var deadline = optional(body, "deadline");
        boolean deep = body.path("deep").asBoolean();
        return each(waiting(() -> desk.check(deadline, deep)), ProvingRoutes::checked);
    }

    private static ObjectNode checked(SectorCheck check) {
        return object().put("deadline", check.deadline())
                .put("partition", check.partition())
                .put("sector", check.sector().value())
                .put("faulty", check.faulty())
                .put("good", check.problem().isEmpty())
                .put("status", check.problem().orElse("good"));
    }

    private JsonNode recover(JsonNode body) {
        var sectors = new ArrayList<SectorNumber>();
        for (var sector : body.path("sectors")) {
            if (!sector.isIntegralNumber() || sector.asLong() < 0 || sectors.size() == ProvingDesk.MOST_SECTORS) {
                throw new AditException(
                        OpsError.MALFORMED_REQUEST,
                        "recovering sectors: 'sectors' must be at most " + ProvingDesk.MOST_SECTORS
                                + " sector numbers, not " + sector);
            }
            sectors.add(new SectorNumber(sector.asLong()));
        }
        return each(waiting(() -> desk.recover(sectors)), ProvingRoutes::recovered);
    }

    private static ObjectNode recovered(Recovery recovery) {
        return object().put("deadline", recovery.deadline())
                .put("partition", recovery.partition())
                .put("sectors", ranges(recovery.sectors()))
                .put("declared", recovery.problem().isEmpty())
                .put("status", recovery.problem().orElse("declared recovered"));
    }

    private JsonNode compute(JsonNode body) {
        long deadline = optional(body, "deadline")
                .orElseThrow(() -> new AditException(
                        OpsError.MALFORMED_REQUEST, "computing a window proof: 'deadline' is missing"));
        var partition = optional(body, "partition");
        return each(waiting(() -> desk.compute(deadline, partition)), ProvingRoutes::computed);
    }

    private static ObjectNode computed(DryRun run) {
        return object().put("deadline", run.deadline())
                .put("partition", run.partition())
                .put("challenge", run.challenge().value())
                .put("sectors", run.sectors())
                .put("skipped", run.skipped())
                .put("skippedBecause", run.skippedBecause())
                .put("proofBytes", run.proofBytes())
                .put("millis", run.took().toMillis())
                .put("verified", run.problem().isEmpty())
                .put("status", run.problem().orElse("verified, not sent"));
    }

    @FunctionalInterface
    private interface Waiting<T> {
        T get() throws InterruptedException;
    }

    private static <T> T waiting(Waiting<T> answer) {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(OpsError.WAIT_INTERRUPTED, "the node stops; nothing was decided", e);
        }
    }

    private static Optional<Long> optional(JsonNode body, String field) {
        var value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        return Optional.of(number(field, value.asText()));
    }

    private static long number(String what, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new AditException(OpsError.MALFORMED_REQUEST, "'" + text + "' is no number of a " + what, e);
        }
    }

    /** As lotus-miner writes sets of sectors: {@code 1-4,7}. */
    private static String ranges(BitField sectors) {
        return sectors.ranges().stream()
                .map(range -> range.count() == 1
                        ? Long.toString(range.start())
                        : range.start() + "-" + (range.start() + range.count() - 1))
                .collect(Collectors.joining(","));
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
