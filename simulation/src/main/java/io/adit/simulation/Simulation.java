package io.adit.simulation;

import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.BitField;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.Hashes;
import io.adit.core.time.SimulatedTimeline;
import io.adit.devnet.node.Ledger;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** One seed's run: a world, a provider, a story, and the judgement in the end. */
final class Simulation {
    private static final Instant GENESIS = Instant.parse("2026-10-19T22:00:00Z");
    private static final int SECTORS = 14;
    private static final int STORAGE_PATHS = 4;

    /**
     * Undisturbed epochs in a row, inside an open window, in which a provider must get its proof onto the chain: 4 of
     * confidence after the opening, 2 for a proof of a minute, 2 until it is in a block, and as many again for a retry.
     */
    private static final long FAIR_CHANCE = 16;

    private final long seed;
    private final Story story;
    private final SimulatedTimeline timeline;
    private final World world;
    private final SimulatedDisks disks;
    private final SimulatedProofs proofs;
    private final Witness witness;
    private final UnreliableNode node;
    private final SimulatedProvider provider;
    private final FairEpochs fair = new FairEpochs();
    private final Set<Integer> troubledPaths = new HashSet<>();
    private final List<Ending> endings = new ArrayList<>();
    private long begin;
    private int reorgsNow;

    /** A disturbance that ends by itself. */
    private record Ending(long epoch, Runnable end) {}

    private Simulation(long seed, int epochs, RunStore runStore) throws SQLException {
        var random = new SplittableRandom(seed);
        this.seed = seed;
        this.story = Story.of(seed, epochs, STORAGE_PATHS);
        this.timeline = new SimulatedTimeline(GENESIS, random.split());
        runStore.keepTimeBy(timeline);
        var store = runStore.emptied();
        this.disks = new SimulatedDisks(timeline, STORAGE_PATHS);
        this.world = World.make(GENESIS, new SimulatedProofs(timeline, disks, random.split()), SECTORS);
        this.proofs = new SimulatedProofs(timeline, disks, random.split());
        this.witness = new Witness(proofs, io.adit.core.fil.TokenAmount.ofFil(5).atto());
        this.node = UnreliableNode.of(world.node(), timeline, random.split(), witness);
        this.provider =
                new SimulatedProvider(timeline, store, node.client(), proofs, disks, world.worker(), world.miner());
    }

    /**
     * Plays a seed.
     *
     * @param store of this run alone while it lasts
     */
    static Outcome play(long seed, int epochs, RunStore store) throws SQLException {
        try {
            var simulation = new Simulation(seed, epochs, store);
            try (simulation.world) {
                return simulation.play();
            }
        } catch (RuntimeException e) {
            return Outcome.broken(seed, epochs, e);
        }
    }

    private Outcome play() {
        begin = world.devnet().epoch();
        provider.start();
        for (int at = 0; at < story.epochs(); at++) {
            endWhatIsOver();
            reorgsNow = 0;
            for (var disturbance : story.events().get(at)) {
                apply(disturbance);
            }
            nextBlock();
        }
        var outcome = judge();
        provider.kill();
        return outcome;
    }

    private void endWhatIsOver() {
        long now = world.devnet().epoch();
        for (var ending : List.copyOf(endings)) {
            if (ending.epoch() <= now) {
                endings.remove(ending);
                ending.end().run();
            }
        }
    }

    private void until(int epochs, Runnable end) {
        endings.add(new Ending(world.devnet().epoch() + epochs, end));
    }

    private void apply(Disturbance disturbance) {
        Ledger chain = world.devnet().ledger();
        switch (disturbance) {
            case Disturbance.NullRounds nulls -> {
                chain.skip(nulls.rounds());
                timeline.runFor(World.POLICY.blockTime().multipliedBy(nulls.rounds()));
            }
            case Disturbance.Reorg reorg -> {
                long head = world.devnet().epoch();
                // A fork deeper than the story would take back the making of the world.
                int depth = (int) Math.min(reorg.depth(), head - begin);
                if (depth > 0) {
                    world.devnet().reorg(depth);
                    fair.takeBack(head - depth, head + 1);
                    reorgsNow = depth;
                }
            }
            case Disturbance.FeeStorm storm -> {
                chain.fixBaseFee(Optional.of(storm.factor().multiply(BigInteger.valueOf(1_000_000_000L))));
                until(storm.epochs(), () -> chain.fixBaseFee(Optional.empty()));
            }
            case Disturbance.LostMessages lost -> chain.dropNext(lost.count());
            case Disturbance.NodeTrouble trouble -> {
                node.become(trouble.mood());
                until(trouble.epochs(), () -> node.become(UnreliableNode.Mood.WELL));
            }
            case Disturbance.StaleHead stale -> {
                chain.lieAboutHead(stale.lag());
                until(stale.epochs(), () -> chain.lieAboutHead(0));
            }
            case Disturbance.DiskTrouble trouble -> {
                disks.become(trouble.path(), trouble.health());
                troubledPaths.add(trouble.path());
                until(trouble.epochs(), () -> disks.become(trouble.path(), SimulatedDisks.Health.GOOD));
            }
            case Disturbance.ProverTrouble trouble -> {
                proofs.worker(trouble.dyingPercent() / 100.0, trouble.wrongPercent() / 100.0, Duration.ofSeconds(40));
                until(trouble.epochs(), () -> proofs.worker(0, 0, Duration.ofSeconds(40)));
            }
            case Disturbance.Crash crash -> {
                if (provider.isRunning()) {
                    provider.kill();
                    if (crash.downFor() == 0) {
                        provider.start();
                    } else {
                        until(crash.downFor(), provider::start);
                    }
                }
            }
            case Disturbance.ClockStep step -> timeline.stepWallClock(Duration.ofSeconds(step.seconds()));
        }
    }

    private void nextBlock() {
        boolean quiet = endings.isEmpty() && reorgsNow == 0 && provider.isRunning();
        timeline.runFor(World.POLICY.blockTime());
        long before = world.devnet().epoch();
        world.devnet().advance(1);
        for (long epoch = before + 1; epoch <= world.devnet().epoch(); epoch++) {
            fair.pass(epoch, quiet && world.devnet().epoch() == before + 1);
        }
        timeline.runFor(Duration.ofSeconds(1));
    }

    private Outcome judge() {
        var violations = new ArrayList<>(witness.violations());
        var proven = ProvenWindows.read(world.node(), world.miner(), begin);
        int due = 0;
        int met = 0;
        int excused = 0;
        int excusedMet = 0;
        for (var window : windows()) {
            for (long partition = 0; partition < partitions(window.deadline()).size(); partition++) {
                if (!hasSoundSector(partitions(window.deadline()).get((int) partition))) {
                    continue;
                }
                boolean held = proven.holds(window.challenge(), window.deadline(), partition);
                if (fair.longestRun(window.open(), window.close()) >= FAIR_CHANCE && window.open() > begin + 20) {
                    due++;
                    if (held) {
                        met++;
                    } else {
                        violations.add("deadline %d partition %d, open from epoch %d to %d, was not proven"
                                .formatted(window.deadline(), partition, window.open(), window.close()));
                    }
                } else {
                    excused++;
                    excusedMet += held ? 1 : 0;
                }
            }
        }
        return new Outcome(
                seed,
                story.epochs(),
                due,
                met,
                excused,
                excusedMet,
                witness.sent(),
                witness.replaced(),
                violations,
                digest());
    }

    private String digest() {
        var course = world.node().chainHead().key() + " " + witness.course() + " " + timeline.trace();
        return HexFormat.of().formatHex(Hashes.sha256(course.getBytes(StandardCharsets.UTF_8)), 0, 8);
    }

    private record Window(long deadline, long challenge, long open, long close) {}

    /** Every window that was open from its first to its last epoch within the story. */
    private List<Window> windows() {
        var now = world.node().stateMinerProvingDeadline(world.miner(), TipSetKey.EMPTY);
        long length = World.POLICY.challengeWindow();
        long period = World.POLICY.provingPeriod();
        var windows = new ArrayList<Window>();
        long head = world.devnet().epoch();
        for (long start = now.periodStart().value(); start + period > begin; start -= period) {
            for (int deadline = 0; deadline < World.POLICY.deadlines(); deadline++) {
                long open = start + deadline * length;
                if (open > begin && open + length <= head) {
                    windows.add(new Window(deadline, open - World.POLICY.challengeLookback(), open, open + length));
                }
            }
        }
        return windows;
    }

    private List<BitField> partitions(long deadline) {
        return world.node().stateMinerPartitions(world.miner(), deadline, TipSetKey.EMPTY).stream()
                .map(partition -> partition.allSectors())
                .toList();
    }

    /** Whether one of its sectors lay on a path that never failed. */
    private boolean hasSoundSector(BitField sectors) {
        return sectors.stream(SECTORS)
                .anyMatch(number -> !troubledPaths.contains(disks.pathOf(new SectorNumber(number))));
    }
}
