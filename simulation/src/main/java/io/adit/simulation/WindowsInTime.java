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
import java.util.function.IntPredicate;
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

    /** As many in which a mended sector is declared recovered: 2 to be looked at, 4 to reach the chain, and a retry. */
    private static final long RECOVERED_WITHIN = 16;

    /** The first epochs of a run, in which the provider comes up. */
    private static final long COMING_UP = 20;

    /** Two of them. */
    private static final long HOURS = 240;

    private static final int MOST_SECTORS = 1_000;

    /** One partition in one window. */
    private record Proven(long challenge, long deadline, long partition) {}

    private final Breaches breaches;
    private final World world;
    private final FairEpochs fair;
    private final SimulatedDisks disks;
    private final PathHistory paths;
    private final MendedPaths mended;
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
     * @param paths which of them failed, and when
     * @param gaveUp whether the operator gave up the proof of a window, by its opening, and a partition
     * @param stormyEpochs for how long the base fee has been high
     */
    WindowsInTime(
            Breaches breaches,
            World world,
            FairEpochs fair,
            SimulatedDisks disks,
            PathHistory paths,
            BiPredicate<Long, Long> gaveUp,
            LongSupplier stormyEpochs,
            Coverage coverage) {
        this.breaches = breaches;
        this.world = world;
        this.fair = fair;
        this.disks = disks;
        this.paths = paths;
        this.gaveUp = gaveUp;
        this.stormyEpochs = stormyEpochs;
        this.coverage = coverage;
        this.begin = world.devnet().epoch();
        this.mended = new MendedPaths(paths, fair, begin);
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
        long windowsBegun = (head - firstPeriod) / Window.LENGTH;
        // A jump over null rounds closes one window at most; a reorganisation may bring an earlier end again.
        for (long number = Math.max(0, windowsBegun - 2); number < windowsBegun; number++) {
            var window = Window.of(number, firstPeriod);
            if (window.open() > begin && judged.add(window.open())) {
                judge(window);
            }
        }
    }

    private void judge(Window window) {
        var partitions = partitions(window.deadline());
        var since = activations();
        for (int index = 0; index < partitions.size(); index++) {
            var partition = partitions.get(index);
            var challenged = challenged(partition.allSectors(), window, since);
            var sound = on(paths::neverFailed, challenged);
            var mended = on(path -> this.mended.mustBeRecovered(path, window, RECOVERED_WITHIN), challenged);
            if (!sound.isEmpty() || !mended.isEmpty()) {
                judge(window, index, new Due(sound, mended, partition.faultySectors()));
            }
        }
    }

    private List<Long> on(IntPredicate path, List<Long> sectors) {
        return sectors.stream()
                .filter(number -> path.test(disks.pathOf(new SectorNumber(number))))
                .toList();
    }

    /**
     * What has to be proven of a partition.
     *
     * @param sound sectors on paths that never failed
     * @param mended sectors that had to be declared recovered if they were faulty before
     * @param faulty what is faulty when the window has closed
     */
    private record Due(List<Long> sound, List<Long> mended, BitField faulty) {
        List<Long> faultyOf(List<Long> sectors) {
            return sectors.stream().filter(faulty::contains).toList();
        }
    }

    private void judge(Window window, long partition, Due sectors) {
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
        if (!held) {
            report(window, partition, "was not proven");
            return;
        }
        met++;
        var sound = sectors.faultyOf(sectors.sound());
        if (!sound.isEmpty() && wasProvenBefore(window, partition)) {
            report(window, partition, "was proven, and its sectors " + sound + " on sound disks are faulty");
        }
        var mended = sectors.faultyOf(sectors.mended());
        if (!mended.isEmpty()) {
            report(window, partition, "was proven, and its sectors " + mended + " on mended disks are still faulty");
        } else if (!sectors.sound().containsAll(sectors.mended())) {
            coverage.saw("mended sectors proven again");
        }
        if (stormyEpochs.getAsLong() > HOURS) {
            coverage.saw("windows proven after hours of a high base fee");
        }
    }

    private void report(Window window, long partition, String what) {
        breaches.report(
                getClass(),
                "deadline %d partition %d, open from epoch %d to %d, %s"
                        .formatted(window.deadline(), partition, window.open(), window.close(), what));
    }

    /** Whether the window a period before was proven, or there was none: after a missed one its sectors are faulty for a reason. */
    private boolean wasProvenBefore(Window window, long partition) {
        var before = window.before(1);
        return before.open() <= begin
                || proven.getOrDefault(new Proven(before.challenge(), before.deadline(), partition), 0) > 0;
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

    /** Those of its sectors that were there to be challenged. */
    private static List<Long> challenged(BitField sectors, Window window, Map<Long, Long> since) {
        return sectors.stream(MOST_SECTORS)
                .filter(number -> since.getOrDefault(number, Long.MAX_VALUE) < window.challenge())
                .boxed()
                .toList();
    }

    /** What it expects of paths that have failed. */
    MendedPaths mended() {
        return mended;
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
