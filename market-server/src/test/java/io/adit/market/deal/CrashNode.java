package io.adit.market.deal;

import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.rpc.ApiInfo;
import io.adit.chain.node.rpc.JsonRpcFullNode;
import io.adit.chain.node.rpc.RpcOptions;
import io.adit.core.fil.Network;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.SqlStateStore;
import io.adit.core.task.EngineSettings;
import io.adit.core.task.Resources;
import io.adit.core.task.TaskEngine;
import io.adit.market.deal.wire.RetrievalTransports;
import io.adit.market.fetch.AddressRules;
import io.adit.market.fetch.TransferShares;
import io.adit.market.index.PieceIndex;
import io.adit.market.index.PieceIndexer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * A provider's market in a process that tests may kill. Proposes one deal to itself, as long as it does not know it, and
 * ends with 0 when the deal's piece is in a sector and indexed, with 3 when the deal failed.
 */
final class CrashNode {
    static final UUID DEAL = new UUID(0xc, 0xc);
    static final byte[] DATA = TestDeals.data(77, 900);

    private CrashNode() {}

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
                    () -> TestDeals.TERMS,
                    store,
                    node,
                    keys,
                    outbox,
                    new DealBench.RecordingIntake(),
                    new PieceIndexer(index),
                    () -> new RetrievalTransports(List.of()),
                    clock);
            pipeline.desk().propose(TestDeals.params(DEAL, DATA, arguments[2]));
            outbox.resumeAll();
            try (var engine = new TaskEngine(
                    store,
                    clock,
                    new Resources(2, 1 << 28, 0, 0),
                    pipeline.handlers(),
                    new SimpleMeterRegistry(),
                    new EngineSettings(Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofSeconds(1)),
                    new SecureRandom())) {
                engine.start();
                System.exit(waitForEnd(store));
            }
        }
    }

    private static int waitForEnd(SqlStateStore store) {
        while (true) {
            Optional<DealRecord> deal = store.read(tx -> tx.deals().find(DEAL));
            if (deal.flatMap(DealRecord::error).isPresent()) {
                return 3;
            }
            if (deal.map(DealRecord::checkpoint).equals(Optional.of(DealCheckpoint.IndexedAndAnnounced))) {
                return 0;
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private static DealSettings settings(Path folder) {
        return new DealSettings(
                TestDeals.MINER,
                TestDeals.SEALING,
                folder.resolve("pieces"),
                new AddressRules(true),
                Duration.ZERO,
                8,
                TokenAmount.ZERO,
                DealBench.CONFIDENCE,
                new TransferShares.Limits(4, 4, 0, 0),
                Duration.ofMillis(50),
                new AfterlifeSettings(Duration.ofMillis(20), Duration.ofHours(1), 100, false),
                EscrowTerms.AS_NEEDED,
                LocatorSettings.NONE);
    }
}
