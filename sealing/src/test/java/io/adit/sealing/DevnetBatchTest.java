package io.adit.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.CreateMinerParams;
import io.adit.chain.actor.CreateMinerReturn;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.SignatureType;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.SqlStateStore;
import io.adit.core.task.Outcome;
import io.adit.core.task.Resources;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskEngine;
import io.adit.core.task.TaskHandler;
import io.adit.devnet.Devnet;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.SealVerification;
import io.adit.sealing.pipeline.SealingPipeline;
import io.adit.sealing.pipeline.SealingSettings;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePaths;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several sectors of one miner, sealed for real but for C2, in one message each on the embedded devnet's actors. */
class DevnetBatchTest {

    private static final SectorSize SIZE = SectorSize.KIB_2;
    private static final int SECTORS = 3;

    @TempDir
    Path directory;

    private final InstantSource clock = InstantSource.system();
    private final FakeSigner worker = new FakeSigner(SignatureType.BLS, 3);

    /** Takes no time for C2 and refuses the proofs of one sector. */
    private static final class WithoutCommit2 extends ProofsDecorator {
        private static final byte[] MARK = mark();
        private final long refused;

        WithoutCommit2(long refused) {
            super(ProofsTestKit.proofs());
            this.refused = refused;
        }

        private static byte[] mark() {
            byte[] bytes = new byte[192];
            Arrays.fill(bytes, (byte) 0xad);
            return bytes;
        }

        @Override
        public byte[] commit2(byte[] phase1, SectorId sector) {
            return MARK;
        }

        @Override
        public boolean verifySeal(SealVerification seal) {
            return seal.sector().number().value() != refused && Arrays.equals(seal.proof(), MARK);
        }
    }

    /** Lets a step begin only when all sectors have come to it, so that all are ready at once. */
    private static final class Together implements TaskHandler {
        private final TaskHandler handler;
        private final SqlStateStore store;
        private final SectorState state;
        private boolean open;

        Together(TaskHandler handler, SqlStateStore store, SectorState state) {
            this.handler = handler;
            this.store = store;
            this.state = state;
        }

        @Override
        public String kind() {
            return handler.kind();
        }

        @Override
        public synchronized Outcome run(Task task, TaskContext context) throws Exception {
            open |= store.read(tx -> tx.sectors().listInState(state).size()) == SECTORS;
            return open
                    ? handler.run(task, context)
                    : new Outcome.Later(Duration.ofMillis(50), "nothing", "the others are not there yet");
        }
    }

    @Test
    void twoSectorsAreActiveAndTheThirdSaysWhy_whenTheChainRefusesOneOfThreeProofsInAMessage() throws Exception {
        var policy = ChainPolicy.fast().withBlockTime(Duration.ofMillis(10));
        var settings = new ChainSettings(policy, SIZE, 29, Instant.ofEpochSecond(1_800_000_000), new byte[32]);
        long refused = 1;
        try (var devnet = Devnet.inMemory(settings, new WithoutCommit2(refused), Duration.ZERO);
                var store = SqlStateStore.sqlite(directory.resolve("state.db"))) {
            devnet.ledger().fund(worker.address(), TokenAmount.ofFil(10_000));
            devnet.advance(2);
            var outbox = new MessageOutbox(store, devnet.node(), worker, clock);
            ActorId miner = createMiner(devnet, outbox);
            var pipeline = pipeline(devnet, store, outbox, miner);
            var handlers = pipeline.handlers().stream()
                    .map(handler -> together(handler, store))
                    .toList();
            pipeline.start();
            try (var engine = new TaskEngine(
                    store, clock, new Resources(2, 8L << 30, 1, 0), handlers, new SimpleMeterRegistry())) {
                engine.start();
                for (int i = 0; i < SECTORS; i++) {
                    pipeline.pledge();
                }
                devnet.start();
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> sectors(store).stream()
                                .allMatch(sector -> sector.state() == SectorState.Proving
                                        || sector.state() == SectorState.CommitFailed));
            }

            var sent = store.read(tx -> tx.messages().recent(100)).stream()
                    .filter(message -> !message.intentKey().equals("create"))
                    .toList();
            assertThat(sent)
                    .extracting(MessageRecord::method)
                    .containsExactly(
                            MinerMethod.PROVE_COMMIT_SECTORS3.number(), MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number());
            assertThat(sent)
                    .extracting(message -> message.exitCode().orElseThrow())
                    .containsOnly(0L);
            var third = sectors(store).get((int) refused);
            assertThat(third.state()).isEqualTo(SectorState.CommitFailed);
            assertThat(third.error().orElseThrow()).contains("COMMIT_FAILED", "exit code 16", "one of its 3 sectors");
            assertThat(sectors(store).stream().filter(sector -> sector.state() == SectorState.Proving))
                    .hasSize(2)
                    .allSatisfy(sector -> assertThat(
                                    devnet.node().stateSectorGetInfo(miner.address(), sector.number(), TipSetKey.EMPTY))
                            .isPresent());
            assertThat(devnet.node().stateSectorGetInfo(miner.address(), new SectorNumber(refused), TipSetKey.EMPTY))
                    .isEmpty();
        }
    }

    private static TaskHandler together(TaskHandler handler, SqlStateStore store) {
        return switch (handler.kind()) {
            case "sector.precommit.send" -> new Together(handler, store, SectorState.PreCommitting);
            case "sector.commit.send" -> new Together(handler, store, SectorState.SubmitCommit);
            default -> handler;
        };
    }

    private static List<SectorRecord> sectors(SqlStateStore store) {
        return store.read(tx -> tx.sectors().list());
    }

    private SealingPipeline pipeline(Devnet devnet, SqlStateStore store, MessageOutbox outbox, ActorId miner)
            throws IOException {
        var paths = StoragePaths.open(directory.resolve("storage.json"), SpaceProbe.ofSystem(), clock);
        paths.init(directory.resolve("path"), PathSettings.create(UUID.randomUUID(), true, true));
        return new SealingPipeline(
                SealingSettings.devnet(miner, worker.address(), SIZE),
                store,
                devnet.node(),
                new WithoutCommit2(-1),
                paths,
                outbox,
                clock,
                new SimpleMeterRegistry());
    }

    private ActorId createMiner(Devnet devnet, MessageOutbox outbox) {
        var params = new CreateMinerParams(
                worker.address(),
                worker.address(),
                RegisteredSealProof.interactive(SIZE).windowPoSt().number(),
                new byte[0],
                List.of());
        outbox.send(new MessageIntent(
                "create",
                worker.address(),
                Actor.POWER,
                devnet.node().stateMinerCreationDeposit(TipSetKey.EMPTY),
                2,
                params.toCbor(),
                TokenAmount.ofFil(1),
                MessagePriority.BACKGROUND));
        devnet.advance(2);
        var found = outbox.found("create", 0).orElseThrow();
        return new ActorId(CreateMinerReturn.fromCbor(found.receipt().returnValue())
                .idAddress()
                .id()
                .orElseThrow());
    }
}
