package io.adit.simulation;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.node.Partition;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.BitField;
import io.adit.core.fil.SectorNumber;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;

/**
 * Every partition with a sector on a sound disk is proven when its window closes, if the window was open for long enough
 * with nothing standing between the provider and the chain. Judged in the epoch in which the window closes, of the chain as
 * it stands then: what a reorganisation takes back later nobody could prove again.
 */
final class WindowsInTime implements Invariant {
    /**
     * Undisturbed epochs in a row, inside an open window, in which a provider must get its proof onto the chain: 4 of
     * confidence after the opening, 2 for a proof of a minute, 2 until it is in a block, and as many again for a retry.
     */
    private static final long FAIR_CHANCE = 16;

    /** The first epochs of a run, in which the provider comes up. */
    private static final long COMING_UP = 20;

    /** Two of them. */
    private static final long HOURS = 240;

    private static final int MOST_SECTORS = 1_000;

    /** One partition in one window. */
    private record Proven(long challenge, long deadline, long partition) {}

    private record Window(long deadline, long challenge, long open, long close) {}

    private final Breaches breaches;
    private final World world;
    private final FairEpochs fair;
    private final SimulatedDisks disks;
    private final Set<Integer> troubledPaths;
    private final BiPredicate<Long, Long> gaveUp;
    private final LongSupplier stormyEpochs;
    private final Coverage coverage;
    private final long begin;
    private final long firstPeriod;
    private final Map<Proven, Integer> proven = new HashMap<>();
    private final Set<Long> judged = new HashSet<>();
    private int due;
    private int met;
    private int excused;
    private int excusedMet;

    /**
     * Begins at the chain's head.
     *
     * @param troubledPaths those that have failed, or fail
     * @param gaveUp whether the operator gave up the proof of a window, by its opening, and a partition
     * @param stormyEpochs for how long the base fee has been high
     */
    WindowsInTime(
            Breaches breaches,
            World world,
            FairEpochs fair,
            SimulatedDisks disks,
            Set<Integer> troubledPaths,
            BiPredicate<Long, Long> gaveUp,
            LongSupplier stormyEpochs,
            Coverage coverage) {
        this.breaches = breaches;
        this.world = world;
        this.fair = fair;
        this.disks = disks;
        this.troubledPaths = troubledPaths;
        this.gaveUp = gaveUp;
        this.stormyEpochs = stormyEpochs;
        this.coverage = coverage;
        this.begin = world.devnet().epoch();
        this.firstPeriod = world.node()
                .stateMinerProvingDeadline(world.miner(), TipSetKey.EMPTY)
                .periodStart()
                .value();
    }

    @Override
    public void executed(SignedMessage signed, MessageReceipt receipt) {
        count(signed, receipt, 1);
    }

    @Override
    public void undone(SignedMessage signed, MessageReceipt receipt) {
        count(signed, receipt, -1);
    }

    private void count(SignedMessage signed, MessageReceipt receipt, int by) {
        var message = signed.message();
        if (receipt.isSuccess() && message.method() == MinerMethod.SUBMIT_WINDOWED_POST.number()) {
            var params = SubmitWindowedPoStParams.fromCbor(message.params());
            params.partitions()
                    .forEach(partition -> proven.merge(
                            new Proven(params.chainCommitEpoch().value(), params.deadline(), partition.index()),
                            by,
                            Integer::sum));
        }
    }

    @Override
    public void headMoved() {
        long head = world.devnet().epoch();
        long length = World.POLICY.challengeWindow();
        long windowsBegun = (head - firstPeriod) / length;
        // A jump over null rounds closes one window at most; a reorganisation may bring an earlier end again.
        for (long number = Math.max(0, windowsBegun - 2); number < windowsBegun; number++) {
            long open = firstPeriod + number * length;
            if (open > begin && judged.add(open)) {
                long deadline = number % World.POLICY.deadlines();
                judge(new Window(deadline, open - World.POLICY.challengeLookback(), open, open + length));
            }
        }
    }

    private void judge(Window window) {
        var partitions = partitions(window.deadline());
        var since = activations();
        for (int partition = 0; partition < partitions.size(); partition++) {
            var sound = soundSectors(partitions.get(partition).allSectors(), window, since);
            if (!sound.isEmpty()) {
                var faulty = sound.stream()
                        .filter(partitions.get(partition).faultySectors()::contains)
                        .toList();
                judge(window, partition, faulty);
            }
        }
    }

    private void judge(Window window, long partition, List<Long> faulty) {
        boolean held = proven.getOrDefault(new Proven(window.challenge(), window.deadline(), partition), 0) > 0;
        boolean isFair = fair.longestRun(window.open(), window.close()) >= FAIR_CHANCE
                && window.open() > begin + COMING_UP
                && !gaveUp.test(window.open(), partition);
        if (!isFair) {
            excused++;
            excusedMet += held ? 1 : 0;
            return;
        }
        due++;
        if (held) {
            met++;
            if (!faulty.isEmpty() && wasProvenBefore(window, partition)) {
                breaches.report(
                        getClass(),
                        "deadline %d partition %d, open from epoch %d to %d, was proven, and its sectors %s on sound disks are faulty"
                                .formatted(window.deadline(), partition, window.open(), window.close(), faulty));
            }
            if (stormyEpochs.getAsLong() > HOURS) {
                coverage.saw("windows proven after hours of a high base fee");
            }
        } else {
            breaches.report(
                    getClass(),
                    "deadline %d partition %d, open from epoch %d to %d, was not proven"
                            .formatted(window.deadline(), partition, window.open(), window.close()));
        }
    }

    /** Whether the window a period before was proven, or there was none: after a missed one its sectors are faulty for a reason. */
    private boolean wasProvenBefore(Window window, long partition) {
        long period = World.POLICY.challengeWindow() * World.POLICY.deadlines();
        return window.open() - period <= begin
                || proven.getOrDefault(new Proven(window.challenge() - period, window.deadline(), partition), 0) > 0;
    }

    private List<Partition> partitions(long deadline) {
        return world.node().stateMinerPartitions(world.miner(), deadline, TipSetKey.EMPTY);
    }

    /** When each sector that the miner has now became active. */
    private Map<Long, Long> activations() {
        var since = new HashMap<Long, Long>();
        world.node()
                .stateMinerSectors(world.miner(), Optional.empty(), TipSetKey.EMPTY)
                .forEach(sector -> since.put(
                        sector.sectorNumber().value(), sector.activation().value()));
        return since;
    }

    /** Those of its sectors that were there to be challenged and lay on a path that never failed. */
    private List<Long> soundSectors(BitField sectors, Window window, Map<Long, Long> since) {
        return sectors.stream(MOST_SECTORS)
                .filter(number -> since.getOrDefault(number, Long.MAX_VALUE) < window.challenge()
                        && !troubledPaths.contains(disks.pathOf(new SectorNumber(number))))
                .boxed()
                .toList();
    }

    int due() {
        return due;
    }

    int met() {
        return met;
    }

    int excused() {
        return excused;
    }

    int excusedMet() {
        return excusedMet;
    }
}
