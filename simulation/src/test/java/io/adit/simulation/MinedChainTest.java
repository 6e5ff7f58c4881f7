package io.adit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.message.OutboxPolicy;
import io.adit.chain.node.FullNode;
import io.adit.chain.signer.GuardedSigner;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signer;
import io.adit.core.slash.FileGuardAnchor;
import io.adit.core.slash.GuardSettings;
import io.adit.core.slash.MachineMark;
import io.adit.core.slash.MiningLease;
import io.adit.core.slash.SlashGuard;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import io.adit.core.task.CrashPoints;
import io.adit.core.time.SimulatedTimeline;
import io.adit.proofs.PrivateReplica;
import io.adit.sealing.mining.BlockProducer;
import io.adit.sealing.mining.ChallengedSectors;
import io.adit.sealing.mining.MiningSettings;
import io.adit.sealing.mining.RoundCounts;
import io.adit.sealing.mining.WinningProver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Adit as the only block producer of a devnet: window and winning PoSt, outbox and blocks of one node keep the chain going
 * through crashes, sick nodes and forks. Proofs are hashes here; the chain checks every block as Lotus does, signatures
 * included.
 */
class MinedChainTest {
    private static final Instant GENESIS = Instant.parse("2026-10-19T22:00:00Z");
    private static final Duration BLOCK = World.POLICY.blockTime();
    private static final int EPOCHS = 600;
    private static final List<UnreliableNode.Mood> TROUBLES = UnreliableNode.Mood.TROUBLES;

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(11);
    private final SimulatedTimeline timeline = new SimulatedTimeline(GENESIS, random.split());
    private final SimulatedDisks disks = new SimulatedDisks(timeline, 4);
    private final Coverage coverage = new Coverage();
    private final SimulatedProofs proofs = new SimulatedProofs(timeline, disks, random.split(), coverage);
    private final World world =
            World.ofMiner(GENESIS, new SimulatedProofs(timeline, disks, random.split(), coverage), 14, timeline);
    private final Breaches breaches = new Breaches(world.devnet()::epoch);
    private final Witness witness = new Witness(
            Set.of(world.worker().address()),
            world.devnet().ledger().chain()::head,
            List.of(
                    new Invariants.OneWishPerNonce(breaches),
                    new Invariants.VerifiedBeforePushed(breaches, proofs::wasVerifiedHere)),
            coverage);
    private final UnreliableNode node = UnreliableNode.of(world.node(), timeline, random.split(), witness::pushed);
    private final FullNode client = node.client();
    private final SigningKeys keys = new SigningKeys(world.worker());
    private final Map<Long, Runnable> later = new HashMap<>();

    private Optional<SlashGuard> guard = Optional.empty();
    private Optional<BlockProducer> producer = Optional.empty();
    private int kills;
    private int forks;
    private int outages;
    private long ordered;
    private Duration held = Duration.ZERO;

    /** Keeps every header that it signs. */
    private static final class SigningKeys implements Signer {
        private final PrivateKey key;
        private final List<BlockHeader> headers = new ArrayList<>();

        SigningKeys(PrivateKey key) {
            this.key = key;
        }

        @Override
        public Set<Address> addresses() {
            return Set.of(key.address());
        }

        @Override
        public Signature sign(Address address, byte[] message) {
            var signature = key.sign(message);
            header(message).ifPresent(header -> headers.add(header.signed(signature)));
            return signature;
        }

        private static Optional<BlockHeader> header(byte[] message) {
            try {
                return message.length < 100 ? Optional.empty() : Optional.of(BlockHeader.fromCbor(message));
            } catch (AditException e) {
                return Optional.empty();
            }
        }
    }

    private final class Replicas implements ChallengedSectors {
        @Override
        public Optional<String> problem(SectorNumber sector, Duration patience) {
            return Optional.empty();
        }

        @Override
        public PrivateReplica replica(SectorNumber sector, Commitment commR) {
            return disks.opened().replica(sector, commR);
        }
    }

    private void start(StateStore store, SimulatedProvider provider) {
        var miner = world.miner();
        var opened = SlashGuard.open(
                new GuardSettings(
                        miner,
                        client().chainGetGenesis().key().cids().getFirst(),
                        directory.resolve("guard"),
                        new FileGuardAnchor(directory.resolve("anchor")),
                        new MachineMark("boot 1"),
                        MiningLease.NONE,
                        false),
                timeline,
                new SecureRandom(),
                new SimpleMeterRegistry());
        if (guard.isEmpty()) {
            opened.begin();
        }
        guard = Optional.of(opened);
        var id = new ActorId(miner.id().orElseThrow());
        var made = new BlockProducer(
                MiningSettings.of(miner, SectorSize.KIB_2, BLOCK).withMostNullRounds(1000),
                client,
                new GuardedSigner(keys, Map.of(miner, opened)),
                new WinningProver(id, proofs, new Replicas(), Duration.ofSeconds(10)),
                store,
                new SimpleMeterRegistry(),
                timeline);
        producer = Optional.of(made);
        provider.start();
        made.start();
    }

    /** The driver must not go through the wire, which waits. */
    private FullNode client() {
        return world.node();
    }

    private void kill(SimulatedProvider provider) {
        kills++;
        provider.kill();
        guard.ifPresent(SlashGuard::close);
    }

    @Test
    @Tag("slow") // 23 s of one core, most of it BLS
    void aditIsTheOnlyProducer_forHundredsOfEpochs_withNullRoundsForksOutagesAndKills() {
        try (world;
                var store = SqlStateStore.sqlite(directory.resolve("state.db"), timeline)) {
            var provider = provider(store);
            long begin = world.devnet().epoch();
            until(begin);
            start(store, provider);
            long taken = -1;
            for (long epoch = begin; taken < 0 || epoch < taken + EPOCHS; epoch++) {
                Optional.ofNullable(later.remove(epoch)).ifPresent(Runnable::run);
                if (taken >= 0 && later.isEmpty() && epoch < taken + EPOCHS - 20) {
                    disturb(epoch, store, provider);
                }
                until(epoch + 1);
                world.devnet().advance(1);
                witness.look();
                if (taken < 0 && madeByUs(world.node().chainHead())) {
                    taken = world.node().chainHead().height().value();
                }
                assertThat(epoch).as("epochs until the miner has power").isLessThan(begin + 1000);
            }
            timeline.runFor(BLOCK);
            var counts = producer.orElseThrow().status().counts();
            provider.kill();
            judge(taken, counts);
            guard.ifPresent(SlashGuard::close);
        } finally {
            CrashPoints.unwatch();
        }
    }

    private SimulatedProvider provider(StateStore store) {
        return new SimulatedProvider(
                timeline,
                store,
                SimulatedProvider.Machine.proving(proofs, disks::opened),
                List.of(client),
                Signer.of(world.worker()),
                world.worker().address(),
                OutboxPolicy.open(),
                world.miner(),
                random.split(),
                Tampering.NONE,
                coverage);
    }

    /** An epoch begins half a block before its time, as a beacon's entry is there before; later where the chain was held. */
    private void until(long epoch) {
        var moment = GENESIS.plus(BLOCK.multipliedBy(epoch))
                .minus(BLOCK.dividedBy(2))
                .plus(held);
        timeline.runFor(Duration.between(timeline.instant(), moment));
    }

    private boolean madeByUs(TipSet tipSet) {
        return tipSet.blocks().stream().anyMatch(block -> block.miner().equals(world.miner()));
    }

    /** One thing in seven epochs, each over before the next. */
    private void disturb(long epoch, StateStore store, SimulatedProvider provider) {
        int drawn = random.nextInt(40);
        if (drawn == 0) {
            kill(provider);
            later.put(epoch + random.nextInt(1, 6), () -> start(store, provider));
        } else if (drawn == 1) {
            // In the middle of a round.
            timeline.runFor(Duration.ofSeconds(random.nextInt(1, 29)));
            kill(provider);
            start(store, provider);
        } else if (drawn == 2) {
            outages++;
            node.become(TROUBLES.get(random.nextInt(TROUBLES.size())));
            later.put(epoch + random.nextInt(1, 5), () -> node.become(UnreliableNode.Mood.WELL));
        } else if (drawn == 3) {
            forks++;
            timeline.runFor(Duration.ofSeconds(random.nextInt(0, 29)));
            // A fork of one tipset would be a sibling of our block that leaves it out: nobody may build on that who
            // made it.
            world.devnet().reorg(random.nextInt(2, 9));
            witness.look();
        } else if (drawn == 4 && held.isZero()) {
            // From now on the chain's epochs begin later than the clock says.
            held = Duration.ofSeconds(70);
        } else if (drawn == 5) {
            int rounds = random.nextInt(1, 4);
            ordered += rounds;
            world.devnet().ledger().skip(rounds);
            later.put(epoch + rounds, () -> {});
        }
    }

    private void judge(long taken, RoundCounts counts) {
        var chain = new ArrayList<TipSet>();
        var at = world.node().chainHead();
        while (at.height().value() >= taken) {
            chain.add(at);
            at = world.node().chainGetTipSet(at.parents());
        }
        long ours = chain.stream().filter(this::madeByUs).count();
        long span = world.node().chainHead().height().value() - taken + 1;
        System.out.printf(
                "mined chain: %d epochs, %d tipsets, %d ours, %d null rounds (%d ordered), %d forks, %d outages, %d kills,"
                        + " %d messages, %s%n",
                span, chain.size(), ours, span - chain.size(), ordered, forks, outages, kills, witness.sent(), counts);

        assertThat(span).isGreaterThanOrEqualTo(500);
        assertThat(kills).isPositive();
        assertThat(forks).isPositive();
        assertThat(outages).isPositive();
        assertThat(span - chain.size()).as("null rounds").isPositive();
        assertThat(ordered).as("null rounds by order").isPositive();
        // A kill, an outage and a fork cost the rounds that they fall into, and a fork our blocks that it replaces.
        assertThat(counts.won()).isGreaterThan((span - ordered) * 7 / 10);
        assertThat(counts.orphaned()).as("blocks of ours that forks took back").isPositive();
        assertThat(ours)
                .isGreaterThanOrEqualTo(counts.won() - counts.orphaned() - counts.refused() - counts.failed() - 1);
        assertThat(counts.included()).isBetween(ours - 1, ours);
        assertThat(breaches.words()).isEmpty();
        assertThat(faults()).isEmpty();
        assertThat(world.devnet().ledger().consensusFaults()).isEmpty();
        assertThat(guard.orElseThrow().status().conflicts()).isZero();
        var power = world.node()
                .stateMinerPower(world.miner(), world.node().chainHead().key());
        assertThat(power.minerPower().rawBytePower().longValueExact()).isEqualTo(14 * 2048L);
    }

    /** What {@code VerifyConsensusFault} would find among all that was ever signed, published or not. */
    private List<String> faults() {
        var faults = new ArrayList<String>();
        var signed = new ArrayList<>(new HashSet<>(keys.headers));
        Map<Long, Cid> byEpoch = new HashMap<>();
        Map<List<Cid>, Cid> byParents = new HashMap<>();
        for (var header : signed) {
            if (byEpoch.put(header.height().value(), header.cid()) != null) {
                faults.add("two blocks at epoch " + header.height());
            }
            if (byParents.put(header.parents(), header.cid()) != null) {
                faults.add("two blocks on the parents of the block of epoch " + header.height());
            }
        }
        Map<Epoch, BlockHeader> ofEpoch = new HashMap<>();
        signed.forEach(header -> ofEpoch.put(header.height(), header));
        for (var header : signed) {
            var parents = world.node().chainGetTipSet(new TipSetKey(header.parents()));
            Optional.ofNullable(ofEpoch.get(parents.height()))
                    .filter(own -> own.parents().equals(parents.parents().cids()))
                    .filter(own -> !header.parents().contains(own.cid()))
                    .ifPresent(
                            own -> faults.add("the block of epoch " + header.height() + " leaves out its sibling's"));
        }
        return faults;
    }
}
