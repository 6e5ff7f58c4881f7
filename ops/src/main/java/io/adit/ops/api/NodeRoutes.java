package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.f3.F3Status;
import io.adit.chain.node.FullNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.SectorPiece;
import io.adit.core.state.StateStore;
import io.adit.core.task.TaskEngine;
import io.adit.ops.OpsError;
import io.adit.sealing.pipeline.SealingPipeline;
import io.adit.sealing.pipeline.SectorView;
import io.adit.sealing.proving.ProvingDesk;
import io.adit.sealing.proving.ProvingView;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.StoragePaths;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What the operator API can be asked: one route a question, each answered from one view. */
public final class NodeRoutes {
    /** Where the answers come from. */
    public record Views(
            Address miner,
            Supplier<Address> worker,
            Network network,
            FullNode chain,
            StateStore store,
            SealingPipeline pipeline,
            ProvingView proving,
            ProvingDesk desk,
            StoragePaths paths,
            TaskEngine engine,
            MarketAddresses market,
            Supplier<F3Status> f3) {}

    /** Where the market and retrievals listen. */
    public interface MarketAddresses {
        /** Multiaddrs with the peer's ID, for deal clients. */
        List<String> libp2p();

        /** How the libp2p host is reached; empty while it does not listen. */
        Optional<NetReport> net();

        /** The base URL of {@code /ipfs} and {@code /piece}. */
        String retrieval();
    }

    private final Views views;
    private final DealRows deals;

    public NodeRoutes(Views views) {
        this.views = views;
        this.deals = new DealRows(
                views.store(), views.network(), () -> views.engine().tasks());
    }

    /** Every route. */
    public List<ApiRoute> all() {
        var proving = new ProvingRoutes(views.proving(), views.desk(), views.network());
        return Stream.of(proving.all(), deals.all(), others())
                .flatMap(List::stream)
                .toList();
    }

    private List<ApiRoute> others() {
        return List.of(
                new ApiRoute("GET", "/api/v1/info", (parameters, body) -> info()),
                new ApiRoute(
                        "GET",
                        "/api/v1/sectors",
                        (parameters, body) -> each(views.pipeline().sectors(), this::sector)),
                new ApiRoute(
                        "POST",
                        "/api/v1/sectors/pledge",
                        (parameters, body) ->
                                object().put("number", views.pipeline().pledge().value())),
                new ApiRoute("GET", "/api/v1/sectors/*", (given, body) -> oneSector(given.getFirst())),
                new ApiRoute("GET", "/api/v1/storage", (parameters, body) -> storage()),
                new ApiRoute("POST", "/api/v1/storage", (parameters, body) -> attach(body)),
                new ApiRoute("GET", "/api/v1/tasks", (parameters, body) -> tasks()),
                new ApiRoute("POST", "/api/v1/tasks/retry", (parameters, body) -> retry(body)));
    }

    private JsonNode info() {
        var sectors = views.pipeline().sectors();
        int deals = views.store().read(tx -> tx.deals().list().size());
        var node = object().put("miner", text(views.miner()))
                .put("worker", text(views.worker().get()));
        try {
            chain(node);
        } catch (AditException e) {
            // A node that starts before its full node serves, and is to be found.
            node.put("chain", "not known now: " + e.getMessage());
        }
        return node.put("sectors", sectors.size())
                .put(
                        "provingSectors",
                        sectors.stream()
                                .filter(view -> view.record().state().name().equals("Proving"))
                                .count())
                .put("deals", deals)
                .put("f3", views.f3().get().describe())
                .put("libp2p", String.join(" ", views.market().libp2p()))
                .put(
                        "reachability",
                        views.market().net().map(NetReport::reachability).orElse(""))
                .put("retrieval", views.market().retrieval());
    }

    private void chain(ObjectNode node) {
        var proving = views.proving().summary();
        var power = proving.power().minerPower();
        node.put("network", views.chain().stateNetworkName())
                .put("epoch", proving.head().value())
                .put(
                        "workerBalance",
                        views.chain().walletBalance(views.worker().get()).toString())
                .put("rawPower", power.rawBytePower().toString())
                .put("qualityAdjustedPower", power.qualityAdjustedPower().toString())
                .put("faults", proving.faults().cardinality());
    }

    private ObjectNode sector(SectorView view) {
        var record = view.record();
        var node = object().put("number", record.number().value())
                .put("state", record.state().name())
                .put("pieces", record.pieces().size())
                .put(
                        "deals",
                        record.pieces().stream()
                                .filter(piece -> piece.deal().isPresent())
                                .count());
        record.activation().ifPresent(epoch -> node.put("activation", epoch.value()));
        record.expiration().ifPresent(epoch -> node.put("expiration", epoch.value()));
        why(view).ifPresent(why -> node.put("why", why));
        return node;
    }

    private static Optional<String> why(SectorView view) {
        return view.record()
                .error()
                .or(() -> view.step().flatMap(pending -> pending.task().why()));
    }

    private JsonNode oneSector(String text) {
        long number = number(text);
        var view = views.pipeline()
                .sector(new SectorNumber(number))
                .orElseThrow(() -> new AditException(OpsError.NO_SUCH_THING, "there is no sector " + number));
        var record = view.record();
        var node = sector(view);
        record.ticket()
                .ifPresent(ticket -> node.put("ticketEpoch", ticket.epoch().value()));
        record.commD()
                .ifPresent(
                        commD -> node.put("unsealedCid", commD.asUnsealedCid().toString()));
        record.commR()
                .ifPresent(commR -> node.put("sealedCid", commR.asSealedCid().toString()));
        record.preCommitCid().ifPresent(cid -> node.put("preCommitMessage", cid.toString()));
        record.preCommitEpoch().ifPresent(epoch -> node.put("preCommitEpoch", epoch.value()));
        record.seed().ifPresent(seed -> node.put("seedEpoch", seed.epoch().value()));
        record.commitCid().ifPresent(cid -> node.put("commitMessage", cid.toString()));
        node.set("pieceList", each(record.pieces(), NodeRoutes::piece));
        node.set("files", each(view.files(), file -> JsonNodeFactory.instance.textNode(file.toString())));
        node.set(
                "tasks",
                each(
                        view.step().stream().toList(),
                        pending -> object().put("kind", pending.task().kind())
                                .put("state", pending.task().state().name())
                                .put("attempts", pending.task().attempts())
                                .put("why", pending.task().why().orElse(""))));
        return node;
    }

    private static ObjectNode piece(SectorPiece piece) {
        PieceInfo info = piece.piece();
        var node = object().put("pieceCid", info.pieceCidV1().toString())
                .put("size", info.size().bytes());
        piece.deal().ifPresent(deal -> node.put("deal", deal.toString()));
        return node;
    }

    private JsonNode storage() {
        return each(views.paths().list(), path -> {
            var node = object().put("path", path.root().toString())
                    .put("capacity", path.capacity())
                    .put("available", path.available())
                    .put("reserved", path.reserved())
                    .put("used", path.used())
                    .put("sealed", path.sealed());
            path.settings()
                    .ifPresent(settings -> node.put("id", settings.id())
                            .put("seal", settings.canSeal())
                            .put("store", settings.canStore()));
            path.problem().ifPresent(problem -> node.put("problem", problem));
            return node;
        });
    }

    private JsonNode attach(JsonNode body) {
        var path = Path.of(body.path("path").asText());
        if (!path.isAbsolute()) {
            throw new AditException(OpsError.MALFORMED_REQUEST, "attaching a storage path: 'path' must be absolute");
        }
        var attached = java.nio.file.Files.exists(path.resolve("sectorstore.json"))
                ? views.paths().attach(path)
                : views.paths()
                        .init(
                                path,
                                PathSettings.create(
                                        UUID.randomUUID(),
                                        body.path("seal").asBoolean(true),
                                        body.path("store").asBoolean(true)));
        return object().put("path", path.toString())
                .put("id", attached.settings().id());
    }

    private JsonNode tasks() {
        return each(views.engine().tasks(), view -> {
            var task = view.task();
            return object().put("kind", task.kind())
                    .put("key", task.key())
                    .put("state", task.state().name())
                    .put("priority", task.priority().name())
                    .put("attempts", task.attempts())
                    .put("why", view.waitsFor().or(view::progress).orElse(""));
        });
    }

    private JsonNode retry(JsonNode body) {
        var kind = body.path("kind").asText();
        var key = body.path("key").asText();
        if (!views.engine().retry(kind, key)) {
            throw new AditException(OpsError.NO_SUCH_THING, "no task " + kind + " " + key + " that is not running");
        }
        return object().put("retried", true);
    }

    private static long number(String text) {
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new AditException(OpsError.MALFORMED_REQUEST, "'" + text + "' is no sector number", e);
        }
    }

    private String text(Address address) {
        return address.toString(views.network());
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
