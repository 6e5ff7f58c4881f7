package io.adit.market.deal;

import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.rpc.ApiInfo;
import io.adit.chain.node.rpc.JsonRpcFullNode;
import io.adit.chain.node.rpc.RpcOptions;
import io.adit.core.fil.Network;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import io.adit.core.task.EngineSettings;
import io.adit.core.task.NewTask;
import io.adit.core.task.Outcome;
import io.adit.core.task.Resources;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskEngine;
import io.adit.core.task.TaskHandler;
import io.adit.core.task.TaskPriority;
import io.adit.libp2p.Host;
import io.adit.libp2p.HostLimits;
import io.adit.libp2p.identity.Identity;
import io.adit.market.deal.wire.RetrievalTransports;
import io.adit.market.fetch.AddressRules;
import io.adit.market.fetch.TransferShares;
import io.adit.market.index.PieceIndex;
import io.adit.market.index.PieceIndexer;
import io.adit.market.policy.DealTerms;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * A provider's market in a process of its own that is flooded with proposals and killed. Arguments: folder, URL of the chain,
 * address to listen on, file with the identity.
 */
final class FloodNode {
    static final DealTerms TERMS = TestDeals.TERMS
            .withMaxStagingBytes(1L << 40)
            .withMaxStagingBytesPerClient(1L << 40)
            .withMaxDealsUnderWay(1_000_000)
            .withMaxQueuedBytes(1L << 40);
    static final Duration BEAT = Duration.ofMillis(100);

    private FloodNode() {}

    /**
     * What else the node does, as urgent as a proof: how late it is begun is written down, and how long it takes to ask the
     * chain for its head and to note something durably, as a proof does before its message goes out. The first one of a
     * process is late by what the process was away.
     */
    private static final class Heartbeat implements TaskHandler {
        static final String KIND = "flood.heartbeat";

        private final Path file;
        private final StateStore store;
        private final FullNode chain;
        private boolean begun;

        Heartbeat(Path file, StateStore store, FullNode chain) {
            this.file = file;
            this.store = store;
            this.chain = chain;
        }

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public Outcome run(Task task, TaskContext context) throws IOException {
            var late = Duration.between(task.notBefore(), context.now());
            long start = System.nanoTime();
            var head = chain.chainHead().height();
            store.transactVoid(tx -> tx.meta().put(KIND, head.toString()));
            long micros = (System.nanoTime() - start) / 1000;
            var line = (begun ? "next " : "first ") + late.toMillis() + " " + micros + "\n";
            begun = true;
            Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            return new Outcome.Later(BEAT, "flood.never", "beats again");
        }
    }

    public static void main(String[] arguments) throws Exception {
        var folder = Path.of(arguments[0]);
        var clock = Clock.systemUTC();
        var keys = new TestKeys().with(TestDeals.WORKER);
        try (var index = PieceIndex.open(folder.resolve("index"));
                var store = SqlStateStore.sqlite(folder.resolve("state.db"));
                var node = new JsonRpcFullNode(
                        ApiInfo.parse(arguments[1]), RpcOptions.defaults(Network.TESTNET), new SecureRandom())) {
            var outbox = new MessageOutbox(store, node, keys, clock);
            var pipeline = new DealPipeline(
                    settings(folder),
                    () -> TERMS,
                    store,
                    node,
                    keys,
                    outbox,
                    new DealBench.RecordingIntake(),
                    new PieceIndexer(index),
                    () -> new RetrievalTransports(List.of()),
                    clock);
            outbox.resumeAll();
            store.transactVoid(tx -> tx.tasks().enqueue(new NewTask(Heartbeat.KIND, "1", "{}", TaskPriority.COMMIT)));
            var handlers = Stream.concat(
                            pipeline.handlers().stream(),
                            Stream.of(new Heartbeat(folder.resolve("heartbeat"), store, node)))
                    .toList();
            try (var engine = new TaskEngine(
                            store,
                            clock,
                            new Resources(2, 1 << 28, 0, 0),
                            handlers,
                            new SimpleMeterRegistry(),
                            new EngineSettings(Duration.ofSeconds(2), Duration.ofMillis(20), Duration.ofSeconds(1)),
                            new SecureRandom());
                    var host = pipeline.serveOn(Host.builder()
                                    .identity(Identity.fromProtobuf(Files.readAllBytes(Path.of(arguments[3]))))
                                    .limits(HostLimits.defaults().withConnections(512, 256, 128))
                                    .listen(arguments[2]))
                            .build()) {
                engine.start();
                host.start();
                new CountDownLatch(1).await();
            }
        }
    }

    private static DealSettings settings(Path folder) {
        return new DealSettings(
                TestDeals.MINER,
                TestDeals.SEALING,
                folder.resolve("pieces"),
                new AddressRules(true),
                Duration.ofSeconds(1),
                64,
                TokenAmount.ZERO,
                DealBench.CONFIDENCE,
                new TransferShares.Limits(4, 4, 0, 0),
                Duration.ofSeconds(30),
                new AfterlifeSettings(Duration.ofHours(1), Duration.ofHours(1), 100, false),
                EscrowTerms.AS_NEEDED,
                LocatorSettings.NONE);
    }
}
