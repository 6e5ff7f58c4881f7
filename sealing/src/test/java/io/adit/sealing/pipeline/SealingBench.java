package io.adit.sealing.pipeline;

import static org.awaitility.Awaitility.await;

import io.adit.chain.message.MessageOutbox;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.ipld.CborWriter;
import io.adit.core.state.Bytes;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import io.adit.core.task.EngineSettings;
import io.adit.core.task.Resources;
import io.adit.core.task.TaskEngine;
import io.adit.core.task.TaskHandler;
import io.adit.proofs.Proofs;
import io.adit.sealing.FakeChain;
import io.adit.sealing.FakeSigner;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePaths;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** A node that only seals: real store, engine, outbox, paths and (mostly) proofs on a scripted chain. */
final class SealingBench implements AutoCloseable {

    static final ActorId MINER = new ActorId(1000);

    final FakeSigner signer = new FakeSigner();
    final FakeChain chain = new FakeChain(MINER.address(), 25);
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Path directory;
    volatile long free = 1 << 20;
    StateStore store;
    StoragePaths paths;
    SealingPipeline pipeline;
    TaskEngine engine;
    private Proofs proofs;
    private UnaryOperator<TaskHandler> wrap = handler -> handler;

    SealingBench(Path directory, Proofs proofs) {
        this.directory = directory;
        this.proofs = proofs;
        // Number 0 is taken, so the first sector is number 1, as in the fixture.
        chain.allocate(0);
        var fresh = openPaths();
        fresh.init(directory.resolve("scratch"), PathSettings.create(UUID.randomUUID(), true, false));
        fresh.init(directory.resolve("store"), PathSettings.create(UUID.randomUUID(), false, true));
        open();
        chain.onHead(head -> pipeline.onHead(engine::signal));
    }

    private StoragePaths openPaths() {
        return StoragePaths.open(
                directory.resolve("storage.json"), path -> new SpaceProbe.Space(1 << 30, free), InstantSource.system());
    }

    private void open() {
        var clock = InstantSource.system();
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        paths = openPaths();
        var outbox = new MessageOutbox(store, chain, signer, clock);
        pipeline = new SealingPipeline(settings(), store, chain, proofs, paths, outbox, clock, meters);
        engine = new TaskEngine(
                store,
                clock,
                new Resources(2, 8L << 30, 1, 0),
                pipeline.handlers().stream().map(wrap).toList(),
                meters,
                new EngineSettings(Duration.ofSeconds(30), Duration.ofMillis(20), Duration.ofSeconds(5)),
                new Random(1));
    }

    private SealingSettings settings() {
        var devnet = SealingSettings.devnet(MINER, signer.address(), SectorSize.KIB_2);
        return devnet.withWaitDealsDelay(waitDeals)
                .withDealStartSlack(0)
                .withProofAttempts(2)
                .withHeadPoll(Duration.ofMillis(20))
                .withTrouble(Duration.ofMillis(200))
                .withBatches(batches);
    }

    private Duration waitDeals = Duration.ZERO;
    private BatchSettings batches = BatchSettings.devnet();

    SealingBench waitingForDeals(Duration delay) {
        waitDeals = delay;
        return restart();
    }

    SealingBench batching(BatchSettings other) {
        batches = other;
        return restart();
    }

    SealingBench wrapping(UnaryOperator<TaskHandler> wrapper) {
        wrap = wrapper;
        return restart();
    }

    SealingBench proving(Proofs other) {
        proofs = other;
        return restart();
    }

    SealingBench start() {
        pipeline.start();
        engine.start();
        return this;
    }

    /** What a restart of the process does, without the kill. */
    SealingBench restart() {
        close();
        open();
        return this;
    }

    DealPiece piece(byte[] data, PieceInfo piece, long dealId) {
        return piece(data, piece, dealId, new Epoch(100_000), new Epoch(700_000));
    }

    DealPiece piece(byte[] data, PieceInfo piece, long dealId, Epoch start, Epoch end) {
        try {
            Path file = directory.resolve("piece-" + dealId);
            Files.write(file, data);
            return new DealPiece(
                    new UUID(0, dealId),
                    piece,
                    file,
                    data.length,
                    dealId,
                    start,
                    end,
                    new Bytes(new CborWriter().uint(dealId).toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    SectorNumber accept(DealPiece piece) {
        return store.transact(tx -> pipeline.intake().accept(tx, piece));
    }

    SectorRecord sector(SectorNumber number) {
        return store.read(tx -> tx.sectors().find(number)).orElseThrow();
    }

    SectorState state(SectorNumber number) {
        return sector(number).state();
    }

    /** Lets epochs pass until the sector is in the state. */
    void until(SectorNumber number, SectorState state) {
        until(() -> state(number) == state, () -> "sector " + sector(number));
    }

    void until(BooleanSupplier condition, java.util.function.Supplier<String> what) {
        try {
            await().atMost(Duration.ofSeconds(40))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        chain.advance(1);
                        return condition.getAsBoolean();
                    });
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError(what.get() + "\n" + engine.tasks(), e);
        }
    }

    List<Path> files(SectorNumber number) {
        return pipeline.sector(number).orElseThrow().files();
    }

    @Override
    public void close() {
        engine.close();
        store.close();
    }
}
