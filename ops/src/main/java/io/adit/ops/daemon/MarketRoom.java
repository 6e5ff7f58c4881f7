package io.adit.ops.daemon;

import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.core.config.NodeConfig;
import io.adit.core.error.AditException;
import io.adit.core.keys.Signer;
import io.adit.core.metrics.Metrics;
import io.adit.core.state.StateStore;
import io.adit.core.task.TaskHandler;
import io.adit.libp2p.Host;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.deal.DealImport;
import io.adit.market.deal.DealPipeline;
import io.adit.market.deal.wire.RetrievalTransports;
import io.adit.market.index.PieceIndex;
import io.adit.market.index.PieceIndexer;
import io.adit.market.policy.PolicyBook;
import io.adit.market.retrieve.ContentPolicy;
import io.adit.market.retrieve.PieceCatalog;
import io.adit.market.retrieve.RetrievalLimits;
import io.adit.market.retrieve.RetrievalServer;
import io.adit.market.retrieve.SidePages;
import io.adit.ops.OpsError;
import io.adit.ops.api.NodeRoutes;
import io.adit.sealing.pipeline.SealingPipeline;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Everything that strangers reach: the libp2p host with the deal protocols, the piece index and the retrieval server. */
final class MarketRoom implements AutoCloseable, NodeRoutes.MarketAddresses {

    /** What it is made of. */
    record Parts(
            NodeHome home,
            NodeSettings settings,
            StateStore store,
            FullNode chain,
            Signer signer,
            MessageOutbox outbox,
            PolicyBook policy,
            SealingPipeline pipeline,
            Metrics metrics,
            InstantSource clock,
            SecureRandom random) {}

    private final PieceIndex index;
    private final RetrievalServer retrieval;
    private final DealPipeline deals;
    private final Host host;

    private MarketRoom(PieceIndex index, RetrievalServer retrieval, DealPipeline deals, Host host) {
        this.index = index;
        this.retrieval = retrieval;
        this.deals = deals;
        this.host = host;
    }

    /** Opens the index and serves retrievals at once; deals are taken from {@link #start} on. */
    static MarketRoom open(Parts parts) {
        NodeConfig config = parts.settings().config();
        var index = PieceIndex.open(parts.home().index());
        var listening = new CompletableFuture<InetSocketAddress>();
        var indexer = new PieceIndexer(index);
        var deals = new DealPipeline(
                parts.settings().deals(parts.home().pieces()),
                parts.policy()::terms,
                parts.store(),
                parts.chain(),
                parts.signer(),
                parts.outbox(),
                parts.pipeline().intake(),
                indexer,
                () -> transports(config.retrieval().announceAddresses(), listening.join()),
                parts.clock());
        var retrieval = serve(parts, index, deals.pages());
        listening.complete(retrieval.address());
        deals.restoreIndex();
        var builder = Host.builder()
                .identity(NodeInit.identity(parts.home(), parts.random()))
                .listen(config.market().libp2pListen())
                .agent("adit/0.1.0");
        for (var address : config.market().announceAddresses()) {
            builder.announce(Multiaddr.parse(address));
        }
        return new MarketRoom(index, retrieval, deals, deals.serveOn(builder).build());
    }

    private static RetrievalServer serve(Parts parts, PieceIndex index, SidePages pages) {
        var http = parts.settings().config().retrieval().httpListen();
        try {
            return RetrievalServer.start(
                    new InetSocketAddress(http.host(), http.port()),
                    index,
                    PieceCatalog.of(parts.store()),
                    ContentPolicy.SERVE_ALL,
                    pages,
                    RetrievalLimits.DEFAULTS,
                    parts.metrics().registry());
        } catch (IOException e) {
            index.close();
            throw new AditException(OpsError.LOCAL_FILE, "serving retrievals on " + http + ": " + e.getMessage(), e);
        }
    }

    /** How data is retrieved; nothing where the server listens on every address and none was named to announce. */
    static RetrievalTransports transports(List<String> announced, InetSocketAddress listening) {
        var http = announced.isEmpty() ? addresses(listening) : announced;
        return new RetrievalTransports(
                http.isEmpty()
                        ? List.of()
                        : List.of(new RetrievalTransports.Transport(
                                "http",
                                http.stream()
                                        .map(text -> Multiaddr.parse(text).bytes())
                                        .toList())));
    }

    private static List<String> addresses(InetSocketAddress listening) {
        var address = listening.getAddress();
        if (address.isAnyLocalAddress()) {
            return List.of();
        }
        var protocol = address instanceof Inet6Address ? "/ip6/" : "/ip4/";
        return List.of(protocol + withoutZone(address) + "/tcp/" + listening.getPort() + "/http");
    }

    private static String withoutZone(InetAddress address) {
        return address.getHostAddress().split("%", 2)[0];
    }

    List<TaskHandler> handlers() {
        return deals.handlers();
    }

    DealImport.Imported importDeal(UUID deal, Path file) {
        return deals.imports().run(deal, file);
    }

    void onHead(Consumer<String> signal) {
        deals.onHead(signal);
    }

    void start() {
        try {
            host.start();
        } catch (Libp2pException e) {
            throw new AditException(OpsError.LOCAL_FILE, "listening for deals: " + e.getMessage(), e);
        }
    }

    @Override
    public List<String> libp2p() {
        return host.addresses().stream().map(Multiaddr::toString).toList();
    }

    @Override
    public String retrieval() {
        var address = retrieval.address().getAddress();
        var host = address.getHostAddress();
        return "http://" + (address instanceof Inet6Address ? "[" + host + "]" : host) + ":"
                + retrieval.address().getPort();
    }

    @Override
    public void close() {
        host.close();
        retrieval.close();
        index.close();
    }
}
