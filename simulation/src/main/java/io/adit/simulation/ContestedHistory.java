package io.adit.simulation;

import io.adit.core.fil.Address;
import io.adit.core.ipld.Hashes;
import io.adit.core.task.CrashPoints;
import io.adit.core.time.SimulatedTimeline;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * One seed's history of making blocks on a contested chain, epoch by epoch: other miners' blocks, what goes wrong, and that no
 * two signed blocks may be a consensus fault. Who signs, and what befalls them, is told by those who extend it.
 */
abstract class ContestedHistory {
    private static final Instant GENESIS = Instant.parse("2026-10-19T22:00:00Z");
    private static final long QUIET_AT_FIRST = 6;

    /** Of so many epochs there is one in which the other miners never saw our block. */
    private static final int LEFT_OUT_IN = 12;

    /**
     * How a history is laid out.
     *
     * @param epochs how long it is
     * @param quietAtLast epochs at the end in which nothing goes wrong any more
     * @param disturbedIn of so many epochs there is one in which something goes wrong
     */
    record Plan(long epochs, long quietAtLast, int disturbedIn) {}

    final SplittableRandom random;
    final SimulatedTimeline timeline;
    final ContestedChain chain;
    final UnreliableNode node;
    final Coverage coverage = new Coverage();
    final Breaches breaches;
    final NoConsensusFault faults;

    /** What all who sign have in common. */
    final MiningProcess.Machine machine;

    private final long seed;
    private final Plan plan;
    private final Map<Long, List<Runnable>> later = new HashMap<>();
    private long epoch;
    private long nullUntil;

    ContestedHistory(long seed, SplittableRandom random, Plan plan, MiningProcess.Signing signing) {
        this.seed = seed;
        this.random = random;
        this.plan = plan;
        this.timeline = new SimulatedTimeline(GENESIS, random.split());
        Address worker = World.workerKey().address();
        this.chain = new ContestedChain(GENESIS, worker);
        this.node = UnreliableNode.of(chain, timeline, random.split(), message -> {});
        this.breaches = new Breaches(() -> epoch);
        this.faults = new NoConsensusFault(breaches, chain::block);
        var proofs = new SimulatedProofs(timeline, new SimulatedDisks(timeline, 1), random.split(), coverage);
        this.machine =
                new MiningProcess.Machine(timeline, node.client(), chain.genesisBlock(), worker, proofs, signing);
    }

    /** A strand is at a marked place. */
    abstract void reached(String point);

    /** Some epochs after the chain's beginning: whoever is to sign starts. */
    abstract void begin();

    /** Something goes wrong. */
    abstract void disturb();

    /** Time has passed: what died in it is buried. */
    abstract void buryTheDead();

    /** An epoch is about to end. */
    abstract void look();

    /** The last epoch is over: the judgement, and the end of all who sign. */
    abstract void end();

    /** Plays it. */
    final Outcome play(String kind) {
        CrashPoints.watch(this::reached);
        try {
            for (epoch = 1; epoch <= plan.epochs(); epoch++) {
                playEpoch();
            }
            end();
            coverage.saw(kind);
            return new Outcome(
                    seed,
                    (int) plan.epochs(),
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    DealCounts.NONE,
                    breaches.words(),
                    coverage.counts(),
                    digest());
        } catch (RuntimeException e) {
            return Outcome.broken(seed, (int) plan.epochs(), e);
        } finally {
            CrashPoints.unwatch();
        }
    }

    private void playEpoch() {
        until(moment().minusMillis(1));
        chain.begin(epoch);
        Optional.ofNullable(later.remove(epoch)).orElse(List.of()).forEach(Runnable::run);
        until(moment().plusMillis(random.nextInt(1, 6_000)));
        if (!isNull()) {
            chain.others(random.nextInt(1, 4), !isQuiet() && random.nextInt(LEFT_OUT_IN) == 0);
        }
        if (epoch == QUIET_AT_FIRST / 2) {
            begin();
        }
        if (!isQuiet() && random.nextInt(plan.disturbedIn()) == 0) {
            until(moment().plusMillis(random.nextInt(6_000, 29_900)));
            disturb();
        }
        look();
    }

    private boolean isQuiet() {
        return epoch < QUIET_AT_FIRST || epoch > plan.epochs() - plan.quietAtLast();
    }

    private Duration moment() {
        return ContestedChain.DELAY.multipliedBy(epoch);
    }

    /** True time passes, whatever the machine's clock shows. */
    private void until(Duration sinceGenesis) {
        var left = sinceGenesis.minusNanos(timeline.nanoTime());
        if (left.isPositive()) {
            timeline.runFor(left);
        }
        buryTheDead();
    }

    private String digest() {
        var course = new StringBuilder();
        faults.all().forEach(header -> course.append(header.cid()).append(' '));
        course.append(timeline.trace());
        return HexFormat.of().formatHex(Hashes.sha256(course.toString().getBytes(StandardCharsets.UTF_8)), 0, 8);
    }

    // ---- for those who extend it -------------------------------------------------------------------

    final long epoch() {
        return epoch;
    }

    /** Whether nobody makes a block of this epoch. */
    final boolean isNull() {
        return epoch < nullUntil;
    }

    final void nullRounds() {
        nullUntil = epoch + random.nextInt(2, 6);
    }

    final void after(int epochs, Runnable what) {
        later.computeIfAbsent(epoch + Math.max(1, epochs), at -> new ArrayList<>())
                .add(what);
    }

    final void swallowBlocks() {
        chain.swallow(true);
        after(random.nextInt(1, 4), () -> chain.swallow(false));
    }

    final void troubleTheNode() {
        var moods = UnreliableNode.Mood.TROUBLES;
        node.become(moods.get(random.nextInt(moods.size())));
        after(random.nextInt(1, 4), () -> node.become(UnreliableNode.Mood.WELL));
    }
}
