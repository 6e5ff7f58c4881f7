package io.adit.ops.daemon;

import io.adit.chain.head.Delivery;
import io.adit.chain.head.HeadFollower;
import io.adit.chain.head.HeadOptions;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.MinerInfo;
import io.adit.chain.node.NetworkRules;
import io.adit.chain.node.rpc.ApiInfo;
import io.adit.chain.node.rpc.JsonRpcFullNode;
import io.adit.chain.node.rpc.RpcOptions;
import io.adit.chain.type.TipSetKey;
import io.adit.core.config.NodeConfig;
import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.keys.Keystore;
import io.adit.core.metrics.Metrics;
import io.adit.core.task.Resources;
import io.adit.core.task.TaskEngine;
import io.adit.core.task.TaskHandler;
import io.adit.ops.OpsError;
import io.adit.ops.api.NodeRoutes;
import io.adit.ops.api.OperatorApi;
import io.adit.proofs.NativeLibrary;
import io.adit.proofs.ProofSettings;
import io.adit.proofs.WorkerOptions;
import io.adit.proofs.WorkerProofs;
import io.adit.sealing.pipeline.SealingPipeline;
import io.adit.sealing.proving.ProvingView;
import io.adit.sealing.proving.WindowPoStScheduler;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePaths;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: the composition root. Rooms are made in the order in which they depend on each other and closed in the
 * opposite one. Nothing else in the project constructs a room for production.
 */
public final class Node implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Node.class);

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
        if (!home.initialised()) {
            throw new AditException(
                    OpsError.NOT_INITIALISED, home.directory() + " holds no node; make one with 'adit init'");
        }
        var config = home.load(environment, overrides);
        Logs.configure(config.log());
        var node = new Node(home);
        try {
            node.wire(config, environment);
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

    private void wire(NodeConfig config, Map<String, String> environment) {
        var random = new SecureRandom();
        var clock = InstantSource.system();
        closing(home.lock());
        var keystore = home.keystore(environment, random);
        var metrics = closing(new Metrics().withProcessMeters());
        var store = closing(home.store(config));
        var chain = closing(connect(config, random));
        var miner = minerActor(chain);
        NetworkRules.of(chain, miner);
        var worker = workerKey(chain, miner, keystore);
        var proofs = closing(proofs(config, metrics));
        var paths = storagePaths(config, clock);
        var outbox = new MessageOutbox(store, chain, keystore, clock);
        var settings = new NodeSettings(config, miner, worker);
        var pipeline =
                new SealingPipeline(settings.sealing(), store, chain, proofs, paths, outbox, clock, metrics.registry());
        var proving =
                new WindowPoStScheduler(settings.proving(), store, chain, proofs, paths, outbox, metrics.registry());
        var market = closing(MarketRoom.open(new MarketRoom.Parts(
                home, settings, store, chain, keystore, outbox, pipeline, metrics, clock, random)));
        var handlers = new ArrayList<TaskHandler>(pipeline.handlers());
        handlers.addAll(market.handlers());
        var engine = closing(new TaskEngine(store, clock, resources(config), handlers, metrics.registry()));
        var head = closing(new HeadFollower(chain, HeadOptions.defaults()));

        pipeline.start();
        outbox.resumeAll();
        head.listen(Delivery.COALESCED, update -> {
            proving.onHead(update.head());
            pipeline.onHead(engine::signal);
            market.onHead(engine::signal);
        });
        head.listen(Delivery.COALESCED, update -> outbox.settle());
        head.start();
        proving.start();
        closing(proving);
        engine.start();
        market.start();
        serveApi(
                config,
                random,
                metrics,
                new NodeRoutes(new NodeRoutes.Views(
                        miner,
                        worker,
                        chain,
                        store,
                        pipeline,
                        new ProvingView(chain, minerId(miner), store),
                        paths,
                        engine,
                        market)));
        log.info("miner {} runs; operator API at {}", miner, home.read(home.apiFile()));
    }

    private static FullNode connect(NodeConfig config, SecureRandom random) {
        if (config.chain().nodes().isEmpty()) {
            throw new AditException(
                    OpsError.NOT_INITIALISED,
                    "chain.nodes is empty: name a full node as token:multiaddr in config.toml");
        }
        return new JsonRpcFullNode(
                ApiInfo.parse(config.chain().nodes().getFirst()), RpcOptions.defaults(Network.TESTNET), random);
    }

    private Address minerActor(FullNode chain) {
        var named = Address.parse(home.read(home.minerFile()));
        return chain.stateLookupID(named, TipSetKey.EMPTY);
    }

    private static ActorId minerId(Address miner) {
        return new ActorId(miner.id().orElseThrow());
    }

    /** The key behind the miner's worker; without it nothing could be signed, so the node does not start. */
    private static Address workerKey(FullNode chain, Address miner, Keystore keystore) {
        MinerInfo info = chain.stateMinerInfo(miner, TipSetKey.EMPTY);
        var worker = chain.stateAccountKey(info.worker(), TipSetKey.EMPTY);
        if (!keystore.has(worker)) {
            throw new AditException(
                    OpsError.NOT_INITIALISED,
                    "miner " + miner + " has the worker " + worker
                            + ", whose key is not in the keystore; import it with 'adit wallet import'");
        }
        return worker;
    }

    private WorkerProofs proofs(NodeConfig config, Metrics metrics) {
        var library = config.proofs().nativeLibrary().map(NativeLibrary::new).orElseGet(NativeLibrary::locate);
        var options = WorkerOptions.of(
                        home.directory().resolve("workers"),
                        library,
                        ProofSettings.of(config.proofs().paramsDir()))
                .withSealingWorkers(config.proofs().workers());
        return new WorkerProofs(options, new ProofMeters(metrics.registry()));
    }

    private StoragePaths storagePaths(NodeConfig config, InstantSource clock) {
        var paths = StoragePaths.open(home.directory().resolve("storage.json"), SpaceProbe.ofSystem(), clock);
        for (Path path : config.storage().paths()) {
            if (Files.exists(path.resolve("sectorstore.json"))) {
                paths.attach(path);
            } else {
                paths.init(path, PathSettings.create(UUID.randomUUID(), true, true));
            }
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

    private void serveApi(NodeConfig config, SecureRandom random, Metrics metrics, NodeRoutes routes) {
        var listen = config.node().apiListen();
        var api = closing(new OperatorApi(
                new InetSocketAddress(listen.host(), listen.port()),
                home.token(random),
                routes.all(),
                metrics::scrape));
        api.start();
        home.writeSecret(
                home.apiFile(), "http://" + listen.host() + ":" + api.address().getPort());
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
