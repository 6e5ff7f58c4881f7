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
import io.adit.chain.node.pool.NodePool;
import io.adit.chain.type.TipSetKey;
import io.adit.core.config.ListenAddress;
import io.adit.core.config.NodeConfig;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.metrics.Metrics;
import io.adit.core.state.LeaseHolder;
import io.adit.core.state.NodeLease;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateErrorCode;
import io.adit.core.state.StateStore;
import io.adit.core.task.Resources;
import io.adit.core.task.TaskEngine;
import io.adit.core.time.SystemTimeline;
import io.adit.market.policy.PolicyBook;
import io.adit.ops.OpsError;
import io.adit.ops.actor.OutboxDesk;
import io.adit.ops.api.ActorRoutes;
import io.adit.ops.api.Alarm;
import io.adit.ops.api.ApiRoute;
import io.adit.ops.api.DealRoutes;
import io.adit.ops.api.FaultRoutes;
import io.adit.ops.api.ImportRoutes;
import io.adit.ops.api.IndexRoutes;
import io.adit.ops.api.IpniRoutes;
import io.adit.ops.api.MessageRoutes;
import io.adit.ops.api.NetRoutes;
import io.adit.ops.api.NodeRoutes;
import io.adit.ops.api.OperatorApi;
import io.adit.proofs.NativeLibrary;
import io.adit.proofs.NativePieceHashers;
import io.adit.proofs.ParameterStore;
import io.adit.proofs.ProofOperation;
import io.adit.proofs.ProofSettings;
import io.adit.proofs.WorkerOptions;
import io.adit.proofs.WorkerProofs;
import io.adit.sealing.pipeline.SealingPipeline;
import io.adit.sealing.proving.ProvingView;
import io.adit.sealing.proving.WindowPoStScheduler;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePaths;
import io.adit.sealing.storage.StorageWatch;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

    /** Between two tries to start a room: much shorter than a window, and than what a full node takes to sync. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    /** Between two looks at the storage paths: shorter than the time that is left once a window has opened. */
    private static final Duration STORAGE_PAUSE = Duration.ofMinutes(1);

    /** How long a second node is refused after the first one died. */
    private static final Duration LEASE = Duration.ofMinutes(2);

    private static final int LEASE_LOST = 3;

    private final OpenRooms rooms = new OpenRooms();
    private final NodeHome home;

    private Node(NodeHome home) {
        this.home = home;
    }

    /**
     * Starts the node of a directory. When it returns, the operator API answers and the files {@code api} and {@code token}
     * say where; unless its address is taken, which does not keep the node from proving and is tried again.
     *
     * @throws AditException {@link OpsError#NOT_INITIALISED}, {@link OpsError#ALREADY_RUNNING}, or what a room refuses
     */
    public static Node start(NodeHome home, Map<String, String> environment, Map<String, String> overrides) {
        return start(home, environment, overrides, PAUSE);
    }

    /** @param pause between two tries to start a room */
    static Node start(NodeHome home, Map<String, String> environment, Map<String, String> overrides, Duration pause) {
        if (!home.initialised()) {
            throw new AditException(
                    OpsError.NOT_INITIALISED, home.directory() + " holds no node; make one with 'adit init'");
        }
        var config = home.load(environment, overrides);
        Logs.configure(config.log());
        var node = new Node(home);
        try {
            node.wire(config, environment, pause);
        } catch (RuntimeException | Error e) {
            // Also where memory is short, or a class cannot be made ready: whoever starts it again needs the locks and
            // the lease.
            node.close();
            throw e;
        }
        return node;
    }

    private <T extends AutoCloseable> T closing(T room) {
        return rooms.add(room);
    }

    /** Proving first: once it runs, only what it needs itself can stop it. */
    private void wire(NodeConfig config, Map<String, String> environment, Duration pause) {
        var random = new SecureRandom();
        var clock = InstantSource.system();
        closing(home.lock());
        var signer = home.signer(config, environment, random);
        var metrics = closing(new Metrics().withProcessMeters());
        var registry = metrics.registry();
        var store = closing(openStore(config, pause));
        var chain = closing(connect(config, registry, random));
        var alarms = closing(new AlarmBoard(new SystemTimeline(clock), registry));
        alarms.watch("full-nodes", chain::problems);
        var beginning = ChainAtStart.ask(config, home, chain, signer, store, pause);
        var settings = new NodeSettings(config, beginning.facts());
        var miner = settings.miner().toString(config.chain().network());
        var policy = new PolicyBook(
                store,
                config.market(),
                config.sealing().sectorSize(),
                config.chain().confidence());
        var lease = closing(NodeLease.takeOnceFree(store, miner, holder(), new SystemTimeline(clock), LEASE));
        // Another node proves this miner now: whatever this one did from here on would work against it. Renewed from
        // the beginning:
        // disks that hang are waited for, and together that can take longer than the lease holds.
        lease.keep(() -> Runtime.getRuntime().exit(LEASE_LOST));
        var proofs = closing(proofs(config, metrics));
        var paths = storagePaths(config, clock);
        var mining = closing(MiningRoom.open(home, settings, chain, store, signer, lease::isHeld, registry, pause));
        var outbox = new MessageOutbox(store, chain, mining.signer(), settings.messages(), new SystemTimeline(clock));

        var proving = closing(new WindowPoStScheduler(
                settings.proving(home.directory().resolve("proving")), store, chain, proofs, paths, outbox, registry));
        var head = closing(new HeadFollower(chain, HeadOptions.defaults()));
        head.listen(Delivery.COALESCED, update -> proving.onHead(update.head()));
        head.listen(Delivery.COALESCED, update -> outbox.settle());
        var balances = outbox.balances(settings.worker(), registry);
        head.listen(Delivery.COALESCED, update -> balances.onHead());
        head.listen(Delivery.COALESCED, update -> mining.onHead(update.head()));
        var workerWatch = new WorkerWatch(chain, settings, signer);
        head.listen(Delivery.COALESCED, update -> workerWatch.onHead(update.head()));
        var storage = closing(new StorageWatch(paths, new SystemTimeline(clock), STORAGE_PAUSE));
        storage.start();
        alarms.watch("storage", storage::problems);
        var lostPower = new LostPower(
                settings.miner(), () -> chain.stateMinerSectorCount(settings.miner(), TipSetKey.EMPTY), store);
        head.listen(Delivery.COALESCED, update -> lostPower.onHead(update.head().height()));
        alarms.watchOne("faults", lostPower::problem);
        new NodeAlarms(settings, alarms, registry).watch(head, proving, outbox, signer);
        alarms.watchOne("worker", workerWatch::problem);
        alarms.watchOne("balances", balances::problem);
        NodeAlarms.watchSpending(alarms, balances, signer);
        alarms.watchSlowly("mining", () -> mining.problem().stream().toList());
        var f3 = config.f3().enabled()
                ? Optional.of(f3(settings, chain, store, registry))
                : Optional.<F3Participation>empty();
        var starters = new ArrayList<RoomStarter>();
        starters.add(starter("proving", beginning, pause, () -> {
            outbox.resumeAll();
            head.start();
            proving.start();
            f3.ifPresent(F3Participation::start);
        }));
        starters.add(starter("mining", beginning, pause, () -> mining.start(proofs, paths)));

        var pipeline = new SealingPipeline(settings.sealing(), store, chain, proofs, paths, outbox, clock, registry);
        var engine = new TaskEngine(store, clock, resources(config), pipeline.handlers(), registry);
        var parts = new MarketRoom.Parts(
                home, settings, store, chain, mining.signer(), outbox, policy, pipeline, metrics, clock, random);
        var desk = new OutboxDesk(store, outbox, config.chain().maxFee(), random);
        // Closed after the engine, whose tasks read the index.
        var market = closing(new MarketKeeper(
                () -> MarketRoom.open(parts),
                room -> {
                    engine.add(room.handlers());
                    head.listen(Delivery.COALESCED, update -> room.onHead(engine::signal));
                    if (config.market().addressesOnChain()) {
                        var told = new AddressesOnChain(
                                chain, settings.miner(), workerWatch::worker, desk, room.peer(), room::published);
                        head.listen(Delivery.COALESCED, update -> told.onHead(update.head()));
                    }
                },
                pause,
                registry));
        closing(engine);
        starters.add(starter("sealing", beginning, pause, () -> {
            pipeline.start();
            engine.start();
        }));
        head.listen(Delivery.COALESCED, update -> pipeline.onHead(engine::signal));
        market.start();
        alarms.watchOne("market", market::problem);
        alarms.watch(
                "start",
                () -> starters.stream().flatMap(room -> room.problem().stream()).toList());
        alarms.start();

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
        var messages =
                new MessageRoutes(outbox.control(), balances, config.chain().network());
        var routes = Stream.of(
                        new NodeRoutes(views).all(),
                        new ActorRoutes(settings.miner(), desk).all(),
                        new FaultRoutes(lostPower::accept).all(),
                        messages.all(),
                        new DealRoutes(policy).all(),
                        new ImportRoutes(market).all(),
                        new NetRoutes(market::net, chain, settings.miner()).all(),
                        new IpniRoutes(market::ipni).all(),
                        new IndexRoutes(market::index).all(),
                        mining.routes().all())
                .flatMap(List::stream)
                .toList();
        LOG.info("miner {} runs", settings.miner().toString(config.chain().network()));
        var api = closing(new RoomStarter(
                "the operator API", () -> serveApi(config, random, metrics, routes, alarms::sounding), pause));
        starters.add(api);
        api.start();
    }

    /** After a power cut the database server may come up later than this node. */
    private SqlStateStore openStore(NodeConfig config, Duration pause) {
        while (true) {
            try {
                return home.store(config);
            } catch (AditException e) {
                if (e.code() != StateErrorCode.STATE_SERVER_AWAY) {
                    throw e;
                }
                LOG.error(
                        "NOTHING IS PROVEN: the node has not started, and tries again in {}: {}",
                        pause,
                        e.getMessage());
                ChainAtStart.sleep(pause, e);
            }
        }
    }

    /** Starts a room as soon as the chain has confirmed what it is built on: at once where it has. */
    private RoomStarter starter(String room, ChainAtStart beginning, Duration pause, Runnable starting) {
        var starter = closing(new RoomStarter(
                room,
                () -> {
                    beginning.confirm();
                    starting.run();
                },
                pause));
        if (beginning.isConfirmed()) {
            starter.start();
        } else {
            starter.startBeside();
        }
        return starter;
    }

    private F3Participation f3(NodeSettings settings, FullNode chain, StateStore store, MeterRegistry registry) {
        return closing(new F3Participation(
                settings.miner(),
                chain,
                F3Tickets.in(store, settings.miner()),
                F3Settings.defaults(),
                new SystemTimeline(),
                registry));
    }

    private NodePool connect(NodeConfig config, MeterRegistry registry, SecureRandom random) {
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
        NativePieceHashers.useLibrary(library);
        var options = WorkerOptions.of(
                        home.directory().resolve("workers"),
                        library,
                        ProofSettings.of(config.proofs().paramsDir()))
                .withSealingWorkers(config.proofs().workers())
                .withWindowWorkers(config.proofs().windowPostWorkers())
                .withLimit(ProofOperation.PRE_COMMIT_1, config.proofs().pc1Limit())
                .withLimit(ProofOperation.PRE_COMMIT_2, config.proofs().pc2Limit())
                .withLimit(ProofOperation.COMMIT_2, config.proofs().c2Limit());
        return new WorkerProofs(options, new ProofMeters(metrics.registry()));
    }

    private StoragePaths storagePaths(NodeConfig config, InstantSource clock) {
        var storage = config.storage();
        var paths = StoragePaths.open(
                home.directory().resolve("storage.json"),
                SpaceProbe.ofSystem(),
                clock,
                storage.reserve().bytes());
        var wanted = new LinkedHashMap<Path, PathSettings>();
        storage.paths().forEach(path -> wanted.put(path, PathSettings.create(UUID.randomUUID(), true, true)));
        paths.adoptAll(wanted);
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
            Supplier<List<Alarm>> alarms) {
        var listen = config.node().apiListen();
        var api = closing(new OperatorApi(
                new InetSocketAddress(listen.host(), listen.port()),
                home.token(random),
                routes,
                metrics::scrape,
                alarms));
        api.start();
        var where = "http://" + new ListenAddress(listen.host(), api.address().getPort());
        home.writeSecret(home.apiFile(), where);
        LOG.info("operator API at {}", where);
    }

    /** The miner it runs. */
    @Override
    public String toString() {
        return "miner " + home.read(home.minerFile());
    }

    /** Closes the rooms, the last made first; work that was running is taken up at the next start. */
    @Override
    public void close() {
        rooms.close();
    }
}
