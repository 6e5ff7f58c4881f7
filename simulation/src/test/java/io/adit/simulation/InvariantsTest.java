package io.adit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.BatchReturn;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.node.pool.MemberView;
import io.adit.chain.node.pool.Verdict;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Hashes;
import io.adit.core.state.Bytes;
import io.adit.core.state.MessageCandidate;
import io.adit.core.state.MessageCandidate.Purpose;
import io.adit.core.state.MessageRecord;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.StateStore;
import io.adit.core.time.SimulatedTimeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each invariant that no tampered run breaks is shown here the events that it must not be quiet about. */
class InvariantsTest {
    private static final Address MINER = Address.ofId(1000);
    private static final Address WORKER = World.workerKey().address();
    private static final MessageReceipt WELL = new MessageReceipt(0, new byte[0], 1, Optional.empty());
    private static final MessageReceipt REFUSED = new MessageReceipt(16, new byte[0], 1, Optional.empty());

    private final Breaches breaches = new Breaches(() -> 7);
    private final SimulatedTimeline timeline = new SimulatedTimeline(Instant.EPOCH, new SplittableRandom(1));
    private RunStore files;
    private StateStore store;

    @BeforeEach
    void open() throws Exception {
        files = new RunStore();
        store = files.emptied();
    }

    @AfterEach
    void close() throws Exception {
        files.close();
    }

    private static SignedMessage message(long nonce, long method, byte[] params) {
        var fee = TokenAmount.ofAtto(100);
        var message = new Message(0, MINER, WORKER, nonce, TokenAmount.ZERO, 1_000, fee, fee, method, params);
        return new SignedMessage(message, World.workerKey().sign(message.signingBytes()));
    }

    private static SignedMessage preCommit(long nonce, int replica) {
        var bytes = Hashes.sha256(new byte[] {(byte) replica});
        bytes[31] &= 0x1f;
        var sector = new SectorPreCommitInfo(
                RegisteredSealProof.STACKED_DRG_2KIB_V1_1.number(),
                new SectorNumber(3),
                Commitment.of(bytes).asSealedCid(),
                new Epoch(1),
                List.of(),
                new Epoch(700_000),
                Optional.empty());
        return message(
                nonce,
                MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number(),
                new PreCommitSectorBatch2Params(List.of(sector)).toCbor());
    }

    private static SignedMessage proveCommit(long nonce) {
        return proveCommit(nonce, 3);
    }

    private static SignedMessage proveCommit(long nonce, long... sectors) {
        var manifests = LongStream.of(sectors)
                .mapToObj(sector -> new SectorActivationManifest(new SectorNumber(sector), List.of()))
                .toList();
        return message(
                nonce,
                MinerMethod.PROVE_COMMIT_SECTORS3.number(),
                new ProveCommitSectors3Params(
                                manifests,
                                Collections.nCopies(sectors.length, new byte[192]),
                                new byte[0],
                                Optional.empty(),
                                true,
                                true)
                        .toCbor());
    }

    private static MessageReceipt verdicts(Long... codes) {
        return new MessageReceipt(0, BatchReturn.of(List.of(codes)).toCbor(), 1, Optional.empty());
    }

    @Test
    void anotherReplicaForASectorIsNoticed() {
        var invariant = new Invariants.SealedOnce(breaches, new Coverage());
        invariant.pushed(preCommit(1, 1));
        invariant.pushed(preCommit(1, 1));
        assertThat(breaches.words()).isEmpty();
        invariant.pushed(preCommit(2, 2));
        assertThat(breaches.words()).singleElement().asString().startsWith("SealedOnce: sector 3 is pre-committed as");
    }

    @Test
    void aSecondProofOfASectorIsNoticed_butNotTheSameAfterAReorg() {
        var invariant = new Invariants.SealedOnce(breaches, new Coverage());
        invariant.executed(proveCommit(1), WELL);
        invariant.undone(proveCommit(1), WELL);
        invariant.executed(proveCommit(1), WELL);
        assertThat(breaches.words()).isEmpty();
        invariant.executed(proveCommit(2), WELL);
        assertThat(breaches.words()).containsExactly("SealedOnce: sector 3 has a second proof on the chain (epoch 7)");
    }

    @Test
    void aSectorThatIsSentOnceMoreInVainIsNoticed_butNotOneThatWasRefusedBefore() {
        var invariant = new Invariants.SealedOnce(breaches, new Coverage());
        invariant.executed(proveCommit(1), REFUSED);
        invariant.executed(proveCommit(2), WELL);
        assertThat(breaches.words()).isEmpty();
        invariant.executed(proveCommit(3), REFUSED);
        assertThat(breaches.words())
                .containsExactly("SealedOnce: sector 3 was named once more, in vain, after its proof (epoch 7)");
    }

    @Test
    void ofSeveralSectorsInOneMessageEachCountsAsTheChainSays() {
        var invariant = new Invariants.SealedOnce(breaches, new Coverage());
        invariant.executed(proveCommit(1, 3, 4), verdicts(0L, 16L));
        invariant.executed(proveCommit(2, 4), WELL);
        assertThat(breaches.words()).isEmpty();
        invariant.executed(proveCommit(3, 3, 5), verdicts(0L, 0L));
        assertThat(breaches.words()).containsExactly("SealedOnce: sector 3 has a second proof on the chain (epoch 7)");
    }

    @Test
    void aWishThatIsExecutedUnderTwoNoncesIsNoticed() {
        var invariant = new Invariants.OneExecutionPerWish(breaches, store);
        var first = message(1, 5, new byte[] {1});
        var second = message(2, 5, new byte[] {1});
        var now = Instant.EPOCH;
        store.transactVoid(tx -> {
            tx.messages()
                    .insertIfAbsent(MessageRecord.intent(
                            "post/1/0", WORKER, MINER, TokenAmount.ZERO, 5, new Bytes(new byte[] {1}), fil(), 1, now));
            int number = 0;
            for (var signed : List.of(first, second)) {
                tx.messages()
                        .addCandidate(new MessageCandidate(
                                "post/1/0",
                                ++number,
                                signed.cid(),
                                Purpose.SEND,
                                new Bytes(signed.toCbor()),
                                new Epoch(1),
                                false,
                                now));
            }
        });
        invariant.pushed(first);
        invariant.pushed(second);
        invariant.executed(first, WELL);
        assertThat(breaches.words()).isEmpty();
        invariant.executed(second, WELL);
        assertThat(breaches.words())
                .singleElement()
                .asString()
                .contains("is the second that was executed for post/1/0");
    }

    private static TokenAmount fil() {
        return TokenAmount.ofFil(1);
    }

    @Test
    void aBalanceBelowZeroIsNoticed() {
        new Invariants.NoDebt(breaches, () -> Map.of("worker", TokenAmount.ZERO)).headMoved();
        assertThat(breaches.words()).isEmpty();
        new Invariants.NoDebt(breaches, () -> Map.of("worker", TokenAmount.ZERO.minus(fil()))).headMoved();
        assertThat(breaches.words()).hasSize(1);
    }

    @Test
    void aMessageThatNeverLandsIsNoticed_andNotOneThatWasJustSent() {
        var now = new AtomicLong(5);
        var invariant = new Invariants.NothingStuck(breaches, () -> true, now::get, sender -> 4);
        invariant.pushed(message(3, 5, new byte[0]));
        invariant.pushed(message(4, 5, new byte[0]));
        now.set(15);
        invariant.over();
        assertThat(breaches.words()).isEmpty();
        now.set(16);
        invariant.over();
        assertThat(breaches.words()).singleElement().asString().contains("is not executed, it was sent at epoch 5");
    }

    @Test
    void strandsThatOnlyIncreaseAreNoticed() {
        new Invariants.FewStrands(breaches, () -> Invariants.FewStrands.MOST).turnTaken();
        assertThat(breaches.words()).isEmpty();
        new Invariants.FewStrands(breaches, () -> Invariants.FewStrands.MOST + 1).turnTaken();
        assertThat(breaches.words()).hasSize(1);
    }

    @Test
    void aLiarThatIsBelievedIsNoticed_andAnHonestNodeThatIsFenced() {
        try (var world = World.make(Instant.EPOCH, simulatedProofs(), 1)) {
            var nodes = new ArrayList<UnreliableNode>();
            var views = new ArrayList<MemberView>();
            for (int i = 0; i < 3; i++) {
                nodes.add(UnreliableNode.of(world.node(), timeline, new SplittableRandom(1), message -> {}));
                views.add(view("node-" + i, new Verdict.Healthy()));
            }
            nodes.get(1).become(UnreliableNode.Mood.DEAR);
            var invariant = new FencedLiars(breaches, nodes, () -> views, () -> true, new Coverage());
            look(invariant, 5);
            assertThat(breaches.words()).isEmpty();
            look(invariant, 1);
            assertThat(breaches.words())
                    .singleElement()
                    .asString()
                    .contains("node-1 lies (DEAR), the pool says it is healthy");

            views.set(1, view("node-1", new Verdict.Lying(Verdict.Lie.WRONG_BASE_FEE, "")));
            views.set(2, view("node-2", new Verdict.Lying(Verdict.Lie.WRONG_BASE_FEE, "")));
            look(invariant, 1);
            assertThat(breaches.words()).hasSize(2).last().asString().contains("node-2 is well, the pool says it LIES");
        }
    }

    private static void look(FencedLiars invariant, int times) {
        for (int i = 0; i < times; i++) {
            invariant.headMoved();
        }
    }

    private static MemberView view(String name, Verdict verdict) {
        return new MemberView(name, verdict, Optional.empty(), Duration.ZERO, false);
    }

    private SimulatedProofs simulatedProofs() {
        return new SimulatedProofs(timeline, new SimulatedDisks(timeline, 1), new SplittableRandom(1), new Coverage());
    }

    @Test
    void aSectorThatHangsIsNoticed_unlessItHadNoFairChance() {
        var fair = new FairEpochs();
        var now = new AtomicLong();
        var daySpent = new AtomicBoolean();
        var invariant = new SectorsInTime(breaches, store, fair, now::get, daySpent::get, new Coverage());
        var sector = SectorRecord.created(new SectorNumber(3), RegisteredSealProof.STACKED_DRG_2KIB_V1_1, Instant.EPOCH)
                .withState(SectorState.PreCommitWait);
        store.transactVoid(tx -> tx.sectors().insert(sector));
        invariant.headMoved();
        now.set(100);
        invariant.over();
        assertThat(breaches.words()).isEmpty();

        for (int epoch = 0; epoch < 100; epoch++) {
            fair.pass(epoch, true);
        }
        invariant.over();
        assertThat(breaches.words()).singleElement().asString().contains("sector 3 is still in PreCommitWait");

        store.transactVoid(tx -> tx.sectors()
                .update(tx.sectors()
                        .find(sector.number())
                        .orElseThrow()
                        .withError(Optional.of("waits until midnight UTC"))));
        daySpent.set(true);
        invariant.over();
        assertThat(breaches.words())
                .as("one that waits for another day's money")
                .hasSize(1);

        daySpent.set(false);
        invariant.over();
        assertThat(breaches.words()).as("one that says so and has it").hasSize(2);
    }

    @Test
    void replicaThatIsGoneAfterItsPreCommit_isSeen(@TempDir Path path) throws IOException {
        var invariant = new SealedFilesKept(breaches, path, new ActorId(1000), () -> 5);
        var sealed = Files.createDirectories(path.resolve("sealed")).resolve("s-t01000-3");
        Files.createFile(sealed);
        Files.createFile(Files.createDirectories(path.resolve("cache").resolve("s-t01000-3"))
                .resolve("p_aux"));
        invariant.pushed(preCommit(1, 1));
        invariant.headMoved();
        assertThat(breaches.words()).isEmpty();

        Files.delete(sealed);
        invariant.headMoved();
        assertThat(breaches.words()).singleElement().asString().contains("the replica of sector 3 is gone");
    }

    @Test
    void secondMachineThatGoesOnWorking_isNoticed() {
        var working = new AtomicLong(2);
        var invariant = new OneMachineWorks(breaches, () -> (int) working.get());
        invariant.headMoved();
        invariant.headMoved();
        working.set(1);
        invariant.headMoved();
        assertThat(breaches.words()).isEmpty();

        working.set(2);
        for (int i = 0; i < 3; i++) {
            invariant.headMoved();
        }
        assertThat(breaches.words()).singleElement().asString().contains("2 machines work for the miner at once");
    }
}
