package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Network;
import io.adit.core.fil.PieceCid;
import io.adit.core.ipld.Cid;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealEnd;
import io.adit.core.state.DealProtocol;
import io.adit.core.state.DealRecord;
import io.adit.core.state.StateStore;
import io.adit.core.task.TaskView;
import io.adit.market.deal.DealImport;
import io.adit.market.deal.UnknownSectors;
import io.adit.ops.DealName;
import io.adit.ops.OpsError;
import io.adit.sealing.pipeline.PieceNotices;
import io.adit.sealing.pipeline.PieceNotices.Fate;
import io.adit.sealing.pipeline.PieceNotices.Notice;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What the operator reads of deals: all of them in short, and one with what became of it on the chain. */
public final class DealRows {
    private final StateStore store;
    private final Network network;
    private final Supplier<List<TaskView>> tasks;

    public DealRows(StateStore store, Network network, Supplier<List<TaskView>> tasks) {
        this.store = store;
        this.network = network;
        this.tasks = tasks;
    }

    /** Every route. */
    public List<ApiRoute> all() {
        return List.of(
                new ApiRoute("GET", "/api/v1/deals", (given, body) -> list()),
                new ApiRoute("GET", "/api/v1/deals/one/*", (given, body) -> one(given.getFirst())));
    }

    private JsonNode list() {
        var ends = store.read(tx -> tx.deals().ends());
        var steps = steps();
        var unknown = unknownSectors();
        var rows = JsonNodeFactory.instance.arrayNode();
        store.read(tx -> tx.deals().list())
                .forEach(deal -> rows.add(row(deal, Optional.ofNullable(ends.get(deal.uuid())), steps, unknown)));
        return rows;
    }

    private JsonNode one(String text) {
        var uuid = DealName.parse(text)
                .map(DealName::uuid)
                .orElseThrow(() -> new AditException(
                        OpsError.MALFORMED_REQUEST, "'" + text + "' is neither the UUID nor the ULID of a deal"));
        var deal = store.read(tx -> tx.deals().find(uuid))
                .orElseThrow(() -> new AditException(OpsError.NO_SUCH_THING, "there is no deal " + text));
        var end = store.read(tx -> Optional.ofNullable(tx.deals().ends().get(uuid)));
        var node = row(deal, end, steps(), unknownSectors());
        deal.sector()
                .flatMap(number -> store.read(tx -> tx.sectors().find(number)))
                .ifPresent(sector -> {
                    node.put("sectorState", sector.state().name());
                    sector.commitCid().ifPresent(cid -> node.put("commitMessage", cid.toString()));
                    sector.activation().ifPresent(epoch -> node.put("provenAt", epoch.value()));
                });
        List<Notice> notices = store.read(tx -> PieceNotices.of(tx, uuid));
        if (!notices.isEmpty()) {
            node.put("notifies", notices.stream().map(this::words).collect(Collectors.joining("; ")));
        }
        return node;
    }

    private String words(Notice notice) {
        var to = notice.receiver().toString(network) + " (" + notice.payload() + " bytes): ";
        return to
                + switch (notice.fate()) {
                    case Fate.Waiting waiting -> "not yet, the message that proves the sector tells it";
                    case Fate.Sent sent -> "with message " + sent.message() + ", which is under way";
                    case Fate.Told told ->
                        "told at epoch " + told.epoch().value() + " with message " + told.message()
                                + "; whether it took it, its own state says";
                    case Fate.LeftOut leftOut ->
                        "not told: the message that proves the sector fails with it, and was sent without";
                };
    }

    /** What the steps of deals wait for, or how far they are, by the deal's UUID. */
    private Map<String, String> steps() {
        var steps = new HashMap<String, String>();
        tasks.get().stream()
                .filter(view -> view.task().kind().startsWith("deal."))
                .forEach(view -> view.waitsFor()
                        .or(view::progress)
                        .or(() -> view.task().why())
                        .ifPresent(why -> steps.put(view.task().key(), why)));
        return steps;
    }

    private UnknownSectors unknownSectors() {
        return store.read(tx -> UnknownSectors.read(tx.meta()));
    }

    /** What has become of a deal, in a word. */
    private static String status(DealRecord deal, Optional<DealEnd> end) {
        if (deal.error().isPresent()) {
            return "failed";
        }
        if (deal.checkpoint() != DealCheckpoint.Complete) {
            return "under way";
        }
        return end.map(known -> known.ending().name().toLowerCase(Locale.ROOT)).orElse("active");
    }

    private ObjectNode row(DealRecord deal, Optional<DealEnd> end, Map<String, String> steps, UnknownSectors unknown) {
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("uuid", deal.uuid().toString())
                .put("deal", DealImport.nameOf(deal))
                .put("client", deal.client().toString(network))
                .put("status", status(deal, end))
                .put("checkpoint", deal.checkpoint().name())
                .put("pieceCid", deal.piece().pieceCidV1().toString())
                .put("pieceSize", deal.piece().size().bytes())
                .put("start", deal.start().value())
                .put("end", deal.end().value())
                .put("bytesReceived", deal.bytesReceived())
                .put("dataRoot", deal.dataRoot().toString());
        pieceCidV2(deal).ifPresent(cid -> node.put("pieceCidV2", cid.toString()));
        deal.publishCid().ifPresent(cid -> node.put("publishMessage", cid.toString()));
        deal.chainDealId().ifPresent(id -> node.put("chainDealId", id));
        deal.sector().ifPresent(sector -> node.put("sector", sector.value()));
        deal.error().ifPresent(error -> node.put("error", error));
        end.ifPresent(known -> node.put("endedAt", known.epoch().value())
                .put("endedBecause", known.ending().meaning()));
        var waits = steps.get(deal.uuid().toString());
        if (waits != null && deal.error().isEmpty() && deal.checkpoint() != DealCheckpoint.Complete) {
            node.put("waitsFor", waits);
        }
        if (end.isEmpty() && unknown.holds(deal.uuid())) {
            node.put("waitsFor", UnknownSectors.MEANING);
        }
        return node;
    }

    /** Where the deal says how long the data is: an offline one over libp2p does not. */
    private static Optional<Cid> pieceCidV2(DealRecord deal) {
        long bytes = deal.transferSize();
        boolean said = !deal.offline() || deal.protocol() == DealProtocol.MK20;
        return said && bytes > 0 && bytes <= deal.piece().size().unpadded().bytes()
                ? Optional.of(PieceCid.v2(deal.piece(), bytes))
                : Optional.empty();
    }
}
