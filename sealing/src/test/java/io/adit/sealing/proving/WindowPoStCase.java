package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.message.MessageOutbox;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageState;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import io.adit.proofs.Proofs;
import io.adit.proofs.SealedSectorFixture;
import io.adit.sealing.FakeChain;
import io.adit.sealing.FakeMiner;
import io.adit.sealing.FakeSigner;
import io.adit.sealing.proving.PartitionProof.Phase;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePath;
import io.adit.sealing.storage.StoragePaths;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A scheduler over two sectors of 2 KiB. Deadlines of 10 epochs, 6 in a period of 60, challenge 4 epochs and fault cutoff 10 epochs
 * before opening. */
abstract class WindowPoStCase {
    static final ActorId MINER = new ActorId(1000);

    static final long DEADLINE = 2;

    /** Deadline 2 of the first period is open from epoch 20 to 29. */
    static final long OPEN = 20;

    @TempDir
    Path directory;

    final FakeSigner signer = new FakeSigner();

    final FakeChain chain = new FakeChain(MINER.address(), 1);

    final QuickProofs proofs = new QuickProofs();

    StateStore store;

    StoragePath path;

    WindowPoStScheduler scheduler;

    @BeforeEach
    void open() throws IOException {
        StoragePaths paths = paths();
        path = paths.init(directory.resolve("store"), PathSettings.create(UUID.randomUUID(), true, true));
        store = SqlStateStore.sqlite(directory.resolve("state.db"));
        scheduler = scheduler(proofs);
        for (long number = 1; number <= 2; number++) {
            addSector(number);
        }
        chain.onHead(head -> scheduler.onHead(head));
    }

    StoragePaths paths() {
        return StoragePaths.open(directory.resolve("storage.json"), SpaceProbe.ofSystem(), InstantSource.system());
    }

    WindowPoStScheduler scheduler(Proofs with) {
        return scheduler(with, signer);
    }

    WindowPoStScheduler scheduler(Proofs with, Signer signing) {
        return scheduler(settings(), with, signing);
    }

    ProvingSettings settings() {
        return ProvingSettings.devnet(MINER, signer.address(), SectorSize.KIB_2);
    }

    WindowPoStScheduler scheduler(ProvingSettings settings, Proofs with, Signer signing) {
        var outbox = new MessageOutbox(store, chain, signing, InstantSource.system());
        return new WindowPoStScheduler(settings, store, chain, with, paths(), outbox, new SimpleMeterRegistry());
    }

    void addSector(long number) throws IOException {
        var sector = new SectorId(MINER, new SectorNumber(number));
        Files.write(path.file(sector, SectorFileType.SEALED), new byte[2048]);
        Path cache = Files.createDirectories(path.file(sector, SectorFileType.CACHE));
        for (String name : List.of("p_aux", "t_aux", "sc-02-data-tree-r-last.dat")) {
            Files.write(cache.resolve(name), new byte[name.equals("p_aux") ? 64 : 32]);
        }
        chain.put(
                FakeMiner.onChain(
                        sector.number(),
                        5,
                        SealedSectorFixture.get().commitments().commR().asSealedCid(),
                        new Epoch(0),
                        new Epoch(1_000_000)),
                DEADLINE);
    }

    @AfterEach
    void close() {
        proofs.gate.countDown();
        scheduler.close();
        store.close();
    }

    void advanceTo(long epoch) {
        chain.advance(Math.toIntExact(epoch - chain.chainHead().height().value()));
    }

    static void until(BooleanSupplier condition) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(condition::getAsBoolean);
    }

    SubmitWindowedPoStParams onlyProof() {
        assertThat(chain.proofs()).hasSize(1);
        return chain.proofs().getFirst();
    }

    /** Holds the clock until a message is in the pool, then lets it in. */
    void untilIncluded(int proofsOnChain) {
        until(() -> {
            if (!chain.mpoolPending(chain.chainHead().key()).isEmpty()) {
                chain.advance(1);
            }
            return chain.proofs().size() >= proofsOnChain;
        });
    }

    Phase phase() {
        return scheduler.recent().getFirst().phase();
    }

    void awaitProven() {
        until(() -> !scheduler.recent().isEmpty() && phase() == Phase.PROVEN);
    }

    void cancelled(String key) {
        store.transactVoid(
                tx -> tx.messages().update(tx.messages().find(key).orElseThrow().withState(MessageState.CANCELLED)));
    }
}
