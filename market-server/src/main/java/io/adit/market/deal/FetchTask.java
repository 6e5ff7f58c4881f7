package io.adit.market.deal;

import io.adit.core.error.AditException;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.task.NewTask;
import io.adit.core.task.Outcome;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskHandler;
import io.adit.core.task.TaskPriority;
import io.adit.market.fetch.AddressRules;
import io.adit.market.fetch.Download;
import io.adit.market.fetch.FetchException;
import io.adit.market.fetch.FetchSource;
import io.adit.market.fetch.Fetcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
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
    private static final Duration EPOCH_LOOK = Duration.ofMinutes(1);
    private static final int ATTEMPTS = 20;

    private final StateStore store;
    private final StoredDeals deals;
    private final PieceFiles files;
    private final Fetcher fetcher;
    private final AddressRules addresses;
    private final MarketChain chain;
    private final DealSettings settings;
    private final Semaphore slots;
    /** Failed tries since this process started. */
    private final Map<UUID, Integer> failures = new ConcurrentHashMap<>();

    FetchTask(
            StateStore store,
            StoredDeals deals,
            PieceFiles files,
            Fetcher fetcher,
            MarketChain chain,
            DealSettings settings) {
        this.store = store;
        this.deals = deals;
        this.files = files;
        this.fetcher = fetcher;
        this.addresses = settings.addresses();
        this.chain = chain;
        this.settings = settings;
        this.slots = new Semaphore(settings.maxDownloads());
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
        if (deal.offline()) {
            return imported(deal);
        }
        if (!slots.tryAcquire()) {
            return new Outcome.Later(SLOT_WAIT, FREE_SLOT, "other downloads are running");
        }
        try {
            return fetch(deal, context);
        } catch (FetchException e) {
            if (e.reason().permanent() || isLastTry(deal)) {
                return failed(deal, e.reason() + ": " + e.getMessage());
            }
            throw e;
        } catch (TooLateException e) {
            return failed(deal, e.getMessage());
        } catch (AditException e) {
            // The chain's node, the store: nothing of the client's.
            throw e;
        } catch (RuntimeException e) {
            if (isLastTry(deal)) {
                return failed(deal, "the data could not be fetched: " + e.getMessage());
            }
            throw e;
        } finally {
            slots.release();
        }
    }

    /** The operator brings the data, or the deal's start comes too near. */
    private Outcome imported(DealRecord deal) throws IOException {
        var here = files.find(deal.piece());
        if (here.isPresent()) {
            return transferred(deal, here.get());
        }
        try {
            new InTime(deal).check();
        } catch (TooLateException e) {
            return failed(deal, e.getMessage());
        }
        return new Outcome.Later(
                EPOCH_LOOK, DealImport.DONE, "waits for its data: adit deals import " + deal.uuid() + " FILE");
    }

    /** Counts a failure. The task's own count begins anew whenever it waits for a slot. */
    private boolean isLastTry(DealRecord deal) {
        return failures.merge(deal.uuid(), 1, Integer::sum) >= ATTEMPTS;
    }

    private Outcome fetch(DealRecord deal, TaskContext context) throws IOException {
        var known = files.find(deal.piece());
        if (known.isPresent()) {
            files.discard(deal.uuid());
            return transferred(deal, known.get());
        }
        var inTime = new InTime(deal);
        inTime.check();
        var download = download(deal, context, inTime);
        var piece = download.run().finish(deal.piece().size());
        if (!piece.equals(deal.piece()) && download.wasResumed()) {
            LOG.warn(
                    "Deal {}: the data put together from several answers has a wrong CommP; once more from its start",
                    deal.uuid());
            download.discard();
            piece = download(deal, context, inTime).run().finish(deal.piece().size());
        }
        if (piece.equals(deal.piece())) {
            return transferred(deal, files.keep(deal.uuid(), deal.piece()));
        }
        return failed(
                deal,
                DealErrorCode.DEAL_WRONG_COMMP + ": PieceCID must be that of the data, given "
                        + deal.piece().pieceCidV1() + " while the data has " + piece.pieceCidV1()
                        + "; compute CommP of the CAR that the URL serves");
    }

    private Download download(DealRecord deal, TaskContext context, InTime inTime) {
        return new Download(
                fetcher,
                FetchSource.parse(deal.transferParams().array(), addresses),
                files.part(deal.uuid()),
                deal.transferSize(),
                bytes -> {
                    inTime.checkNowAndThen();
                    context.progress(bytes + " of " + deal.transferSize() + " bytes");
                });
    }

    /** A deal that can no longer be sealed before it starts must not keep a slot. */
    private final class InTime {
        private final DealRecord deal;
        private long checkedAt;

        InTime(DealRecord deal) {
            this.deal = deal;
        }

        void checkNowAndThen() {
            if (System.nanoTime() - checkedAt > EPOCH_LOOK.toNanos()) {
                check();
            }
        }

        void check() {
            checkedAt = System.nanoTime();
            var now = chain.now();
            if (deal.start().isBefore(now.plus(settings.epochsToPublishAndSeal()))) {
                throw new TooLateException("the deal's data did not come in time: the deal starts at epoch "
                        + deal.start().value() + ", publishing and sealing take " + settings.epochsToPublishAndSeal()
                        + " epochs and it is epoch " + now.value() + "; propose again with a later start");
            }
        }
    }

    private static final class TooLateException extends RuntimeException {
        TooLateException(String message) {
            super(message);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    private Outcome transferred(DealRecord deal, Path whole) throws IOException {
        failures.remove(deal.uuid());
        long rawSize = Files.size(whole);
        return Outcome.done(tx -> {
            deals.change(
                    tx,
                    deal.uuid(),
                    stored ->
                            stored.withBytesReceived(stored.transferSize()).withCheckpoint(DealCheckpoint.Transferred));
            if (!Files.exists(whole)) {
                throw new IllegalStateException("the piece of deal " + deal.uuid() + " was cleared away; once more");
            }
            remember(tx, deal, whole, rawSize);
            tx.tasks().signal(FREE_SLOT);
            tx.tasks().signal(BatchTask.READY);
            tx.tasks().enqueue(new NewTask(BatchTask.KIND, deal.uuid().toString(), "{}", TaskPriority.DEAL));
        });
    }

    private static void remember(Tx tx, DealRecord deal, Path whole, long rawSize) {
        var now = deal.updatedAt();
        var piece = new PieceRecord(
                deal.piece().commP(),
                deal.piece().size(),
                rawSize,
                Optional.of(deal.dataRoot()),
                Optional.of(whole),
                false,
                now,
                now,
                0);
        if (!tx.pieces().insertIfAbsent(piece)) {
            var known = tx.pieces().find(deal.piece().commP()).orElseThrow();
            if (known.file().isEmpty()) {
                // Another deal's data with more or fewer zeros at its end may have been here before.
                tx.pieces().update(known.withFile(Optional.of(whole)).withRawSize(rawSize));
            }
        }
    }

    private Outcome failed(DealRecord deal, String why) throws IOException {
        failures.remove(deal.uuid());
        files.discard(deal.uuid());
        return Outcome.done(tx -> {
            deals.fail(tx, deal.uuid(), why);
            tx.tasks().signal(FREE_SLOT);
        });
    }
}
