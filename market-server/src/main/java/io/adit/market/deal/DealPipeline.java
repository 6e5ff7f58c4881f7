package io.adit.market.deal;

import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.core.keys.Signer;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.StateStore;
import io.adit.core.task.TaskHandler;
import io.adit.core.time.SystemTimeline;
import io.adit.core.time.Timeline;
import io.adit.libp2p.HostBuilder;
import io.adit.market.deal.wire.RetrievalTransports;
import io.adit.market.fetch.FetchLimits;
import io.adit.market.fetch.Fetcher;
import io.adit.market.fetch.FileSource;
import io.adit.market.fetch.TransferShares;
import io.adit.market.index.PieceIndexer;
import io.adit.market.mk20.DirectDeals;
import io.adit.market.mk20.Mk20Pages;
import io.adit.market.policy.DealTerms;
import io.adit.market.retrieve.SidePages;
import io.adit.sealing.pipeline.SectorIntake;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Storage deals from proposal to proven sector. The task engine runs the {@link #handlers()}, a libp2p host serves the
 * protocols, and everything that must not be lost is in the store; this object itself remembers nothing.
 */
public final class DealPipeline {
    /** The signal given when the head of the chain has changed. */
    static final String HEAD = "chain.head";

    private final DealDesk desk;
    private final DealProtocols protocols;
    private final SidePages pages;
    private final DealImport imports;
    private final DirectDesk direct;
    private final List<TaskHandler> handlers;
    private final Runnable restoreIndex;
    private final IndexDesk index;

    /**
     * Fetches in this process: for tests.
     *
     * @param policy what is taken now
     * @param signer has the miner's worker key
     * @param transports how data is retrieved, as told over {@code /fil/retrieval/transports/1.0.0}
     */
    public DealPipeline(
            DealSettings settings,
            Supplier<DealTerms> policy,
            StateStore store,
            FullNode node,
            Signer signer,
            MessageOutbox outbox,
            SectorIntake intake,
            PieceIndexer indexer,
            Supplier<RetrievalTransports> transports,
            InstantSource clock) {
        this(
                settings,
                policy,
                store,
                node,
                signer,
                outbox,
                intake,
                indexer,
                transports,
                new Fetcher(FetchLimits.standard(), settings.addresses()),
                new SystemTimeline(clock));
    }

    /** @param source where clients' data comes from */
    public DealPipeline(
            DealSettings settings,
            Supplier<DealTerms> policy,
            StateStore store,
            FullNode node,
            Signer signer,
            MessageOutbox outbox,
            SectorIntake intake,
            PieceIndexer indexer,
            Supplier<RetrievalTransports> transports,
            FileSource source,
            Timeline clock) {
        var chain = new MarketChain(node, settings.miner());
        var deals = new StoredDeals(clock);
        StoredDeals.promiseForgotten(store);
        var files = new PieceFiles(settings.pieces());
        files.discardOthers(uuid -> store.read(tx -> tx.deals().find(uuid))
                .filter(deal -> !StoredDeals.failed(deal) && deal.checkpoint() == DealCheckpoint.Accepted)
                .isPresent());
        var indexing = new Indexing(store, indexer);
        var shares = new TransferShares(clock, settings.transfers());
        var escrow = new MarketEscrow(store, chain, outbox, settings.maxFee(), settings.escrow(), clock);
        desk = new DealDesk(store, chain, policy, files, clock);
        protocols = new DealProtocols(
                desk, new AskBook(store, chain, signer, policy, clock), settings.miner(), transports, clock);
        imports = new DealImport(store, files, clock);
        direct = new DirectDesk(store, chain, desk, policy, files);
        pages = new MarketPages(
                desk,
                policy,
                settings.miner(),
                new Mk20Pages(direct, clock),
                new InclusionPages(store, new Semaphore(InclusionPages.AT_ONCE)));
        handlers = List.of(
                new FetchTask(store, deals, files, source, shares, chain, settings, policy, clock),
                new BatchTask(store, deals, settings.publishPeriod(), settings.maxDealsPerMessage()),
                new PublishTask(store, deals, chain, outbox, escrow, settings),
                new PublishWaitTask(deals, outbox, settings),
                new HandoffTask(deals, chain, intake, settings),
                new IndexTask(store, deals, indexing),
                new CompleteTask(store, deals, chain, settings),
                new ClearTask(store, files, indexing, settings),
                new AfterlifeTask(store, chain, outbox, settings),
                new ReindexTask(store, indexing));
        restoreIndex = () -> ReindexTask.enqueueLost(store, indexing);
        index = new IndexDesk(store, indexer);
        followLiving(store);
    }

    /** Deals that became active before any release followed them are followed from now on. */
    private static void followLiving(StateStore store) {
        store.transactVoid(tx -> {
            if (!tx.deals().living().isEmpty()) {
                AfterlifeTask.enqueue(tx);
            }
        });
    }

    /** Sees to it that pieces which the index has lost are indexed again; to be called when the node starts. */
    public void restoreIndex() {
        restoreIndex.run();
    }

    /** What the operator asks of the index of blocks. */
    public IndexDesk index() {
        return index;
    }

    /** The durable steps, for the task engine. */
    public List<TaskHandler> handlers() {
        return handlers;
    }

    /** Serves the deal protocols on a host that is about to be built. */
    public HostBuilder serveOn(HostBuilder host) {
        return protocols.register(host);
    }

    /** {@code /market/policy} and {@code /market/preflight}, to be served beside retrievals. */
    public SidePages pages() {
        return pages;
    }

    /** Takes the data of offline deals. */
    public DealImport imports() {
        return imports;
    }

    public DealDesk desk() {
        return desk;
    }

    /** Where direct deals are decided, as the HTTP market asks it. */
    public DirectDeals direct() {
        return direct;
    }

    /**
     * To be called when the head changed.
     *
     * @param signal the task engine's {@code signal}
     */
    public void onHead(Consumer<String> signal) {
        signal.accept(HEAD);
    }
}
