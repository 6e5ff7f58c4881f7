package io.adit.ops.daemon;

import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.core.config.MarketConfig;
import io.adit.core.config.NodeConfig;
import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.keys.Signer;
import io.adit.core.metrics.Metrics;
import io.adit.core.state.StateStore;
import io.adit.core.task.TaskHandler;
import io.adit.core.time.SystemTimeline;
import io.adit.libp2p.Host;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Pulse;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.reach.Reach;
import io.adit.libp2p.reach.ReachPlan;
import io.adit.libp2p.transport.WebSocketCertificate;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.market.bitswap.BitswapLimits;
import io.adit.market.bitswap.BitswapServer;
import io.adit.market.deal.DealImport;
import io.adit.market.deal.DealPipeline;
import io.adit.market.deal.IndexDesk;
import io.adit.market.deal.wire.RetrievalTransports;
import io.adit.market.fetch.FetchLimits;
import io.adit.market.fetch.FetcherProcess;
import io.adit.market.index.PieceIndex;
import io.adit.market.index.PieceIndexer;
import io.adit.market.ipni.IpniPublisher;
import io.adit.market.policy.PolicyBook;
import io.adit.market.retrieve.ContentPolicy;
import io.adit.market.retrieve.DenyLists;
import io.adit.market.retrieve.GatewayOptions;
import io.adit.market.retrieve.PieceCatalog;
import io.adit.market.retrieve.RetrievalLimits;
import io.adit.market.retrieve.RetrievalServer;
import io.adit.market.retrieve.ServedBlocks;
import io.adit.market.retrieve.SidePages;
import io.adit.ops.Multiaddrs;
import io.adit.ops.OpsError;
import io.adit.ops.api.NetReport;
import io.adit.ops.api.NodeRoutes;
import io.adit.sealing.pipeline.SealingPipeline;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/**
 * Everything that strangers reach: the libp2p host with the deal protocols and bitswap, the piece index and the retrieval server.
 */
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

    /** The configured addresses, read. */
    record Addresses(
            List<Multiaddr> listen,
            List<Multiaddr> retrieval,
            Set<InetAddress> proxies,
            Set<PeerId> known,
            ReachPlan reach) {
        static Addresses of(NodeConfig config) {
            var market = config.market();
            return new Addresses(
                    all("market.libp2p-listen", market.libp2pListen()),
                    all("retrieval.announce-addresses", config.retrieval().announceAddresses()),
                    market.trustedProxies().stream().map(Addresses::proxy).collect(Collectors.toUnmodifiableSet()),
                    market.knownPeers().stream().map(Addresses::peer).collect(Collectors.toUnmodifiableSet()),
                    reach(market));
        }

        private static ReachPlan reach(MarketConfig market) {
            return new ReachPlan(
                    switch (market.reachability()) {
                        case AUTO -> ReachPlan.Mode.AUTO;
                        case PUBLIC -> ReachPlan.Mode.PUBLIC;
                        case PRIVATE -> ReachPlan.Mode.PRIVATE;
                    },
                    all("market.announce-addresses", market.announceAddresses()),
                    peers("market.relays", market.relays()),
                    market.relaySlots(),
                    peers("market.autonat-servers", market.autonatServers()));
        }

        private static List<Multiaddr> peers(String key, List<String> texts) {
            var addresses = all(key, texts);
            addresses.stream()
                    .filter(address -> !ReachPlan.isPeerAddress(address))
                    .findFirst()
                    .ifPresent(wrong -> {
                        throw new InvalidValueException(
                                key, wrong, "an address that ends in a peer ID: /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…");
                    });
            return addresses;
        }

        private static InetAddress proxy(String text) {
            try {
                return InetAddress.ofLiteral(text);
            } catch (IllegalArgumentException e) {
                throw new InvalidValueException(
                        "market.trusted-proxies", "'" + text + "' (" + e.getMessage() + ")", "an IP address");
            }
        }

        private static PeerId peer(String text) {
            try {
                return PeerId.parse(text);
            } catch (MalformedWireException e) {
                throw new InvalidValueException(
                        "market.known-peers", "'" + text + "' (" + e.getMessage() + ")", "a peer ID such as 12D3KooW…");
            }
        }

        private static List<Multiaddr> all(String key, List<String> texts) {
            return texts.stream().map(text -> Multiaddrs.parse(key, text)).toList();
        }
    }

    private final PieceIndex index;
    private final FetcherProcess fetcher;
    private final RetrievalServer retrieval;
    private final Optional<IpniPublisher> ipni;
    private final Optional<BitswapServer> bitswap;
    private final DealPipeline deals;
    private final Host host;
    private final Reach reach;
    private final MeterRegistry registry;
    private Optional<HostMeters> meters = Optional.empty();

    private MarketRoom(
            PieceIndex index,
            FetcherProcess fetcher,
            RetrievalServer retrieval,
            Optional<IpniPublisher> ipni,
            Optional<BitswapServer> bitswap,
            DealPipeline deals,
            Host host,
            Reach reach,
            MeterRegistry registry) {
        this.index = index;
        this.fetcher = fetcher;
        this.retrieval = retrieval;
        this.ipni = ipni;
        this.bitswap = bitswap;
        this.deals = deals;
        this.host = host;
        this.reach = reach;
        this.registry = registry;
    }

    /** Opens the index and serves retrievals at once; deals are taken from {@link #start} on. */
    static MarketRoom open(Parts parts) {
        // Read before anything is opened: what is wrong with them is to be told at each try, not that the index is in
        // use.
        var addresses = Addresses.of(parts.settings().config());
        var index = PieceIndex.open(parts.home().index());
        try {
            return over(index, addresses, parts);
        } catch (RuntimeException e) {
            index.close();
            throw e;
        }
    }

    private static MarketRoom over(PieceIndex index, Addresses addresses, Parts parts) {
        var listening = new CompletableFuture<InetSocketAddress>();
        var hosting = new CompletableFuture<Host>();
        var policy = policy(parts);
        var bitswap = bitswap(parts, index, policy);
        var indexer = new PieceIndexer(index);
        var settings = parts.settings().deals(parts.home().pieces());
        var clock = new SystemTimeline(parts.clock());
        var fetcher = new FetcherProcess(clock, FetchLimits.standard(), settings.addresses());
        var deals = new DealPipeline(
                settings,
                parts.policy()::terms,
                parts.store(),
                parts.chain(),
                parts.signer(),
                parts.outbox(),
                parts.pipeline().intake(),
                indexer,
                () -> transports(
                        addresses.retrieval(),
                        listening.join(),
                        bitswap.isPresent() ? hosting.join().addresses() : List.of()),
                fetcher,
                clock);
        var identity = NodeInit.identity(parts.home(), parts.random());
        var ipni = Publishing.publisher(parts, addresses, index, policy, identity);
        var pages = new ArrayList<SidePages>(List.of(deals.pages()));
        ipni.ifPresent(publisher -> pages.addAll(publisher.pages()));
        var retrieval = serve(parts, index, policy, pages);
        listening.complete(retrieval.address());
        try {
            var host = host(parts, addresses, identity, deals, bitswap);
            hosting.complete(host);
            return new MarketRoom(
                    index,
                    fetcher,
                    retrieval,
                    ipni,
                    bitswap,
                    deals,
                    host,
                    new Reach(host, addresses.reach(), parts.clock(), parts.random()),
                    parts.metrics().registry());
        } catch (RuntimeException e) {
            retrieval.close();
            ipni.ifPresent(IpniPublisher::close);
            bitswap.ifPresent(BitswapServer::close);
            throw e;
        }
    }

    private static ContentPolicy policy(Parts parts) {
        var files = parts.settings().config().retrieval().denyLists();
        try {
            return files.isEmpty() ? ContentPolicy.SERVE_ALL : DenyLists.open(files, parts.clock());
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "opening the market: " + e.getMessage(), e);
        }
    }

    private static Optional<BitswapServer> bitswap(Parts parts, PieceIndex index, ContentPolicy policy) {
        if (!parts.settings().config().retrieval().bitswap()) {
            return Optional.empty();
        }
        var catalog = PieceCatalog.of(parts.store());
        return Optional.of(new BitswapServer(
                () -> new ServedBlocks(index, catalog, policy),
                BitswapLimits.DEFAULTS,
                parts.metrics().registry()));
    }

    private static Host host(
            Parts parts, Addresses addresses, Identity identity, DealPipeline deals, Optional<BitswapServer> bitswap) {
        deals.restoreIndex();
        var builder = Host.builder()
                .identity(identity)
                .known(addresses.known()::contains)
                .trustedProxies(addresses.proxies())
                .agent("adit/0.1.0");
        addresses.listen().forEach(address -> builder.listen(address.toString()));
        addresses.reach().announced().forEach(builder::announce);
        var market = parts.settings().config().market();
        market.wssCertificateFile()
                .ifPresent(chain -> builder.webSocketTls(
                        certificate(chain, market.wssKeyFile().orElseThrow())));
        bitswap.ifPresent(blocks -> blocks.serveOn(builder));
        return deals.serveOn(builder).build();
    }

    private static SSLContext certificate(Path chain, Path key) {
        try {
            return WebSocketCertificate.read(chain, key);
        } catch (IOException e) {
            throw new AditException(
                    OpsError.LOCAL_FILE, "reading the certificate for /wss from " + chain + ": " + e.getMessage(), e);
        }
    }

    private static RetrievalServer serve(Parts parts, PieceIndex index, ContentPolicy policy, List<SidePages> pages) {
        var retrieval = parts.settings().config().retrieval();
        var http = retrieval.httpListen();
        try {
            return RetrievalServer.start(
                    new InetSocketAddress(http.host(), http.port()),
                    index,
                    PieceCatalog.of(parts.store()),
                    policy,
                    pages,
                    new GatewayOptions(retrieval.website(), retrieval.ipnsRecords(), parts.clock()),
                    RetrievalLimits.DEFAULTS,
                    parts.metrics().registry());
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "serving retrievals on " + http + ": " + e.getMessage(), e);
        }
    }

    /**
     * How data is retrieved. HTTP is left out where the server listens on every address and none was named to announce.
     *
     * @param bitswap the addresses at which it is served; none if it is not
     */
    static RetrievalTransports transports(
            List<Multiaddr> announced, InetSocketAddress listening, List<Multiaddr> bitswap) {
        var ways = new ArrayList<RetrievalTransports.Transport>();
        transport("http", announced.isEmpty() ? bound(listening) : announced).ifPresent(ways::add);
        transport("bitswap", bitswap).ifPresent(ways::add);
        return new RetrievalTransports(ways);
    }

    private static Optional<RetrievalTransports.Transport> transport(String name, List<Multiaddr> addresses) {
        return addresses.isEmpty()
                ? Optional.empty()
                : Optional.of(new RetrievalTransports.Transport(
                        name, addresses.stream().map(Multiaddr::bytes).toList()));
    }

    private static List<Multiaddr> bound(InetSocketAddress listening) {
        var address = listening.getAddress();
        if (address.isAnyLocalAddress()) {
            return List.of();
        }
        var protocol = address instanceof Inet6Address ? "/ip6/" : "/ip4/";
        return List.of(Multiaddr.parse(protocol + withoutZone(address) + "/tcp/" + listening.getPort() + "/http"));
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

    List<DealImport.Progress> importsRunning() {
        return deals.imports().running();
    }

    void onHead(Consumer<String> signal) {
        deals.onHead(signal);
    }

    void start() {
        try {
            host.start();
            meters = Optional.of(new HostMeters(host, reach, registry));
            reach.start(Pulse.SYSTEM);
            ipni.ifPresent(IpniPublisher::start);
        } catch (Libp2pException e) {
            throw new AditException(OpsError.LOCAL_FILE, "listening for deals: " + e.getMessage(), e);
        }
    }

    IndexDesk index() {
        return deals.index();
    }

    /** What indexers are told; empty if nothing is. */
    Optional<IpniPublisher> ipni() {
        return ipni;
    }

    PeerId peer() {
        return host.peerId();
    }

    /** Where the chain should say that the host is reached; empty while that is not known. */
    Optional<List<Multiaddr>> published() {
        return reach.published();
    }

    @Override
    public List<String> libp2p() {
        return host.addresses().stream().map(Multiaddr::toString).toList();
    }

    @Override
    public Optional<NetReport> net() {
        return Optional.of(NetReport.of(host, reach));
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
        meters.ifPresent(HostMeters::close);
        reach.close();
        host.close();
        bitswap.ifPresent(BitswapServer::close);
        retrieval.close();
        ipni.ifPresent(IpniPublisher::close);
        fetcher.close();
        index.close();
    }
}
