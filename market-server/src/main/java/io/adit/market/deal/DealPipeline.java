package io.adit.market.deal;

import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.core.keys.Signer;
import io.adit.core.state.StateStore;
import io.adit.core.task.TaskHandler;
import io.adit.libp2p.HostBuilder;
import io.adit.market.deal.wire.RetrievalTransports;
import io.adit.market.fetch.FetchLimits;
import io.adit.market.fetch.Fetcher;
import io.adit.market.index.PieceIndexer;
import io.adit.market.policy.DealTerms;
import io.adit.market.retrieve.SidePages;
import io.adit.sealing.pipeline.SectorIntake;
import java.time.InstantSource;
import java.util.List;
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
    private final List<TaskHandler> handlers;
    private final Runnable restoreIndex;

    /**
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
        var chain = new MarketChain(node, settings.miner());
        var deals = new StoredDeals(clock);
        var files = new PieceFiles(settings.pieces());
        var fetcher = new Fetcher(FetchLimits.standard(), settings.addresses());
        var escrow = new MarketEscrow(store, chain, outbox, settings.maxFee());
        desk = new DealDesk(store, chain, policy, files, clock);
        protocols = new DealProtocols(desk, new AskBook(store, chain, signer, policy), settings.miner(), transports);
        imports = new DealImport(store, files);
        pages = new MarketPages(desk, policy, settings.miner());
        handlers = List.of(
                new FetchTask(store, deals, files, fetcher, chain, settings),
                new BatchTask(store, deals, settings.publishPeriod(), settings.maxDealsPerMessage()),
                new PublishTask(store, deals, chain, outbox, escrow, settings),
                new PublishWaitTask(deals, outbox, settings),
                new HandoffTask(deals, chain, intake, settings),
                new IndexTask(store, deals, indexer),
                new CompleteTask(store, deals, chain, settings),
                new ClearTask(store, files, settings),
                new ReindexTask(store, indexer));
        restoreIndex = () -> ReindexTask.enqueueLost(store, indexer);
    }

    /** Sees to it that pieces which the index has lost are indexed again; to be called when the node starts. */
    public void restoreIndex() {
        restoreIndex.run();
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

    /**
     * To be called when the head changed.
     *
     * @param signal the task engine's {@code signal}
     */
    public void onHead(Consumer<String> signal) {
        signal.accept(HEAD);
    }
}
