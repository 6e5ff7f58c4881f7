package io.adit.ops.daemon;

import io.adit.core.error.AditException;
import io.adit.market.deal.DealImport;
import io.adit.market.deal.IndexDesk;
import io.adit.market.ipni.IpniPublisher;
import io.adit.ops.OpsError;
import io.adit.ops.api.ImportRoutes;
import io.adit.ops.api.NetReport;
import io.adit.ops.api.NodeRoutes;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the market and keeps trying when it cannot be opened: a port that is taken or a damaged index costs deals and
 * retrievals, never a window proof. Until it is open, {@link #problem} says why, and so do the log, {@code /health} and the
 * gauge {@code adit_market_open}.
 */
final class MarketKeeper implements AutoCloseable, NodeRoutes.MarketAddresses, ImportRoutes.Imports {
    private static final Logger log = LoggerFactory.getLogger(MarketKeeper.class);
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(30);

    private final Supplier<MarketRoom> opener;
    private final Consumer<MarketRoom> opened;
    private final Duration pause;
    private final AtomicReference<Optional<MarketRoom>> room = new AtomicReference<>(Optional.empty());
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile String trouble = "not opened yet";
    private Optional<Thread> retrying = Optional.empty();

    /**
     * @param opener opens the index and the retrieval server
     * @param opened is told once, when the market listens
     * @param pause between two tries
     */
    MarketKeeper(Supplier<MarketRoom> opener, Consumer<MarketRoom> opened, Duration pause, MeterRegistry registry) {
        this.opener = opener;
        this.opened = opened;
        this.pause = pause;
        Gauge.builder("adit_market_open", room, state -> state.get().isPresent() ? 1 : 0)
                .description("1 while deals are taken and retrievals served")
                .register(registry);
    }

    /** Tries once now, and then in the background until it succeeds. */
    void start() {
        if (!open()) {
            retrying = Optional.of(
                    Thread.ofPlatform().daemon().name("market-opener").start(this::retry));
        }
    }

    private void retry() {
        try {
            while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                if (open()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean open() {
        try {
            var open = opener.get();
            try {
                open.start();
                opened.accept(open);
            } catch (RuntimeException | Error e) {
                open.close();
                throw e;
            }
            room.set(Optional.of(open));
            log.info("the market is open: deals at {}, retrievals at {}", libp2p(), retrieval());
            return true;
        } catch (RuntimeException | Error e) {
            trouble = String.valueOf(e.getMessage());
            log.error("THE MARKET IS CLOSED, proving goes on; trying again in {}: {}", pause, trouble, e);
            return false;
        }
    }

    /** Why the market is not open. */
    Optional<String> problem() {
        return room.get().isPresent() ? Optional.empty() : Optional.of("the market is closed: " + trouble);
    }

    /** @throws AditException also while the market is closed */
    @Override
    public DealImport.Imported importDeal(UUID deal, Path file) {
        return room.get()
                .orElseThrow(() -> new AditException(
                        OpsError.NODE_REFUSED,
                        "importing data for deal " + deal + ": the market is closed: " + trouble))
                .importDeal(deal, file);
    }

    @Override
    public List<DealImport.Progress> importsRunning() {
        return room.get().map(MarketRoom::importsRunning).orElse(List.of());
    }

    /** @throws AditException while the market is closed, or nothing is published */
    IpniPublisher ipni() {
        var open = room.get()
                .orElseThrow(() -> new AditException(
                        OpsError.NODE_REFUSED, "publishing to indexers: the market is closed: " + trouble));
        return open.ipni()
                .orElseThrow(() ->
                        new AditException(OpsError.NODE_REFUSED, "publishing to indexers: retrieval.ipni is false"));
    }

    /** @throws AditException while the market is closed */
    IndexDesk index() {
        return room.get()
                .orElseThrow(() -> new AditException(
                        OpsError.NODE_REFUSED, "asking the index of blocks: the market is closed: " + trouble))
                .index();
    }

    /** No address while the market is closed. */
    @Override
    public List<String> libp2p() {
        return room.get().map(MarketRoom::libp2p).orElse(List.of());
    }

    /** Empty while the market is closed. */
    @Override
    public Optional<NetReport> net() {
        return room.get().flatMap(MarketRoom::net);
    }

    /** Empty while the market is closed. */
    @Override
    public String retrieval() {
        return room.get().map(MarketRoom::retrieval).orElse("");
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            if (retrying.isPresent()) {
                retrying.get().join(CLOSE_GRACE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        room.getAndSet(Optional.empty()).ifPresent(MarketRoom::close);
    }
}
