package io.adit.market.deal;

import io.adit.core.error.InvalidValueException;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.StateStore;
import io.adit.core.state.SubPieceRecord;
import io.adit.core.state.Tx;
import io.adit.core.task.NewTask;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import io.adit.core.task.TaskPriority;
import io.adit.core.time.Timeline;
import io.adit.market.fetch.Download;
import io.adit.market.fetch.FileSource;
import io.adit.market.fetch.TransferShares;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.FetchPace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches a deal's data and checks its CommP. Ends with the checkpoint Transferred and the piece under its final name, or
 * with the deal failed.
 */
final class FetchTask implements TaskHandler {
    static final String KIND = "deal.fetch";

    private static final Logger LOG = LoggerFactory.getLogger(FetchTask.class);
    private static final String FREE_SLOT = "deal.fetch.slot";
    private static final Duration SLOT_WAIT = Duration.ofSeconds(30);
    private static final Duration TURN_WAIT = Duration.ofSeconds(5);
    private static final Duration EPOCH_LOOK = Duration.ofMinutes(1);

    private final StateStore store;
    private final StoredDeals deals;
    private final PieceFiles files;
    private final HeldPiece held;
    private final PieceFetch fetch;
    private final PieceSearch search;
    private final MarketChain chain;
    private final DealSettings settings;
    private final Supplier<DealTerms> policy;
    private final Timeline timeline;
    private final TransferShares shares;

    FetchTask(
            StateStore store,
            StoredDeals deals,
            PieceFiles files,
            FileSource source,
            TransferShares shares,
            MarketChain chain,
            DealSettings settings,
            Supplier<DealTerms> policy,
            Timeline timeline) {
        this.store = store;
        this.deals = deals;
        this.files = files;
        this.held = new HeldPiece(store, files);
        this.fetch = new PieceFetch(source, settings.addresses());
        this.search = new PieceSearch(source, settings.locators(), timeline);
        this.shares = shares;
        this.chain = chain;
        this.settings = settings;
        this.policy = policy;
        this.timeline = timeline;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public RetryPolicy retry() {
        return new RetryPolicy(Integer.MAX_VALUE, Duration.ofSeconds(1), 2, Duration.ofMinutes(5), 0.2);
    }

    @Override
    public Outcome run(Task task, TaskContext context) throws IOException {
        var deal = store.read(tx -> StoredDeals.get(tx, UUID.fromString(task.key())));
        if (StoredDeals.failed(deal) || deal.checkpoint() != DealCheckpoint.Accepted) {
            return Outcome.done();
        }
        var pace = new FetchPace(settings.transfers().leastOfBoth());
        var start = new DealStart(deal, chain, settings.epochsToPublishAndSeal(), pace, timeline);
        try {
            if (Assembly.makes(deal)) {
                return assembled(deal, context, start);
            }
            return deal.offline() ? brought(deal, context, start) : fetched(deal, context, start);
        } catch (DealStart.TooLateException e) {
            return failed(deal, e.getMessage());
        }
    }

    private Outcome fetched(DealRecord deal, TaskContext context, DealStart start) throws IOException {
        var here = files.find(deal.piece());
        if (here.isPresent()) {
            files.discard(deal.uuid());
            return found(deal, here.get());
        }
        start.check(deal.transferSize() - files.received(deal.uuid()));
        var wanted = new PieceFetch.Wanted(
                new PieceFetch.Name(deal.uuid(), 0),
                deal.transferParams().array(),
                deal.piece(),
                deal.transferSize(),
                files.part(deal.uuid()));
        var share = shares.tryOpen(deal.client().toString());
        if (share.isEmpty()) {
            return noSlot();
        }
        try (var pace = share.get()) {
            var why = fetch(wanted, context, start, pace);
            return why.isPresent()
                    ? failed(deal, why.get())
                    : transferred(deal, files.keep(files.part(deal.uuid()), deal.piece()));
        }
    }

    /** The data is here already, from another deal or from before a crash, or it is another deal's of the same name. */
    private Outcome found(DealRecord deal, Path whole) throws IOException {
        var difference = held.difference(deal.piece(), whole);
        return difference.isPresent()
                ? failed(
                        deal,
                        DealErrorCode.DEAL_WRONG_COMMP + ": PieceCID must be that of the data at PieceSize, "
                                + difference.get())
                : transferred(deal, whole);
    }

    private static Outcome noSlot() {
        return new Outcome.Later(
                SLOT_WAIT, FREE_SLOT, "other downloads are running, of this client or of all together");
    }

    private static Outcome noTurn() {
        return new Outcome.Later(TURN_WAIT, DealImport.DONE, "waits for its turn to ask piece locators");
    }

    private Optional<String> fetch(PieceFetch.Wanted wanted, TaskContext context, DealStart start, Download.Pace pace)
            throws IOException {
        return fetch.run(
                wanted,
                bytes -> {
                    start.checkNowAndThen(wanted.bytes() - bytes);
                    context.progress(bytes + " of " + wanted.bytes() + " bytes");
                },
                pace);
    }

    /** The pieces of an aggregate are fetched, or brought by the operator; when all are in their places it is whole. */
    private Outcome assembled(DealRecord deal, TaskContext context, DealStart start) throws IOException {
        var assembly = new Assembly(deal, store, files);
        var here = files.find(deal.piece());
        if (here.isPresent()) {
            assembly.discard();
            return found(deal, here.get());
        }
        start.check();
        for (int position : assembly.missing()) {
            if (assembly.part(position).source() instanceof Mk20Deal.Http http) {
                var share = shares.tryOpen(deal.client().toString());
                if (share.isEmpty()) {
                    return noSlot();
                }
                try (var pace = share.get()) {
                    var wanted = wanted(deal, assembly, position, http);
                    var why = fetch(wanted, context, start, pace);
                    if (why.isPresent()) {
                        return failed(deal, "piece " + position + " of the aggregate: " + why.get());
                    }
                }
                assembly.place(position, assembly.incoming(position));
            }
        }
        var ended = searchedParts(deal, assembly, context, start);
        if (ended != PieceSearch.Ended.NOT_YET) {
            return ended == PieceSearch.Ended.CROWDED ? noTurn() : noSlot();
        }
        var lacking = assembly.toBeBrought();
        if (!lacking.isEmpty()) {
            var first = new PieceFetch.Name(deal.uuid(), lacking.getFirst());
            return new Outcome.Later(
                    search.pause(first, EPOCH_LOOK),
                    DealImport.DONE,
                    "waits for pieces " + lacking + " of its aggregate: adit deals import " + DealImport.nameOf(deal)
                            + " FILE" + search.words(first));
        }
        var whole = assembly.finish();
        if (!whole.equals(deal.piece())) {
            // Each piece was checked, and the whole follows from them: what was written is not what is read.
            assembly.discard();
            throw new IllegalStateException("the aggregate of deal " + deal.uuid() + " was put together as "
                    + whole.pieceCidV1() + " and must be " + deal.piece().pieceCidV1() + "; once more from its start");
        }
        return transferred(deal, files.keep(files.part(deal.uuid()), deal.piece()));
    }

    private static PieceFetch.Wanted wanted(DealRecord deal, Assembly assembly, int position, Mk20Deal.Http http) {
        var part = assembly.part(position);
        return new PieceFetch.Wanted(
                new PieceFetch.Name(deal.uuid(), position),
                AggregateTerms.urls(http),
                part.piece(),
                part.rawSize(),
                assembly.incoming(position));
    }

    /** The pieces of an aggregate that the operator brings, where locators have them. */
    private PieceSearch.Ended searchedParts(DealRecord deal, Assembly assembly, TaskContext context, DealStart start)
            throws IOException {
        for (int position : assembly.toBeBrought()) {
            var part = assembly.part(position);
            var wanted = new PieceSearch.Wanted(
                    new PieceFetch.Name(deal.uuid(), position),
                    part.piece(),
                    OptionalLong.of(part.rawSize()),
                    assembly.incoming(position));
            var ended = search(deal, wanted, context, start);
            switch (ended) {
                case FOUND -> assembly.place(position, assembly.incoming(position));
                case NO_PLACE, CROWDED -> {
                    return ended;
                }
                case NOT_YET -> {}
            }
        }
        return PieceSearch.Ended.NOT_YET;
    }

    private PieceSearch.Ended search(DealRecord deal, PieceSearch.Wanted wanted, TaskContext context, DealStart start)
            throws IOException {
        return search.run(wanted, () -> shares.tryOpen(deal.client().toString()), bytes -> {
            // An aggregate cannot be here before its parts are.
            if (!Assembly.makes(deal) && (files.find(deal.piece()).isPresent() || isUploaded(deal))) {
                throw new CameOtherwiseException();
            }
            start.checkNowAndThen(0);
            context.progress(bytes + " bytes from a piece locator");
        });
    }

    /** Whether its client has said that all chunks are there. The file is looked for first, which costs less than the state. */
    private boolean isUploaded(DealRecord deal) {
        return Files.exists(files.uploaded(deal))
                && store.read(tx -> ChunkState.find(tx, deal.uuid()))
                        .filter(ChunkState::finished)
                        .isPresent();
    }

    /** What is being fetched from a locator is here meanwhile. */
    private static final class CameOtherwiseException extends RuntimeException {}

    /** The operator brings the data, or a locator of his has it. */
    private Outcome sought(DealRecord deal, TaskContext context, DealStart start) throws IOException {
        var name = new PieceFetch.Name(deal.uuid(), 0);
        var file = files.located(deal.uuid());
        PieceSearch.Ended ended;
        try {
            ended = search(
                    deal, new PieceSearch.Wanted(name, deal.piece(), DealImport.bytes(deal), file), context, start);
        } catch (CameOtherwiseException e) {
            return brought(deal, context, start);
        }
        return switch (ended) {
            case FOUND -> {
                var whole = files.keep(file, deal.piece());
                // What its client had begun to upload is not needed any more.
                files.discard(deal.uuid());
                yield transferred(deal, whole);
            }
            case NO_PLACE -> noSlot();
            case CROWDED -> noTurn();
            case NOT_YET ->
                new Outcome.Later(
                        search.pause(name, EPOCH_LOOK),
                        DealImport.DONE,
                        "waits for its data: adit deals import " + DealImport.nameOf(deal) + " FILE"
                                + search.words(name));
        };
    }

    /** The operator or the client brings the data, or the deal's start comes too near. */
    private Outcome brought(DealRecord deal, TaskContext context, DealStart start) throws IOException {
        var here = files.find(deal.piece());
        if (here.isPresent()) {
            // It may be another deal's; what has come of this one's own is not needed then.
            files.discard(deal.uuid());
            return found(deal, here.get());
        }
        start.check();
        var uploaded = store.read(tx -> ChunkState.find(tx, deal.uuid())).filter(ChunkState::finished);
        if (uploaded.isPresent()) {
            var part = files.uploaded(deal);
            if (!Files.notExists(part) && Files.size(part) == uploaded.get().rawSize()) {
                return uploaded(deal, context, start);
            }
            uploadAgain(deal, uploaded.get());
        }
        return DirectTerms.awaitsUpload(deal) ? awaitUpload(deal) : sought(deal, context, start);
    }

    /** What is promised room and never comes must not keep it from others. */
    private Outcome awaitUpload(DealRecord deal) throws IOException {
        var period = policy.get().uploads().period();
        var left = Duration.between(timeline.instant(), deal.createdAt().plus(period));
        if (!left.isPositive()) {
            return failed(
                    deal,
                    DealErrorCode.DEAL_NO_UPLOAD + ": the deal's data was not uploaded within " + period.toSeconds()
                            + " s of its acceptance; propose again, and upload at once");
        }
        return new Outcome.Later(
                left.compareTo(EPOCH_LOOK) < 0 ? left : EPOCH_LOOK,
                DealImport.DONE,
                "waits for its client's upload, until " + deal.createdAt().plus(period));
    }

    /** The chunks are noted, and what they were written to is gone or cut short, as after a power cut. */
    private void uploadAgain(DealRecord deal, ChunkState lost) {
        LOG.warn(
                "Deal {}: of {} uploaded bytes {} are on disk; its client has to upload it again",
                deal.uuid(),
                lost.rawSize(),
                files.received(deal.uuid()));
        store.transactVoid(
                tx -> ChunkState.begun(lost.rawSize(), lost.chunkSize()).put(tx, deal.uuid()));
    }

    /** All chunks are there; whether they are the piece shows now. */
    private Outcome uploaded(DealRecord deal, TaskContext context, DealStart start) throws IOException {
        var part = files.uploaded(deal);
        var piece = HeldPiece.hash(part, deal.piece().size());
        if (piece.equals(deal.piece())) {
            var whole = files.keep(part, deal.piece());
            files.discard(deal.uuid());
            return transferred(deal, whole);
        }
        var why = DealErrorCode.DEAL_WRONG_COMMP + ": PieceCID must be that of the uploaded data, given "
                + deal.piece().pieceCidV1() + " while the data has " + piece.pieceCidV1();
        if (DirectTerms.awaitsUpload(deal)) {
            return failed(deal, why);
        }
        // Its operator, or a locator, may bring the right one, and so may its client.
        LOG.warn("Deal {} waits on; of an upload nothing was kept: {}", deal.uuid(), why);
        // In this order: the next upload must not find what is left of this one.
        Files.deleteIfExists(part);
        store.transactVoid(tx -> ChunkState.remove(tx, deal.uuid()));
        return sought(deal, context, start);
    }

    private Outcome transferred(DealRecord deal, Path whole) throws IOException {
        List<SubPieceRecord> parts;
        try {
            parts = AggregateCheck.subPieces(deal, whole);
        } catch (InvalidValueException e) {
            return failed(deal, DealErrorCode.DEAL_WRONG_INDEX + ": " + e.getMessage());
        }
        fetch.forget(deal.uuid());
        search.forget(deal.uuid());
        long rawSize = Files.size(whole);
        return Outcome.done(tx -> {
            deals.change(
                    tx,
                    deal.uuid(),
                    stored ->
                            stored.withBytesReceived(stored.transferSize()).withCheckpoint(DealCheckpoint.Transferred));
            // In this order: the piece's row is ours from here on, and nobody who clears pieces away can come between.
            remember(tx, deal, whole, rawSize);
            if (!Files.exists(whole)) {
                throw new IllegalStateException("the piece of deal " + deal.uuid() + " was cleared away; once more");
            }
            files.noted(deal.piece());
            tx.subPieces().insertIfAbsent(parts);
            ChunkState.remove(tx, deal.uuid());
            PlacedParts.remove(tx, deal.uuid());
            tx.tasks().signal(FREE_SLOT);
            if (DirectTerms.isDirect(deal)) {
                tx.tasks().enqueue(new NewTask(HandoffTask.KIND, deal.uuid().toString(), "{}", TaskPriority.DEAL));
                return;
            }
            tx.tasks().enqueue(new NewTask(BatchTask.KIND, deal.uuid().toString(), "{}", TaskPriority.DEAL));
        });
    }

    private static void remember(Tx tx, DealRecord deal, Path whole, long rawSize) {
        var now = deal.updatedAt();
        var piece = new PieceRecord(
                deal.piece().commP(),
                deal.piece().size(),
                rawSize,
                Optional.of(deal.dataRoot()).filter(root -> !DirectTerms.isDirect(deal)),
                Optional.of(whole),
                false,
                now,
                now,
                0);
        if (!tx.pieces().insertIfAbsent(piece)) {
            var known = tx.pieces().find(deal.piece().commP()).orElseThrow();
            if (known.file().isPresent() && !known.size().equals(deal.piece().size())) {
                throw new IllegalStateException(
                        "the piece of deal " + deal.uuid() + " came with another size; once more");
            }
            // Another deal's data with more or fewer zeros at its end may have been here before; and what a row without
            // a
            // file says of the size is what a failed deal said. Written in any case: of two transactions that decide
            // about
            // one piece the second must fail and look again.
            tx.pieces()
                    .update(
                            known.file().isEmpty()
                                    ? known.withFile(Optional.of(whole))
                                            .withSize(deal.piece().size())
                                            .withRawSize(rawSize)
                                    : known);
        }
    }

    private Outcome failed(DealRecord deal, String why) throws IOException {
        fetch.forget(deal.uuid());
        search.forget(deal.uuid());
        if (Assembly.makes(deal)) {
            new Assembly(deal, store, files).discard();
        }
        files.discard(deal.uuid());
        return Outcome.done(tx -> {
            deals.fail(tx, deal.uuid(), why);
            ChunkState.remove(tx, deal.uuid());
            PlacedParts.remove(tx, deal.uuid());
            tx.tasks().signal(FREE_SLOT);
        });
    }
}
