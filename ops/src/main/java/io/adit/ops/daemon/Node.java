package io.adit.ops.daemon;

import io.adit.chain.f3.F3Participation;
import io.adit.chain.f3.F3Settings;
import io.adit.chain.f3.F3Status;
import io.adit.chain.f3.F3Tickets;
import io.adit.chain.head.Delivery;
import io.adit.chain.head.HeadFollower;
import io.adit.chain.head.HeadOptions;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.NetworkRules;
import io.adit.chain.type.TipSetKey;
import io.adit.core.config.ListenAddress;
import io.adit.core.config.NodeConfig;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.keys.Signer;
import io.adit.core.metrics.Metrics;
import io.adit.core.state.LeaseHolder;
import io.adit.core.state.NodeLease;
import io.adit.core.state.StateStore;
import io.adit.core.task.Resources;
import io.adit.core.task.TaskEngine;
import io.adit.core.time.SystemTimeline;
import io.adit.market.policy.PolicyBook;
import io.adit.ops.OpsError;
import io.adit.ops.actor.OutboxDesk;
import io.adit.ops.api.ActorRoutes;
import io.adit.ops.api.ApiRoute;
import io.adit.ops.api.DealRoutes;
import io.adit.ops.api.MessageRoutes;
import io.adit.ops.api.NodeRoutes;
import io.adit.ops.api.OperatorApi;
import io.adit.proofs.NativeLibrary;
import io.adit.proofs.ParameterStore;
import io.adit.proofs.ProofSettings;
import io.adit.proofs.WorkerOptions;
import io.adit.proofs.WorkerProofs;
import io.adit.sealing.pipeline.SealingPipeline;
import io.adit.sealing.proving.ProvingView;
import io.adit.sealing.proving.WindowPoStScheduler;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePaths;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: the composition root. Rooms are made in the order in which they depend on each other and closed in the
 * opposite one. Nothing else in the project constructs a room for production.
 */
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final Logger log = LoggerFactory.getLogger(Node.class);
    private static final Duration MARKET_PAUSE = Duration.ofSeconds(30);

    /** How long a second node is refused after the first one died. */
    private static final Duration LEASE = Duration.ofMinutes(2);

    private static final int LEASE_LOST = 3;

    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
    private final NodeHome home;

    private Node(NodeHome home) {
        this.home = home;
    }

    /**
     * Starts the node of a directory. When it returns, the operator API answers and the files {@code api} and {@code token}
     * say where.
     *
     * @throws AditException {@link OpsError#NOT_INITIALISED}, {@link OpsError#ALREADY_RUNNING}, or what a room refuses
     */
    public static Node start(NodeHome home, Map<String, String> environment, Map<String, String> overrides) {
        return start(home, environment, overrides, MARKET_PAUSE);
    }

    /** @param marketPause between two tries to open the market */
    static Node start(
            NodeHome home, Map<String, String> environment, Map<String, String> overrides, Duration marketPause) {
        if (!home.initialised()) {
            throw new AditException(
                    OpsError.NOT_INITIALISED, home.directory() + " holds no node; make one with 'adit init'");
        }
        var config = home.load(environment, overrides);
        Logs.configure(config.log());
        var node = new Node(home);
        try {
            node.wire(config, environment, marketPause);
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
        return node;
    }

    private <T extends AutoCloseable> T closing(T room) {
        toClose.push(room);
        return room;
    }

    /** Proving first: once it runs, only what it needs itself can stop it. */
    private void wire(NodeConfig config, Map<String, String> environment, Duration marketPause) {
        var random = new SecureRandom();
        var clock = InstantSource.system();
        closing(home.lock());
        var signer = home.signer(config, environment, random);
        var metrics = closing(new Metrics().withProcessMeters());
        var registry = metrics.registry();
        var store = closing(home.store(config));
        var chain = closing(connect(config, registry, random));
        var settings = settings(config, chain, signer);
        var miner = settings.miner().toString(config.chain().network());
        var policy = new PolicyBook(store, config.market(), config.sealing().sectorSize());
        var lease = closing(NodeLease.take(store, miner, holder(), clock, LEASE));
        var proofs = closing(proofs(config, metrics));
        var paths = storagePaths(config, clock);
        var mining = closing(MiningRoom.open(settings, chain, store, signer, registry));
        var outbox = new MessageOutbox(store, chain, mining.signer(), settings.messages(), new SystemTimeline(clock));
        outbox.resumeAll();
        // Another node proves this miner now: whatever this one did from here on would work against it.
        lease.keep(() -> Runtime.getRuntime().exit(LEASE_LOST));

        var proving = closing(new WindowPoStScheduler(
                settings.proving(home.directory().resolve("proving")), store, chain, proofs, paths, outbox, registry));
        var head = closing(new HeadFollower(chain, HeadOptions.defaults()));
        head.listen(Delivery.COALESCED, update -> proving.onHead(update.head()));
        head.listen(Delivery.COALESCED, update -> outbox.settle());
        var balances = outbox.balances(settings.worker(), registry);
        head.listen(Delivery.COALESCED, update -> balances.onHead());
        head.listen(Delivery.COALESCED, update -> mining.onHead(update.head()));
        head.start();
        proving.start();
        mining.start(proofs, paths);
        var workerWatch = new WorkerWatch(chain, settings, signer);
        head.listen(Delivery.COALESCED, update -> workerWatch.onHead(update.head()));
        var f3 = config.f3().enabled()
                ? Optional.of(f3(settings, chain, store, registry))
                : Optional.<F3Participation>empty();

        var pipeline = new SealingPipeline(settings.sealing(), store, chain, proofs, paths, outbox, clock, registry);
        pipeline.start();
        var engine = new TaskEngine(store, clock, resources(config), pipeline.handlers(), registry);
        var parts = new MarketRoom.Parts(
                home, settings, store, chain, mining.signer(), outbox, policy, pipeline, metrics, clock, random);
        // Closed after the engine, whose tasks read the index.
        var market = closing(new MarketKeeper(
                () -> MarketRoom.open(parts),
                room -> {
                    engine.add(room.handlers());
                    head.listen(Delivery.COALESCED, update -> room.onHead(engine::signal));
                },
                marketPause,
                registry));
        closing(engine);
        engine.start();
        head.listen(Delivery.COALESCED, update -> pipeline.onHead(engine::signal));
        market.start();

        var proofView = new ProvingView(chain, settings.minerId(), store);
        var views = new NodeRoutes.Views(
                settings.miner(),
                workerWatch::worker,
                config.chain().network(),
                chain,
                store,
                pipeline,
                proofView,
                proving.desk(),
                paths,
                engine,
                market,
                () -> f3.map(F3Participation::status).orElse(new F3Status.Off("f3.enabled is false")));
        var desk = new OutboxDesk(store, outbox, config.chain().maxFee(), random);
        var messages =
                new MessageRoutes(outbox.control(), balances, config.chain().network());
        var routes = Stream.of(
                        new NodeRoutes(views).all(),
                        new ActorRoutes(settings.miner(), desk).all(),
                        messages.all(),
                        new DealRoutes(policy, market::importDeal).all(),
                        mining.routes().all())
                .flatMap(List::stream)
                .toList();
        serveApi(
                config,
                random,
                metrics,
                routes,
                () -> workerWatch.problem().or(market::problem).or(balances::problem));
        log.info(
                "miner {} runs; operator API at {}",
                settings.miner().toString(config.chain().network()),
                home.read(home.apiFile()));
    }

    private F3Participation f3(NodeSettings settings, FullNode chain, StateStore store, MeterRegistry registry) {
        var f3 = closing(new F3Participation(
                settings.miner(),
                chain,
                F3Tickets.in(store, settings.miner()),
                F3Settings.defaults(),
                new SystemTimeline(),
                registry));
        f3.start();
        return f3;
    }

    /**
     * The configuration with what the chain says of the miner.
     *
     * @throws AditException {@link OpsError#WRONG_CHAIN}, {@link OpsError#WORKER_KEY_MISSING}
     */
    private NodeSettings settings(NodeConfig config, FullNode chain, Signer signer) {
        var network = FullNodes.networkOf(chain);
        if (network != config.chain().network()) {
            throw new AditException(
                    OpsError.WRONG_CHAIN,
                    "starting the node: chain.network is " + config.chain().network() + ", the full node is on "
                            + network + " (" + chain.stateNetworkName() + ")");
        }
        var miner = chain.stateLookupID(Address.parse(home.read(home.minerFile())), TipSetKey.EMPTY);
        NetworkRules.of(chain, miner);
        var info = chain.stateMinerInfo(miner, TipSetKey.EMPTY);
        if (info.sectorSize() != config.sealing().sectorSize()) {
            throw new AditException(
                    OpsError.WRONG_CHAIN,
                    "starting the node: sealing.sector-size is "
                            + config.sealing().sectorSize() + ", but miner " + miner.toString(network)
                            + " has sectors of " + info.sectorSize());
        }
        return new NodeSettings(config, miner, NodeInit.workerKey(chain, miner, info.worker(), signer, home));
    }

    private FullNode connect(NodeConfig config, MeterRegistry registry, SecureRandom random) {
        if (config.chain().nodes().isEmpty()) {
            throw new AditException(
                    OpsError.NOT_INITIALISED,
                    "chain.nodes is empty: name a full node as token:multiaddr in config.toml");
        }
        return FullNodes.open(config.chain(), Address.parse(home.read(home.minerFile())), registry, random);
    }

    /** Which node this is, for the operator of another one. */
    private LeaseHolder holder() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "this machine";
        }
        var words = "process " + ProcessHandle.current().pid() + " on " + host + " in "
                + home.directory().toAbsolutePath();
        return new LeaseHolder(words, home.lockMark());
    }

    private WorkerProofs proofs(NodeConfig config, Metrics metrics) {
        var size = config.sealing().sectorSize();
        var missing = new ParameterStore(config.proofs().paramsDir()).missing(size);
        if (!missing.isEmpty()) {
            // What else there is to do (serve, answer, look) goes on without them.
            LOG.error(
                    "NO PROOF CAN BE MADE OF {} SECTORS: {} lacks {}. For a development chain: adit params --sector-size {}",
                    size,
                    config.proofs().paramsDir(),
                    missing,
                    size);
        }
        var library = config.proofs().nativeLibrary().map(NativeLibrary::new).orElseGet(NativeLibrary::locate);
        var options = WorkerOptions.of(
                        home.directory().resolve("workers"),
                        library,
                        ProofSettings.of(config.proofs().paramsDir()))
                .withSealingWorkers(config.proofs().workers());
        return new WorkerProofs(options, new ProofMeters(metrics.registry()));
    }

    private StoragePaths storagePaths(NodeConfig config, InstantSource clock) {
        var storage = config.storage();
        var paths = StoragePaths.open(
                home.directory().resolve("storage.json"),
                SpaceProbe.ofSystem(),
                clock,
                storage.reserve().bytes());
        for (Path path : storage.paths()) {
            paths.adopt(path, PathSettings.create(UUID.randomUUID(), true, true));
        }
        return paths;
    }

    private static Resources resources(NodeConfig config) {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Resources(
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize(),
                config.proofs().workers(),
                Long.MAX_VALUE);
    }

    private void serveApi(
            NodeConfig config,
            SecureRandom random,
            Metrics metrics,
            List<ApiRoute> routes,
            Supplier<Optional<String>> problem) {
        var listen = config.node().apiListen();
        var api = closing(new OperatorApi(
                new InetSocketAddress(listen.host(), listen.port()),
                home.token(random),
                routes,
                metrics::scrape,
                problem));
        api.start();
        home.writeSecret(
                home.apiFile(),
                "http://" + new ListenAddress(listen.host(), api.address().getPort()));
    }

    /** The miner it runs. */
    @Override
    public String toString() {
        return "miner " + home.read(home.minerFile());
    }

    /** Closes the rooms, the last made first; work that was running is taken up at the next start. */
    @Override
    public void close() {
        while (!toClose.isEmpty()) {
            var room = toClose.pop();
            try {
                room.close();
            } catch (Exception e) {
                log.warn("closing {}", room.getClass().getSimpleName(), e);
            }
        }
    }
}
