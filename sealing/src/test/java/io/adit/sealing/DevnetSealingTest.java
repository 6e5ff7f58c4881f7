package io.adit.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.AddBalanceParams;
import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.CreateMinerParams;
import io.adit.chain.actor.CreateMinerReturn;
import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.chain.actor.PublishStorageDealsParams;
import io.adit.chain.actor.PublishStorageDealsReturn;
import io.adit.chain.head.Delivery;
import io.adit.chain.head.HeadFollower;
import io.adit.chain.head.HeadOptions;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborWriter;
import io.adit.core.keys.SignatureType;
import io.adit.core.state.Bytes;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.SqlStateStore;
import io.adit.core.task.Resources;
import io.adit.core.task.TaskEngine;
import io.adit.devnet.Devnet;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.Proofs;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.SealVerification;
import io.adit.proofs.WindowPoSt;
import io.adit.sealing.pipeline.DealPiece;
import io.adit.sealing.pipeline.SealingPipeline;
import io.adit.sealing.pipeline.SealingSettings;
import io.adit.sealing.proving.PartitionProof;
import io.adit.sealing.proving.ProvingSettings;
import io.adit.sealing.proving.WindowPoStScheduler;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePaths;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole life of a deal's sector against the embedded devnet, whose clock runs at 10 ms an epoch. */
class DevnetSealingTest {

    private static final byte[] UNPROVEN = filled(192, 0xad);

    @TempDir
    Path directory;

    private final InstantSource clock = InstantSource.system();
    private final FakeSigner worker = new FakeSigner(SignatureType.BLS, 3);
    private final FakeSigner client = new FakeSigner(SignatureType.SECP256K1, 5);

    /** Everything real but C2, which would take both cores for a minute; the chain accepts its mark instead. */
    private static class WithoutCommit2 extends ProofsDecorator {
        WithoutCommit2() {
            super(ProofsTestKit.proofs());
        }

        @Override
        public byte[] commit2(byte[] phase1, SectorId sector) {
            return UNPROVEN;
        }

        @Override
        public boolean verifySeal(SealVerification seal) {
            return Arrays.equals(seal.proof(), UNPROVEN);
        }
    }

    /** Hands a window proof out only when the test says so. */
    private static final class HeldWindowProofs extends WithoutCommit2 {
        private final AtomicInteger made = new AtomicInteger();
        private final AtomicReference<CountDownLatch> gate = new AtomicReference<>(new CountDownLatch(0));

        @Override
        public WindowPoSt windowPoSt(
                RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
            var proven = super.windowPoSt(proof, miner, randomness, replicas);
            made.incrementAndGet();
            try {
                gate.get().await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("the node stops", e);
            }
            return proven;
        }
    }

    @Test
    void dealIsSealedActivatedAndProvenForTwoPeriods_whenAllButC2IsReal() throws Exception {
        liveThrough(new WithoutCommit2(), Duration.ofMinutes(1));
    }

    @Test
    @Tag("slow")
    void dealIsSealedActivatedAndProvenForTwoPeriods_whenEveryProofIsReal() throws Exception {
        liveThrough(ProofsTestKit.proofs(), Duration.ofMinutes(8));
    }

    /** A node that seals and proves one deal's sector on its own chain. */
    private record Life(
            Devnet devnet,
            SqlStateStore store,
            AtomicReference<WindowPoStScheduler> proving,
            Supplier<WindowPoStScheduler> restart,
            ActorId miner,
            DealPiece deal,
            SectorNumber number) {

        /** Lets epochs pass one by one until the condition holds; holds the clock before a deadline would be missed. */
        void passUntil(Duration atMost, BooleanSupplier condition) {
            await().atMost(atMost).pollInterval(Duration.ofMillis(10)).until(() -> {
                if (!devnet.ledger().lastChanceAhead()) {
                    devnet.advance(1);
                }
                return condition.getAsBoolean();
            });
        }

        /** What a window proof must name of the chain it is sent to. */
        Randomness chainCommit(Epoch challenge) {
            return devnet.node()
                    .stateGetRandomnessFromTickets(
                            DomainSeparationTag.POST_CHAIN_COMMIT.number(), challenge, new byte[0], TipSetKey.EMPTY);
        }

        boolean faulty() {
            return !devnet.node()
                    .stateMinerFaults(miner.address(), TipSetKey.EMPTY)
                    .isEmpty();
        }
    }

    @FunctionalInterface
    private interface Story {
        void tell(Life life) throws InterruptedException;
    }

    private void liveThrough(Proofs proofs, Duration atMost) throws IOException, InterruptedException {
        live(proofs, Duration.ofMinutes(2), life -> {
            life.devnet().start();
            until(atMost, () -> sector(life.store(), life.number()).state() == SectorState.Proving);
            until(atMost, () -> accepted(life.proving().get()) >= 2);

            var head = TipSetKey.EMPTY;
            var node = life.devnet().node();
            assertThat(life.faulty()).isFalse();
            assertThat(node.stateMinerPower(life.miner().address(), head)
                            .minerPower()
                            .rawBytePower())
                    .isEqualTo(java.math.BigInteger.valueOf(2048));
            assertThat(node.stateMarketStorageDeal(life.deal().chainDealId().orElseThrow(), head)
                            .orElseThrow()
                            .state()
                            .sectorStartEpoch()
                            .value())
                    .isPositive();
            assertThat(life.proving().get().recent()).noneMatch(proof -> proof.phase() == PartitionProof.Phase.MISSED);
        });
    }

    @Test
    void missedSectorIsRecoveredAndProven_whenTheNodeSleptAndAForkFollows() throws Exception {
        var atMost = Duration.ofMinutes(1);
        var proofs = new HeldWindowProofs();
        live(proofs, Duration.ZERO, life -> {
            life.passUntil(atMost, () -> sector(life.store(), life.number()).state() == SectorState.Proving);
            life.proving().get().close();
            int period = 48 * 10;
            life.devnet().advance(2L * period);
            assertThat(life.faulty()).as("nobody proved for a period").isTrue();
            assertThat(life.devnet().held()).isZero();

            life.proving().set(life.restart().get());
            life.passUntil(atMost, () -> !life.faulty());
            life.passUntil(atMost, () -> accepted(life.proving().get()) == 1);

            int before = proofs.made.get();
            proofs.gate.set(new CountDownLatch(1));
            long open = life.proving().get().recent().getFirst().open().value() + period;
            life.devnet().advanceTo(open);
            until(atMost, () -> proofs.made.get() > before);
            var challenge = new Epoch(open
                    - life.devnet()
                            .node()
                            .stateMinerProvingDeadline(life.miner().address(), TipSetKey.EMPTY)
                            .wPoStChallengeLookback());
            Randomness commit = life.chainCommit(challenge);
            int belowTheChallenge = Math.toIntExact(life.devnet().epoch() - challenge.value() + 1);
            life.devnet().reorg(belowTheChallenge);
            assertThat(life.chainCommit(challenge))
                    .as("the fork has other tickets")
                    .isNotEqualTo(commit);
            proofs.gate.get().countDown();
            life.passUntil(atMost, () -> accepted(life.proving().get()) == 2);
            assertThat(proofs.made)
                    .as("the beacon asks the same on every fork; only what the proof is sent with is drawn again")
                    .hasValue(before + 1);
            life.devnet().advance(period / 4);

            assertThat(life.faulty()).isFalse();
            var last = life.proving().get().recent().getFirst();
            assertThat(last.phase()).isEqualTo(PartitionProof.Phase.ACCEPTED);
            var desk = life.proving().get().desk();
            assertThat(desk.check(Optional.empty(), true))
                    .singleElement()
                    .satisfies(check -> assertThat(check.problem()).isEmpty());
            assertThat(desk.compute(last.deadline(), Optional.empty()))
                    .singleElement()
                    .satisfies(run -> {
                        assertThat(run.problem()).isEmpty();
                        assertThat(run.sectors()).isEqualTo(1);
                    });
            assertThat(accepted(life.proving().get())).as("nothing was sent").isEqualTo(2);
        });
    }

    private void live(Proofs proofs, Duration patience, Story story) throws IOException, InterruptedException {
        var policy = ChainPolicy.fast().withBlockTime(Duration.ofMillis(10));
        var settings =
                new ChainSettings(policy, SectorSize.KIB_2, 29, Instant.ofEpochSecond(1_800_000_000), filled(32, 9));
        try (var devnet = Devnet.inMemory(settings, proofs, patience);
                var store = SqlStateStore.sqlite(directory.resolve("state.db"))) {
            devnet.ledger().fund(worker.address(), TokenAmount.ofFil(10_000));
            devnet.ledger().fund(client.address(), TokenAmount.ofFil(1_000));
            devnet.advance(2);
            var messages = new MessageOutbox(store, devnet.node(), worker, clock);
            ActorId miner = createMiner(devnet, messages);
            DealPiece deal = publish(devnet, messages, new MessageOutbox(store, devnet.node(), client, clock), miner);
            var paths = StoragePaths.open(directory.resolve("storage.json"), SpaceProbe.ofSystem(), clock);
            paths.init(directory.resolve("path"), PathSettings.create(UUID.randomUUID(), true, true));
            var meters = new SimpleMeterRegistry();
            var pipeline = new SealingPipeline(
                    SealingSettings.devnet(miner, worker.address(), SectorSize.KIB_2),
                    store,
                    devnet.node(),
                    proofs,
                    paths,
                    messages,
                    clock,
                    meters);
            Supplier<WindowPoStScheduler> starting = () -> {
                var scheduler = new WindowPoStScheduler(
                        ProvingSettings.devnet(miner, worker.address(), SectorSize.KIB_2),
                        store,
                        devnet.node(),
                        proofs,
                        paths,
                        messages,
                        meters);
                scheduler.start();
                return scheduler;
            };
            var resources = new Resources(2, 8L << 30, 1, 0);
            var proving = new AtomicReference<>(starting.get());
            try (var engine = new TaskEngine(store, clock, resources, pipeline.handlers(), meters);
                    var follower = new HeadFollower(devnet.node(), HeadOptions.defaults())) {
                follower.listen(Delivery.COALESCED, update -> {
                    pipeline.onHead(engine::signal);
                    proving.get().onHead(update.head());
                });
                pipeline.start();
                engine.start();
                follower.start();
                SectorNumber number = store.transact(tx -> pipeline.intake().accept(tx, deal));
                story.tell(new Life(devnet, store, proving, starting, miner, deal, number));
            } finally {
                proving.get().close();
            }
        }
    }

    private static SectorRecord sector(SqlStateStore store, SectorNumber number) {
        return store.read(tx -> tx.sectors().find(number)).orElseThrow();
    }

    private static long accepted(WindowPoStScheduler scheduler) {
        return scheduler.recent().stream()
                .filter(proof -> proof.phase() == PartitionProof.Phase.ACCEPTED)
                .filter(proof -> proof.message().isPresent())
                .count();
    }

    private static void until(Duration atMost, BooleanSupplier condition) {
        await().atMost(atMost).pollInterval(Duration.ofMillis(50)).until(condition::getAsBoolean);
    }

    private ActorId createMiner(Devnet devnet, MessageOutbox messages) {
        var node = devnet.node();
        var params = new CreateMinerParams(
                worker.address(),
                worker.address(),
                RegisteredSealProof.interactive(SectorSize.KIB_2).windowPoSt().number(),
                new byte[0],
                List.of());
        byte[] answer = run(
                devnet,
                messages,
                intent(
                        "create",
                        worker,
                        Actor.POWER,
                        node.stateMinerCreationDeposit(TipSetKey.EMPTY),
                        2,
                        params.toCbor()));
        return new ActorId(CreateMinerReturn.fromCbor(answer).idAddress().id().orElseThrow());
    }

    private DealPiece publish(Devnet devnet, MessageOutbox messages, MessageOutbox clientMessages, ActorId miner)
            throws IOException {
        var ten = TokenAmount.ofFil(10);
        run(
                devnet,
                clientMessages,
                intent("escrow", client, Actor.MARKET, ten, 2, new AddBalanceParams(client.address()).toCbor()));
        run(
                devnet,
                messages,
                intent("collateral", worker, Actor.MARKET, ten, 2, new AddBalanceParams(miner.address()).toCbor()));
        byte[] data = new byte[1500];
        new Random(11).nextBytes(data);
        Path file = Files.write(directory.resolve("piece"), data);
        var commP = new CommP();
        commP.update(data, 0, data.length);
        PieceInfo piece = commP.finish();
        var start = new Epoch(devnet.epoch() + 100_000);
        var end = start.plus(200 * 2880);
        var proposal = new DealProposal(
                piece.pieceCidV1(),
                piece.size().bytes(),
                false,
                client.address(),
                miner.address(),
                new DealLabel.Text("mars"),
                start,
                end,
                TokenAmount.ofAtto(1_000),
                devnet.node()
                        .stateDealProviderCollateralBounds(piece.size(), false, TipSetKey.EMPTY)
                        .min(),
                TokenAmount.ZERO);
        var signed = new ClientDealProposal(proposal, client.sign(client.address(), proposal.toCbor()));
        byte[] answer = run(
                devnet,
                messages,
                intent(
                        "publish",
                        worker,
                        Actor.MARKET,
                        TokenAmount.ZERO,
                        4,
                        new PublishStorageDealsParams(List.of(signed)).toCbor()));
        long id = PublishStorageDealsReturn.fromCbor(answer).ids().getFirst();
        var notification = new Bytes(new CborWriter().uint(id).toByteArray());
        return new DealPiece(new UUID(0, id), piece, file, data.length, id, start, end, notification);
    }

    private static MessageIntent intent(
            String key, FakeSigner from, Address to, TokenAmount value, long method, byte[] params) {
        return new MessageIntent(
                key, from.address(), to, value, method, params, TokenAmount.ofFil(1), MessagePriority.BACKGROUND);
    }

    /** Sends, makes blocks until the message was executed, and answers what it returned. */
    private static byte[] run(Devnet devnet, MessageOutbox messages, MessageIntent intent) {
        messages.send(intent);
        devnet.advance(2);
        var found = messages.found(intent.key(), 0).orElseThrow();
        assertThat(found.receipt().exitCode()).as(intent.key()).isZero();
        return found.receipt().returnValue();
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
