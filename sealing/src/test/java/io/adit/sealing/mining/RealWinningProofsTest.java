package io.adit.sealing.mining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.node.Block;
import io.adit.chain.signer.GuardedSigner;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.PoStProof;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorSize;
import io.adit.core.keys.Signer;
import io.adit.core.slash.FileGuardAnchor;
import io.adit.core.slash.GuardSettings;
import io.adit.core.slash.MachineMark;
import io.adit.core.slash.MiningLease;
import io.adit.core.slash.SlashGuard;
import io.adit.core.state.SqlStateStore;
import io.adit.core.time.SimulatedTimeline;
import io.adit.devnet.Devnet;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.chain.Production;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.proofs.CallStats;
import io.adit.proofs.NativeLibrary;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.ProofOperation;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.SealVerification;
import io.adit.proofs.WorkerOptions;
import io.adit.proofs.WorkerProofs;
import io.adit.sealing.ProofsDecorator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Blocks with real winning proofs: the sector is really sealed, a worker process proves it as in the node, and the devnet, whose
 * only block producer this is, verifies each proof by the library. Time is simulated; what a proof takes is measured.
 */
class RealWinningProofsTest {
    private static final Instant GENESIS = Instant.parse("2026-10-19T22:00:00Z");
    private static final Duration BLOCK = Duration.ofSeconds(30);
    private static final ChainPolicy POLICY = new ChainPolicy("short", 5, 30, 4, 10, 10, 2048, 20, BLOCK);

    @TempDir
    Path directory;

    private final SimulatedTimeline timeline = new SimulatedTimeline(GENESIS, new Random(3));
    private final Devnet devnet = Devnet.simulated(
            new ChainSettings(POLICY, SectorSize.KIB_2, 29, GENESIS, new byte[32]),
            new OnlyWinningProofs(),
            Production.BY_MINERS,
            timeline);
    private final ConcurrentLinkedQueue<CallStats> calls = new ConcurrentLinkedQueue<>();
    private final List<AutoCloseable> toClose = new ArrayList<>();

    /** The library for winning proofs; seals and window proofs are not the subject. */
    private static final class OnlyWinningProofs extends ProofsDecorator {
        OnlyWinningProofs() {
            super(ProofsTestKit.proofs());
        }

        @Override
        public boolean verifySeal(SealVerification seal) {
            return Arrays.equals(seal.proof(), ElectedMiner.TAKEN_AS_VALID);
        }

        @Override
        public boolean verifyWindowPoSt(
                Randomness randomness,
                List<io.adit.proofs.PoStProof> given,
                List<PublicReplica> replicas,
                ActorId miner) {
            return given.stream().allMatch(proof -> Arrays.equals(proof.proof(), ElectedMiner.TAKEN_AS_VALID));
        }
    }

    @AfterEach
    void close() throws Exception {
        timeline.killAll();
        for (var open : toClose.reversed()) {
            open.close();
        }
        devnet.close();
    }

    private <T extends AutoCloseable> T closing(T open) {
        toClose.add(open);
        return open;
    }

    private WorkerProofs workers() {
        var options = WorkerOptions.of(directory.resolve("workers"), NativeLibrary.locate(), ProofsTestKit.settings());
        return closing(new WorkerProofs(options, calls::add));
    }

    private BlockProducer start(ElectedMiner elected, io.adit.proofs.Proofs proofs) throws Exception {
        var genesis = devnet.node().chainGetGenesis().key().cids().getFirst();
        var guard = closing(SlashGuard.open(
                new GuardSettings(
                        elected.miner(),
                        genesis,
                        directory.resolve("guard"),
                        new FileGuardAnchor(directory.resolve("anchor")),
                        new MachineMark("boot 1"),
                        MiningLease.NONE,
                        false),
                timeline,
                new SecureRandom(),
                new SimpleMeterRegistry()));
        guard.begin();
        var settings = MiningSettings.of(elected.miner(), SectorSize.KIB_2, BLOCK);
        var sectors = new StoredSectors(elected.paths(directory), elected.id(), SectorSize.KIB_2);
        var producer = new BlockProducer(
                settings,
                devnet.node(),
                new GuardedSigner(Signer.of(elected.worker()), Map.of(elected.miner(), guard)),
                new WinningProver(elected.id(), proofs, sectors, settings.readTimeout()),
                closing(SqlStateStore.sqlite(directory.resolve("state.db"))),
                new SimpleMeterRegistry(),
                timeline);
        producer.start();
        return producer;
    }

    /** Lets epochs begin, each half a block before its time, as a beacon's entry is there before. */
    private void pass(int epochs) {
        for (int passed = 0; passed < epochs; passed++) {
            until(devnet.epoch() + 1);
            devnet.advance(1);
        }
        until(devnet.epoch() + 1);
    }

    private void until(long epoch) {
        var moment = GENESIS.plus(BLOCK.multipliedBy(epoch)).minus(BLOCK.dividedBy(2));
        timeline.runFor(Duration.between(timeline.instant(), moment));
    }

    private ElectedMiner elected() {
        return ElectedMiner.on(devnet, ScriptedChain.key("worker"));
    }

    @Test
    void blocksWithRealProofsKeepTheChainGoing_andForgedOnesAreRefused() throws Exception {
        var elected = elected();
        var producer = start(elected, workers());
        long before = devnet.node().chainHead().height().value();
        until(devnet.epoch() + 1);

        pass(2);

        judge(elected, producer, before, 2);
        refuseForged(elected);
    }

    @Test
    @Tag("slow") // 8.3 s of CPU for each of 30 blocks
    void blocksWithRealProofsKeepTheChainGoing_forAQuarterOfAnHour() throws Exception {
        var elected = elected();
        var producer = start(elected, workers());
        long before = devnet.node().chainHead().height().value();
        until(devnet.epoch() + 1);

        pass(30);

        judge(elected, producer, before, 30);
    }

    private void judge(ElectedMiner elected, BlockProducer producer, long before, int epochs) {
        var ours = blocksSince(before);
        var counts = producer.status().counts();
        assertThat(ours).allSatisfy(block -> assertThat(block.miner()).isEqualTo(elected.miner()));
        // An election is lost now and then even with all the power: e^-5. The last round may still wait for its time.
        assertThat(ours).hasSizeBetween(epochs * 9 / 10, epochs + 1);
        assertThat(counts.won()).isEqualTo(ours.size());
        assertThat(producer.status().paused()).isEmpty();
        var proofs = calls.stream()
                .filter(call -> call.operation() == ProofOperation.WINNING_POST)
                .toList();
        assertThat(proofs).as("one for each block, and the warm-up's").hasSize(ours.size() + 1);
        assertThat(proofs).allSatisfy(call -> {
            assertThat(call.succeeded()).isTrue();
            assertThat(call.attempts()).isOne();
            // Wall time is the machine's load; two cores that are idle take half of this.
            assertThat(Duration.ofMillis(call.cpuMillis())).isLessThan(BLOCK);
        });
        var wall = proofs.stream().mapToLong(CallStats::wallMillis).skip(1).summaryStatistics();
        System.out.printf(
                "real winning proofs: %d blocks, warm-up %d ms, then %d to %d ms, on average %.0f ms; CPU %.0f ms%n",
                ours.size(),
                proofs.getFirst().wallMillis(),
                wall.getMin(),
                wall.getMax(),
                wall.getAverage(),
                proofs.stream().mapToLong(CallStats::cpuMillis).average().orElseThrow());
    }

    private List<BlockHeader> blocksSince(long epoch) {
        var blocks = new ArrayList<BlockHeader>();
        TipSet at = devnet.node().chainHead();
        while (at.height().value() > epoch) {
            blocks.addAll(at.blocks());
            at = devnet.node().chainGetTipSet(at.parents());
        }
        return blocks;
    }

    /** What the guard would never sign: other blocks of an epoch, with proofs that are not of its challenge. */
    private void refuseForged(ElectedMiner elected) {
        var node = devnet.node();
        var head = node.chainHead();
        var good = head.minTicketBlock();
        var below = node.chainGetTipSet(head.parents()).minTicketBlock();
        var proof = good.winPoStProof().getFirst();
        var flipped = proof.proof();
        flipped[100] ^= 1;

        assertRefused(elected, with(good, new PoStProof(proof.type(), flipped)));
        assertRefused(elected, with(good, below.winPoStProof().getFirst()));

        // The same header with its own proof, signed by the same hand, is good.
        node.syncSubmitBlock(signed(elected, with(good, proof)));
        assertThat(node.chainHead()).isEqualTo(head);
        assertThat(devnet.ledger().consensusFaults()).isEmpty();
    }

    private void assertRefused(ElectedMiner elected, BlockHeader header) {
        assertThatThrownBy(() -> devnet.node().syncSubmitBlock(signed(elected, header)))
                .hasMessageContaining("winning post was invalid");
    }

    private Block signed(ElectedMiner elected, BlockHeader header) {
        var messages = devnet.node()
                .chainGetBlockMessages(devnet.node().chainHead().key().cids().getFirst());
        assertThat(messages.bls()).isEmpty();
        assertThat(messages.secp256k1()).isEmpty();
        return new Block(header.signed(elected.worker().sign(header.signingBytes())), List.of(), List.of());
    }

    private static BlockHeader with(BlockHeader header, PoStProof proof) {
        return new BlockHeader(
                header.miner(),
                header.ticket(),
                header.electionProof(),
                header.beaconEntries(),
                List.of(proof),
                header.parents(),
                header.parentWeight(),
                header.height(),
                header.parentStateRoot(),
                header.parentMessageReceipts(),
                header.messages(),
                header.blsAggregate(),
                header.timestamp(),
                java.util.Optional.empty(),
                header.forkSignaling(),
                header.parentBaseFee());
    }

    /** A prover whose first proof of a round comes out damaged, as on faulty memory. */
    private static final class Damaging extends ProofsDecorator {
        private Randomness last = Randomness.of(new byte[32]);
        int damaged;

        Damaging(io.adit.proofs.Proofs proofs) {
            super(proofs);
        }

        @Override
        public List<io.adit.proofs.PoStProof> winningPoSt(
                RegisteredPoStProof type, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
            var made = proofs.winningPoSt(type, miner, randomness, replicas);
            if (randomness.equals(last)) {
                return made;
            }
            last = randomness;
            damaged++;
            var bytes = made.getFirst().proof().clone();
            bytes[5] ^= 4;
            return List.of(new io.adit.proofs.PoStProof(made.getFirst().type(), bytes));
        }
    }

    @Test
    @Tag("slow") // four proofs
    void proofThatComesOutDamaged_isMadeAgain_andNeverLeavesTheNode() throws Exception {
        var elected = elected();
        var damaging = new Damaging(workers());
        start(elected, damaging);
        long before = devnet.node().chainHead().height().value();
        until(devnet.epoch() + 1);

        pass(1);

        assertThat(damaging.damaged).isGreaterThanOrEqualTo(2);
        assertThat(blocksSince(before))
                .isNotEmpty()
                .allSatisfy(block -> assertThat(block.miner()).isEqualTo(elected.miner()));
    }
}
