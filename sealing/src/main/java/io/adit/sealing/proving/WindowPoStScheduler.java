package io.adit.sealing.proving;

import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.Partition;
import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import io.adit.core.state.StateStore;
import io.adit.core.time.Strand;
import io.adit.core.time.SystemTimeline;
import io.adit.core.time.Timeline;
import io.adit.proofs.Proofs;
import io.adit.sealing.storage.StoragePaths;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the head and starts a {@link PartitionProver} for each partition that must be proven in the present window or,
 * once its challenge is known, in the next one; a second thread declares faults and recoveries ahead. Heads that come
 * while one is being looked at are passed over: only the newest counts.
 */
public final class WindowPoStScheduler implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WindowPoStScheduler.class);

    /** How long closing waits for threads that are writing or talking to the node. */
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(3);

    private record Work(ProvingWindow window, PartitionBatch batch) {}

    private final ProvingContext context;
    private final PartitionProofMaker maker;
    private final FaultWatch faultWatch;
    private final DisputeWatch disputeWatch;
    private final DisputeLog disputes;
    private final Timeline timeline;
    private final HeadWatch heads;
    private final ProofLane lane;
    private final MarginWatch margins;
    private final BlindMargin blind;
    private final PostGas gas;
    private final DryRuns dryRuns = new DryRuns(this::isProving);
    private final Lock lock;
    private final Map<Work, Strand> started = new HashMap<>();
    private final List<Strand> strands = new ArrayList<>();

    /** Connects the rooms; {@link #start} begins. */
    public WindowPoStScheduler(
            ProvingSettings settings,
            StateStore store,
            FullNode node,
            Proofs proofs,
            StoragePaths paths,
            MessageOutbox outbox,
            MeterRegistry registry) {
        this(
                settings,
                store,
                node,
                proofs,
                new SectorReadability(paths, settings, scratch(settings)),
                outbox,
                registry,
                new SystemTimeline());
    }

    private static Path scratch(ProvingSettings settings) {
        return settings.scratch().orElseGet(() -> {
            try {
                return Files.createTempDirectory("adit-post");
            } catch (IOException e) {
                throw new UncheckedIOException("making a temporary directory for window proofs", e);
            }
        });
    }

    /** As the other one, for sectors that lie elsewhere and for another time. */
    public WindowPoStScheduler(
            ProvingSettings settings,
            StateStore store,
            FullNode node,
            Proofs proofs,
            ProvableSectors sectors,
            MessageOutbox outbox,
            MeterRegistry registry,
            Timeline timeline) {
        var metrics = new ProvingMetrics(registry);
        this.timeline = timeline;
        this.heads = new HeadWatch(timeline);
        this.lock = timeline.newLock();
        this.context = new ProvingContext(
                settings,
                store,
                node,
                proofs,
                sectors,
                outbox,
                new ProofJournal(store),
                new PartitionLooks(settings.miner().address(), store, node, metrics),
                new RefusedSectors(store),
                metrics,
                timeline);
        this.maker = new PartitionProofMaker(settings, proofs, sectors, store, metrics, timeline);
        this.faultWatch = new FaultWatch(context);
        this.disputes = new DisputeLog(store);
        this.disputeWatch = new DisputeWatch(context, disputes);
        this.margins = new MarginWatch(context);
        this.blind = new BlindMargin(context.journal());
        this.gas = new PostGas(context);
        this.lane = new ProofLane(settings.parallelProofs(), dryRuns, timeline);
    }

    /** Begins to prove. */
    public void start() {
        // Platform threads throughout: proving must go on when virtual threads have no carrier left.
        strands.add(timeline.start(Strand.Kind.PLATFORM, "post-scheduler", () -> loop(this::schedule)));
        strands.add(timeline.start(Strand.Kind.PLATFORM, "post-faults", () -> loop(this::watchFaults)));
    }

    /** To be called with every new head; returns at once. */
    public void onHead(TipSet head) {
        heads.offer(head);
    }

    /** The kept records of partitions in the last windows, newest first. */
    public List<PartitionProof> recent() {
        return context.journal().recent();
    }

    @FunctionalInterface
    private interface HeadStep {
        /** Returns how long a head that stays is not looked at again. */
        Duration at(DeadlineInfo now, TipSet head) throws InterruptedException;
    }

    private void loop(HeadStep step) {
        Optional<TipSet> seen = Optional.empty();
        Duration pause = context.settings().poll();
        while (!heads.isClosed()) {
            try {
                seen = heads.awaitOther(seen, pause);
                // What failed is tried again before long; what a head has said, it says again.
                pause = context.settings().poll();
                if (seen.isPresent()) {
                    DeadlineInfo now = context.node()
                            .stateMinerProvingDeadline(
                                    context.miner(), seen.get().key());
                    pause = step.at(now, seen.get());
                }
            } catch (InterruptedException stopping) {
                return;
            } catch (SeparateSteps.SomeFailed told) {
                LOG.debug("looking at the proving deadline again before long", told);
            } catch (RuntimeException | Error e) {
                // The node may be away for a while, or memory short; proving goes on with the next head.
                context.metrics().failed();
                LOG.warn("looking at the proving deadline failed: {}", e.getMessage(), e);
            }
        }
    }

    private Duration watchFaults(DeadlineInfo now, TipSet head) throws InterruptedException {
        var steps = new SeparateSteps(context.metrics());
        // What has a deadline goes first.
        var isBusy = new AtomicBoolean();
        steps.run("looking for faults", () -> isBusy.set(faultWatch.look(now, head)));
        steps.run("looking for disputes", () -> disputeWatch.look(head));
        steps.end();
        return isBusy.get() ? context.settings().poll() : HeadWatch.SAME_AGAIN;
    }

    private Duration schedule(DeadlineInfo now, TipSet head) throws InterruptedException {
        blind.seen(now, head);
        forgetEnded(head);
        var steps = new SeparateSteps(context.metrics());
        for (ProvingWindow window : ProvingWindow.from(now, 1)) {
            long confidence = context.settings().challengeConfidence();
            boolean challengeKnown = !head.height().isBefore(window.challenge().plus(confidence));
            if (challengeKnown && head.height().isBefore(window.close())) {
                steps.run(
                        "starting the proofs of deadline " + window.deadline(),
                        () -> schedule(window, window.deadline() == now.index(), head));
            }
        }
        steps.end();
        return HeadWatch.SAME_AGAIN;
    }

    private void schedule(ProvingWindow window, boolean isOpen, TipSet head) {
        PartitionLook look = context.looks().at(window.deadline(), head);
        List<Long> due = startPartitions(window, look.partitions());
        margins.doubt(window, look.doubt(), head);
        if (isOpen) {
            margins.look(window, due, head);
        }
        look.requireWhole();
    }

    /**
     * Partitions of the open window that are not proven yet and have little time left, and those that the full node no longer
     * knows, as of the last head.
     */
    public List<MarginAlarm> alarms() {
        return margins.alarms();
    }

    /**
     * The same while the chain is not seen: partitions of the windows since the last head that are not known to be proven, by the
     * clock.
     *
     * @param now the epoch by the clock
     */
    public List<MarginAlarm> alarmsByClock(Epoch now) {
        return blind.at(now);
    }

    /** For operators. */
    public ProvingDesk desk() {
        return new ProvingDesk(context, maker, faultWatch, lane, dryRuns, margins, disputes);
    }

    /** Whether a proof is being made, or will be as soon as its thread comes to it. */
    private boolean isProving() {
        if (lane.isWanted()) {
            return true;
        }
        lock.lock();
        try {
            return started.entrySet().stream()
                    .filter(entry -> entry.getValue().isAlive())
                    .map(entry -> context.journal()
                            .find(entry.getKey().window(), entry.getKey().batch()))
                    .anyMatch(proof -> proof.isEmpty() || proof.get().phase() == PartitionProof.Phase.PROVING);
        } finally {
            lock.unlock();
        }
    }

    private List<Long> startPartitions(ProvingWindow window, List<Partition> partitions) {
        var due = new ArrayList<Long>();
        toProve(window, partitions).forEach((batch, indices) -> {
            startOnce(new Work(window, batch));
            due.addAll(indices);
        });
        return due;
    }

    /**
     * The batches to be proven with their partitions that have something to prove. What was begun in a window goes on as it was
     * begun, also when the operator has asked for other batches since; it is written down before it begins.
     */
    private Map<PartitionBatch, List<Long>> toProve(ProvingWindow window, List<Partition> partitions) {
        var settings = context.settings();
        var work = new LinkedHashMap<PartitionBatch, List<Long>>();
        for (PartitionBatch planned :
                PartitionBatch.plan(partitions.size(), gas.partitions(window), settings.sectorSize())) {
            List<Long> due = planned.partitions().stream()
                    .filter(index -> isDue(partitions.get(index.intValue())))
                    .toList();
            if (due.isEmpty()) {
                continue;
            }
            if (mayGoTogether(window, planned, partitions)) {
                context.journal().save(PartitionProof.begin(window, planned));
            }
            for (long index : due) {
                PartitionBatch batch = context.journal()
                        .covering(window, index)
                        .map(PartitionProof::batch)
                        .orElseGet(() -> alone(window, index));
                work.computeIfAbsent(batch, key -> new ArrayList<>()).add(index);
            }
        }
        return work;
    }

    /** Where partitions may go together, one that goes alone is written down, so that it does so to the end. */
    private PartitionBatch alone(ProvingWindow window, long index) {
        var single = PartitionBatch.single(index);
        if (context.settings().partitionsPerMessage() > 1) {
            context.journal().save(PartitionProof.begin(window, single));
        }
        return single;
    }

    static boolean isDue(Partition partition) {
        return !partition
                .liveSectors()
                .minus(partition.faultySectors())
                .union(partition.recoveringSectors())
                .isEmpty();
    }

    /**
     * Whether partitions of which nothing was begun are proven together: not if something recovers in one. A message with
     * recoveries is verified by the chain, which costs much gas and is refused as a whole (Lotus
     * {@code SingleRecoveringPartitionPerPostMessage}).
     */
    private boolean mayGoTogether(ProvingWindow window, PartitionBatch batch, List<Partition> partitions) {
        return batch.count() > 1
                && context.journal().find(window, batch).isEmpty()
                && batch.partitions().stream()
                        .allMatch(index ->
                                context.journal().covering(window, index).isEmpty()
                                        && partitions
                                                .get(index.intValue())
                                                .recoveringSectors()
                                                .isEmpty());
    }

    private void startOnce(Work work) {
        lock.lock();
        try {
            started.computeIfPresent(work, (key, strand) -> strand.isAlive() || isGivenUp(key) ? strand : null);
            started.computeIfAbsent(work, key -> {
                var prover = new PartitionProver(context, maker, gas, heads, lane, key.window(), key.batch());
                return timeline.start(
                        Strand.Kind.PLATFORM,
                        "post-" + key.window().deadline() + "-" + key.batch(),
                        () -> runProver(prover));
            });
        } finally {
            lock.unlock();
        }
    }

    private boolean isGivenUp(Work work) {
        return context.journal()
                .find(work.window(), work.batch())
                .filter(proof -> PartitionProver.wasCancelled(context, proof))
                .isPresent();
    }

    private void forgetEnded(TipSet head) {
        lock.lock();
        try {
            started.entrySet()
                    .removeIf(entry ->
                            !head.height().isBefore(entry.getKey().window().close())
                                    && !entry.getValue().isAlive());
        } finally {
            lock.unlock();
        }
    }

    private void runProver(PartitionProver prover) {
        try {
            while (!ended(prover)) {
                heads.awaitOther(heads.latest(), context.settings().poll());
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** False when the prover broke down, whatever by: what it has stored lets it begin again while the window is open. */
    private boolean ended(PartitionProver prover) throws InterruptedException {
        try {
            prover.run();
            return true;
        } catch (RuntimeException | Error e) {
            context.metrics().failed();
            LOG.error("a window proof's thread broke down and begins again", e);
            return heads.isClosed();
        }
    }

    /**
     * Stops. Threads that wait end by themselves; one that is inside a proof is left to end when the library does, and
     * finds the scheduler closed.
     */
    @Override
    public void close() {
        heads.close();
        long until = timeline.nanoTime() + CLOSE_GRACE.toNanos();
        try {
            // The scheduler may be about to start provers; only when it has ended are all of them known.
            join(strands, until);
            join(faultWatch.looks(), until);
            join(provers(), until);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        strands.forEach(Strand::interrupt);
        faultWatch.looks().forEach(Strand::interrupt);
        provers().forEach(Strand::interrupt);
    }

    private List<Strand> provers() {
        lock.lock();
        try {
            return List.copyOf(started.values());
        } finally {
            lock.unlock();
        }
    }

    private void join(List<Strand> running, long until) throws InterruptedException {
        for (Strand strand : running) {
            strand.join(Duration.ofNanos(Math.max(1, until - timeline.nanoTime())));
        }
    }
}
