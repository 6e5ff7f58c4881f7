package io.adit.sealing.proving;

import io.adit.chain.actor.SectorOnChainInfo;
import io.adit.chain.node.Partition;
import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.time.Permits;
import io.adit.sealing.SealingError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/** What an operator may ask the running proving room for: looking at sectors, a proof for nobody, recoveries now. */
public final class ProvingDesk {

    private static final long MOST_SECTORS = DeclarationBatches.MOST_SECTORS;

    private final ProvingContext context;
    private final PartitionProofMaker maker;
    private final FaultWatch faults;
    private final Permits lane;
    private final BooleanSupplier proving;
    private final MarginWatch margins;
    private final DisputeLog disputes;

    ProvingDesk(
            ProvingContext context,
            PartitionProofMaker maker,
            FaultWatch faults,
            Permits lane,
            BooleanSupplier proving,
            MarginWatch margins,
            DisputeLog disputes) {
        this.context = context;
        this.maker = maker;
        this.faults = faults;
        this.lane = lane;
        this.proving = proving;
        this.margins = margins;
        this.disputes = disputes;
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
                ? deepProblems(deadline, sectors, now, head)
                : context.sectors().unreadable(live);
        return live.stream()
                .map(number -> new SectorCheck(
                        deadline,
                        partition,
                        number,
                        sectors.faultySectors().contains(number),
                        Optional.ofNullable(problems.get(number))))
                .toList();
    }

    private Map<SectorNumber, String> deepProblems(long deadline, Partition sectors, DeadlineInfo now, TipSet head)
            throws InterruptedException {
        var window = lastChallenged(deadline, now, head);
        List<SectorOnChainInfo> infos =
                context.node().stateMinerSectors(context.miner(), Optional.of(sectors.liveSectors()), head.key());
        var commitments = new TreeMap<SectorNumber, Commitment>();
        infos.forEach(info -> commitments.put(info.sectorNumber(), Commitment.fromCid(info.sealedCid())));
        var type = RegisteredSealProof.fromNumber(infos.getFirst().sealProof()).windowPoSt();
        try (var read = context.sectors().read(type, context.challenge(window, head), commitments)) {
            return read.problems();
        }
    }

    /**
     * Makes and verifies the proofs of a deadline's last challenge, over all its live sectors. Nothing is sent or kept.
     *
     * @param partition this one only; empty: each
     * @throws AditException {@code PROVING_BUSY} while a real proof is being made
     */
    public List<DryRun> compute(long deadline, Optional<Long> partition) throws InterruptedException {
        if (proving.getAsBoolean()) {
            throw new AditException(
                    SealingError.PROVING_BUSY,
                    "computing a window proof of deadline " + deadline
                            + " for a look: a real one is being made and must not wait; ask again once it is done");
        }
        TipSet head = context.node().chainHead();
        DeadlineInfo now = deadlineAt(head);
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
        lane.acquire();
        long start = context.timeline().nanoTime();
        try {
            var result = maker.make(infos, context.challenge(window, head));
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
        } finally {
            lane.release();
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
