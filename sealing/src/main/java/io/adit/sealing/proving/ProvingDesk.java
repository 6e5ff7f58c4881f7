package io.adit.sealing.proving;

import io.adit.chain.actor.SectorOnChainInfo;
import io.adit.chain.node.Partition;
import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.fil.BitField;
import io.adit.core.fil.SectorNumber;
import io.adit.sealing.SealingError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** What an operator may ask the running proving room for: looking at sectors, a proof for nobody, recoveries now. */
public final class ProvingDesk {

    /** Most sectors that can be asked for at once. */
    public static final int MOST_SECTORS = DeclarationBatches.MOST_SECTORS;

    private final ProvingContext context;
    private final PartitionProofMaker maker;
    private final FaultWatch faults;
    private final ProofLane lane;
    private final DryRuns dryRuns;
    private final MarginWatch margins;
    private final DisputeLog disputes;
    private final DeepLook deepLook;

    ProvingDesk(
            ProvingContext context,
            PartitionProofMaker maker,
            FaultWatch faults,
            ProofLane lane,
            DryRuns dryRuns,
            MarginWatch margins,
            DisputeLog disputes) {
        this.context = context;
        this.maker = maker;
        this.faults = faults;
        this.lane = lane;
        this.dryRuns = dryRuns;
        this.margins = margins;
        this.disputes = disputes;
        this.deepLook = new DeepLook(context);
    }

    /** Partitions of the open window that are not proven yet and have little time left, as of the last head. */
    public List<MarginAlarm> alarms() {
        return margins.alarms();
    }

    /** Disputes that were lost, newest first. */
    public List<Dispute> disputes() {
        return disputes.list();
    }

    /**
     * Looks at the files of live sectors.
     *
     * @param deadline of this deadline only; empty: of all
     * @param deep also reads what the deadline's last challenge opens, as a proof would, not only both ends
     */
    public List<SectorCheck> check(Optional<Long> deadline, boolean deep) throws InterruptedException {
        TipSet head = context.node().chainHead();
        DeadlineInfo now = deadlineAt(head);
        var checks = new ArrayList<SectorCheck>();
        for (long index : deadlines(deadline, now)) {
            List<Partition> partitions = partitions(index, head);
            for (int partition = 0; partition < partitions.size(); partition++) {
                BitField live = partitions.get(partition).liveSectors();
                if (!live.isEmpty()) {
                    checks.addAll(check(index, partition, partitions.get(partition), deep, now, head));
                }
            }
        }
        return checks;
    }

    private List<SectorCheck> check(
            long deadline, long partition, Partition sectors, boolean deep, DeadlineInfo now, TipSet head)
            throws InterruptedException {
        List<SectorNumber> live = sectors.liveSectors().sectors(MOST_SECTORS);
        Map<SectorNumber, String> problems = deep
                ? deepLook.problems(
                        lastChallenged(deadline, now, head),
                        sectors.liveSectors(),
                        head,
                        context.within(FaultWatch.LONGEST))
                : context.sectors()
                        .look(live, context.within(FaultWatch.LONGEST))
                        .problems();
        return live.stream()
                .map(number -> new SectorCheck(
                        deadline,
                        partition,
                        number,
                        sectors.faultySectors().contains(number),
                        Optional.ofNullable(problems.get(number))))
                .toList();
    }

    /**
     * Makes and verifies the proofs of a deadline's last challenge, over all its live sectors. Nothing is sent or kept.
     *
     * @param partition this one only; empty: each
     * @throws AditException {@code PROVING_BUSY} while a real proof is being made or soon will be, or when one falls due
     */
    public List<DryRun> compute(long deadline, Optional<Long> partition) throws InterruptedException {
        TipSet head = context.node().chainHead();
        DeadlineInfo now = deadlineAt(head);
        long confidence = context.settings().challengeConfidence();
        return dryRuns.run(
                now, confidence, head, () -> nextIsDue(now, head), () -> compute(deadline, partition, now, head));
    }

    private boolean nextIsDue(DeadlineInfo now, TipSet head) {
        long next = (now.index() + 1) % now.wPoStPeriodDeadlines();
        return partitions(next, head).stream().anyMatch(WindowPoStScheduler::isDue);
    }

    private List<DryRun> compute(long deadline, Optional<Long> partition, DeadlineInfo now, TipSet head)
            throws InterruptedException {
        var runs = new ArrayList<DryRun>();
        List<Partition> partitions =
                partitions(deadlines(Optional.of(deadline), now).getFirst(), head);
        for (int index = 0; index < partitions.size(); index++) {
            boolean wanted = partition.isEmpty() || partition.get() == index;
            if (wanted && !partitions.get(index).liveSectors().isEmpty()) {
                runs.add(compute(lastChallenged(deadline, now, head), index, partitions.get(index), head));
            }
        }
        return runs;
    }

    private DryRun compute(ProvingWindow window, long partition, Partition sectors, TipSet head)
            throws InterruptedException {
        List<SectorOnChainInfo> infos =
                context.node().stateMinerSectors(context.miner(), Optional.of(sectors.liveSectors()), head.key());
        long start = context.timeline().nanoTime();
        try (var turn = lane.forLook(() -> context.settings().proofLimit().multipliedBy(2))) {
            var result = maker.make(infos, context.challenge(window, head), turn);
            return new DryRun(
                    window.deadline(),
                    partition,
                    window.challenge(),
                    infos.size(),
                    result.skipped().cardinality(),
                    result.skippedBecause(),
                    result.proof().array().length,
                    Duration.ofNanos(context.timeline().nanoTime() - start),
                    Optional.empty());
        } catch (AditException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return new DryRun(
                    window.deadline(),
                    partition,
                    window.challenge(),
                    infos.size(),
                    0,
                    "",
                    0,
                    Duration.ofNanos(context.timeline().nanoTime() - start),
                    Optional.of(String.valueOf(e.getMessage())));
        }
    }

    /**
     * Declares faulty sectors recovered that can be read, where it is not too late for their deadline.
     *
     * @param sectors these only; empty: every faulty one
     */
    public List<Recovery> recover(List<SectorNumber> sectors) throws InterruptedException {
        TipSet head = context.node().chainHead();
        return faults.recover(sectors, deadlineAt(head), head);
    }

    private DeadlineInfo deadlineAt(TipSet head) {
        return context.node().stateMinerProvingDeadline(context.miner(), head.key());
    }

    private List<Partition> partitions(long deadline, TipSet head) {
        return context.node().stateMinerPartitions(context.miner(), deadline, head.key());
    }

    private static List<Long> deadlines(Optional<Long> only, DeadlineInfo now) {
        if (only.isEmpty()) {
            return LongStream.range(0, now.wPoStPeriodDeadlines()).boxed().toList();
        }
        if (only.get() < 0 || only.get() >= now.wPoStPeriodDeadlines()) {
            throw new AditException(
                    SealingError.DEADLINE_UNKNOWN,
                    "there is no deadline " + only.get() + ": they are 0 to " + (now.wPoStPeriodDeadlines() - 1));
        }
        return List.of(only.get());
    }

    /** The deadline's latest window whose challenge is known. */
    private static ProvingWindow lastChallenged(long deadline, DeadlineInfo now, TipSet head) {
        int ahead = (int) Math.floorMod(deadline - now.index(), now.wPoStPeriodDeadlines());
        ProvingWindow next = ProvingWindow.from(now, ahead).getLast();
        if (!head.height().isBefore(next.challenge())) {
            return next;
        }
        if (next.challenge().value() < now.wPoStProvingPeriod()) {
            throw new AditException(
                    SealingError.DEADLINE_UNKNOWN,
                    "deadline " + deadline + " has had no challenge yet; its first is of epoch "
                            + next.challenge().value());
        }
        return next.earlier(now.wPoStProvingPeriod());
    }
}
