package io.adit.market.deal;

import io.adit.chain.message.MessageOutbox;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.DealRecord;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.task.EngineSettings;
import io.adit.core.task.Resources;
import io.adit.core.task.Task;
import io.adit.core.task.TaskEngine;
import io.adit.libp2p.Host;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.deal.wire.RetrievalTransports;
import io.adit.market.fetch.AddressRules;
import io.adit.market.fetch.TransferShares;
import io.adit.market.index.PieceIndex;
import io.adit.market.index.PieceIndexer;
import io.adit.market.policy.DealTerms;
import io.adit.sealing.pipeline.DealPiece;
import io.adit.sealing.pipeline.SectorIntake;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** A provider's market on a scripted chain, with a real store, engine and libp2p host. */
final class DealBench implements AutoCloseable {
    static final int CONFIDENCE = 2;

    final StateStore store;
    final FakeMarketChain chain;
    final DealPipeline pipeline;
    final Host provider;
    final Host client;
    final RecordingIntake intake = new RecordingIntake();
    final PieceIndex index;
    private final TaskEngine engine;

    /** Remembers in the store what it was given, so that a piece given twice shows. */
    static final class RecordingIntake implements SectorIntake {
        @Override
        public SectorNumber accept(Tx tx, DealPiece piece) {
            var key = "test.sector." + piece.deal();
            var times = tx.meta().get(key + ".times").map(Integer::parseInt).orElse(0) + 1;
            tx.meta().put(key, "7");
            tx.meta().put(key + ".times", String.valueOf(times));
            return new SectorNumber(7);
        }

        @Override
        public Optional<SectorNumber> sectorOf(Tx tx, UUID deal) {
            return tx.meta().get("test.sector." + deal).map(Long::parseLong).map(SectorNumber::new);
        }
    }

    DealBench(Path folder) throws Exception {
        this(folder, Duration.ZERO, 8, new FakeMarketChain(TestDeals.MINER, TestDeals.WORKER.address(), TestDeals.NOW));
    }

    DealBench(Path folder, Duration publishPeriod, int most, FakeMarketChain chain) throws Exception {
        this(folder, publishPeriod, most, chain, () -> TestDeals.TERMS);
    }

    DealBench(Path folder, Duration publishPeriod, int most, FakeMarketChain chain, Supplier<DealTerms> terms)
            throws Exception {
        this(folder, publishPeriod, most, chain, terms, settings -> settings);
    }

    DealBench(
            Path folder,
            Duration publishPeriod,
            int most,
            FakeMarketChain chain,
            Supplier<DealTerms> terms,
            UnaryOperator<DealSettings> change)
            throws Exception {
        this.chain = chain;
        chain.escrow(TestDeals.CLIENT.address(), TokenAmount.ofFil(1));
        index = PieceIndex.open(folder.resolve("index"));
        store = SqlStateStore.sqlite(folder.resolve("state.db"));
        var settings = change.apply(settings(folder, publishPeriod, most));
        var keys = new TestKeys().with(TestDeals.WORKER);
        var clock = Clock.systemUTC();
        pipeline = new DealPipeline(
                settings,
                terms,
                store,
                chain,
                keys,
                new MessageOutbox(store, chain, keys, clock),
                intake,
                new PieceIndexer(index),
                () -> new RetrievalTransports(List.of(new RetrievalTransports.Transport(
                        "http",
                        List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/7777/http").bytes())))),
                clock);
        engine = new TaskEngine(
                store,
                clock,
                new Resources(4, 1 << 30, 0, 0),
                pipeline.handlers(),
                new SimpleMeterRegistry(),
                new EngineSettings(Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofSeconds(2)),
                new SecureRandom());
        var random = new SecureRandom();
        provider = pipeline.serveOn(Host.builder()
                        .identity(Identity.generate(KeyType.ED25519, random))
                        .listen("/ip4/127.0.0.1/tcp/0"))
                .build();
        provider.start();
        client = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .build();
        client.start();
    }

    static DealSettings settings(Path folder, Duration publishPeriod, int most) {
        return new DealSettings(
                TestDeals.MINER,
                TestDeals.SEALING,
                folder.resolve("pieces"),
                new AddressRules(true),
                publishPeriod,
                most,
                TokenAmount.ZERO,
                CONFIDENCE,
                new TransferShares.Limits(4, 4, 0, 0),
                Duration.ofMillis(20),
                new AfterlifeSettings(Duration.ofMillis(20), Duration.ofHours(1), 100, false),
                EscrowTerms.AS_NEEDED,
                LocatorSettings.NONE);
    }

    DealBench run() {
        pipeline.restoreIndex();
        engine.start();
        return this;
    }

    DealRecord deal(UUID uuid) {
        return store.read(tx -> tx.deals().find(uuid)).orElseThrow();
    }

    List<DealRecord> deals() {
        return store.read(tx -> tx.deals().list());
    }

    List<Task> unfinishedTasks() {
        return store.read(tx -> tx.tasks().listUnfinished());
    }

    @Override
    public void close() {
        client.close();
        provider.close();
        engine.close();
        store.close();
        index.close();
    }
}
