package io.adit.sealing.proving;

import io.adit.chain.actor.DeclareFaultsParams;
import io.adit.chain.actor.DeclareFaultsRecoveredParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.SectorDeclaration;
import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.node.Partition;
import io.adit.chain.type.ActorKind;
import io.adit.chain.type.DeadlineInfo;
import io.adit.chain.type.ExitCode;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import io.adit.core.state.MessageState;
import io.adit.core.time.Strand;
import io.adit.sealing.proving.FaultLooks.Look;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the sectors of coming deadlines while there is still time to declare: faulty ones that can be read again are
 * declared recovered, so that the deadline proves them and their power returns; healthy ones that cannot be read are
 * declared faulty.
 */
final class FaultWatch {

    private static final Logger LOG = LoggerFactory.getLogger(FaultWatch.class);

    /** Epochs a declaration is given to reach the chain before the cutoff. */
    private static final long MARGIN = 2;

    /** The longest that all disks of a deadline are given to answer (Lotus {@code PartitionCheckTimeout}). */
    static final Duration LONGEST = Duration.ofMinutes(20);

    /** However near the cutoff is. */
    private static final Duration LEAST = Duration.ofSeconds(20);

    private final ProvingContext context;
    private final DeepLook deep;
    private final FaultLooks looks;

    /** A declaration that was sent, and the last epoch at which sending it again still helps. */
    private record Declaration(String what, Look look, Epoch lastChance) {}

    /** Rebuilt after a restart: looking again finds the same ones. */
    private final Map<String, Declaration> underWay = new ConcurrentHashMap<>();

    FaultWatch(ProvingContext context) {
        this.context = context;
        this.deep = new DeepLook(context);
        this.looks = new FaultLooks(context);
    }

    /**
     * Begins to look at every declarable window that was not looked at since the present deadline opened; what takes longer than a
     * moment goes on after this has returned.
     *
     * @return whether any of it was under way, so that there may soon be declarations to follow
     */
    boolean look(DeadlineInfo now, TipSet head) throws InterruptedException {
        var steps = new SeparateSteps(context.metrics());
        boolean wasBusy = looks.isBusy();
        follow(head, steps);
        looks.forgetBefore(now.open());
        for (ProvingWindow window : ProvingWindow.from(now, ProvingWindow.declarableAhead(now))) {
            if (head.height().isBefore(lastChance(window))) {
                var look = new Look(window.open(), now.open());
                looks.begin(look, window.deadline(), () -> lookAt(window, look, now.wPoStProvingPeriod(), head));
            }
        }
        boolean isBusy = wasBusy || looks.isBusy();
        for (SeparateSteps.SomeFailed failure : looks.await(context.settings().poll())) {
            steps.run("looking for faults", () -> {
                throw failure;
            });
        }
        steps.end();
        return isBusy;
    }

    private static Epoch lastChance(ProvingWindow window) {
        return window.faultCutoff().minus(MARGIN);
    }

    /** The looks under way. */
    List<Strand> looks() {
        return looks.underWay();
    }

    /** A declaration that the chain refused, or that lost its nonce, is made anew from a new look at the sectors. */
    private void follow(TipSet head, SeparateSteps steps) throws InterruptedException {
        // Not Map.copyOf, whose order is another one in each process: a simulated seed would not take the same course.
        for (var sent : List.copyOf(underWay.entrySet())) {
            steps.run(
                    "following the message that declares sectors "
                            + sent.getValue().what(),
                    () -> {
                        if (isAbsent(sent.getKey(), sent.getValue())
                                && !head.height().isBefore(sent.getValue().lastChance())) {
                            LOG.error(
                                    "declaring sectors {} has not reached the chain in time, before epoch {}",
                                    sent.getValue().what(),
                                    sent.getValue().lastChance().value());
                            underWay.remove(sent.getKey());
                        }
                    });
        }
    }

    /** Whether a declaration is still under way; of one whose fate the node cannot tell, it is so too. */
    private boolean isAbsent(String key, Declaration declaration) {
        Optional<String> failure;
        try {
            failure = failure(key);
        } catch (AditException e) {
            if (e.code() != MessageErrorCode.MESSAGE_FATE_UNKNOWN) {
                throw e;
            }
            LOG.warn("declaring sectors {}: {}", declaration.what(), e.getMessage());
            return true;
        }
        if (failure.isPresent()) {
            context.metrics().failed();
            LOG.warn("declaring sectors {} failed: {}", declaration.what(), failure.get());
            looks.again(declaration.look().window());
        }
        if (failure.isPresent() || isDone(key)) {
            underWay.remove(key);
            return false;
        }
        return true;
    }

    /** Why the message of this key has come to nothing, if it has; one that the node forgot is pushed again by asking. */
    private Optional<String> failure(String key) {
        try {
            return context.outbox()
                    .found(key, context.settings().messageConfidence())
                    .filter(found -> !found.receipt().isSuccess())
                    .map(found ->
                            "exit code " + ExitCode.explain(found.receipt().exitCode(), ActorKind.MINER));
        } catch (AditException e) {
            if (e.code() == MessageErrorCode.MESSAGE_CANCELLED) {
                // The operator does not want it: nothing is sent in its place.
                return Optional.empty();
            }
            if (e.code() != MessageErrorCode.MESSAGE_NONCE_TAKEN) {
                throw e;
            }
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private boolean isDone(String key) {
        return context.outbox()
                .record(key)
                .filter(record -> record.state() == MessageState.DONE)
                .isPresent();
    }

    private void lookAt(ProvingWindow window, Look look, long period, TipSet head) throws InterruptedException {
        PartitionLook answer = context.looks().at(window.deadline(), head);
        List<Partition> partitions = answer.partitions();
        var faults = new ArrayList<SectorDeclaration>();
        var recoveries = new ArrayList<SectorDeclaration>();
        Supplier<Duration> left = context.within(budget(window, head));
        for (int index = 0; index < partitions.size(); index++) {
            Partition partition = partitions.get(index);
            Duration share = left.get().dividedBy(partitions.size() - index);
            BitField down = down(partition);
            BitField asked = down.minus(context.refused().notYet(down, window, period));
            BitField readable =
                    asked.minus(told(unprovable(asked, window.earlier(period), head, share.dividedBy(2)), window));
            if (!readable.isEmpty()) {
                recoveries.add(new SectorDeclaration(window.deadline(), index, readable));
            }
            if (context.settings().declareFaults()) {
                BitField up = partition.liveSectors().minus(partition.faultySectors());
                BitField broken = unreadable(up, window, share.dividedBy(2));
                if (!broken.isEmpty()) {
                    faults.add(new SectorDeclaration(window.deadline(), index, broken));
                }
            }
        }
        var steps = new SeparateSteps(context.metrics());
        declareRecovered(window, look, recoveries, steps);
        declareFaulty(window, look, faults, steps);
        steps.run("asking for the partitions of deadline " + window.deadline(), answer::requireWhole);
        steps.end();
    }

    /** So long that what is found can still be declared. */
    private Duration budget(ProvingWindow window, TipSet head) {
        long epochs = Math.max(0, lastChance(window).minus(head.height()));
        Duration usable = context.settings()
                .epochTime()
                .multipliedBy(epochs)
                .multipliedBy(3)
                .dividedBy(4);
        Duration most = usable.compareTo(LONGEST) < 0 ? usable : LONGEST;
        return most.compareTo(LEAST) < 0 ? LEAST : most;
    }

    /** Declares now what an operator asks for; each partition is answered for. */
    List<Recovery> recover(List<SectorNumber> asked, DeadlineInfo now, TipSet head) throws InterruptedException {
        BitField wanted = BitField.ofSectors(asked);
        var answers = new ArrayList<Recovery>();
        var steps = new SeparateSteps(context.metrics());
        for (ProvingWindow window : ProvingWindow.from(now, (int) now.wPoStPeriodDeadlines() - 1)) {
            var declared = new ArrayList<SectorDeclaration>();
            List<Partition> partitions =
                    context.node().stateMinerPartitions(context.miner(), window.deadline(), head.key());
            for (int index = 0; index < partitions.size(); index++) {
                BitField down = down(partitions.get(index));
                BitField some = asked.isEmpty() ? down : down.intersect(wanted);
                if (!some.isEmpty()) {
                    answers.addAll(recover(window, index, some, now.wPoStProvingPeriod(), head, declared));
                }
            }
            declareRecovered(window, new Look(window.open(), now.open()), declared, steps);
        }
        steps.endWithFirst();
        return answers;
    }

    private List<Recovery> recover(
            ProvingWindow window,
            long partition,
            BitField some,
            long period,
            TipSet head,
            List<SectorDeclaration> declared)
            throws InterruptedException {
        if (!head.height().isBefore(window.faultCutoff())) {
            String late = "too late for the window that opens at epoch "
                    + window.open().value() + "; can be declared again from epoch "
                    + window.close().value();
            return List.of(new Recovery(window.deadline(), partition, some, Optional.of(late)));
        }
        var answers = new ArrayList<Recovery>();
        Map<SectorNumber, String> problems = unprovable(some, window.earlier(period), head, LONGEST);
        problems.forEach((sector, problem) -> answers.add(
                new Recovery(window.deadline(), partition, BitField.of(sector.value()), Optional.of(problem))));
        BitField readable = some.minus(BitField.ofSectors(problems.keySet()));
        if (!readable.isEmpty()) {
            declared.add(new SectorDeclaration(window.deadline(), partition, readable));
            answers.add(new Recovery(window.deadline(), partition, readable, Optional.empty()));
        }
        return answers;
    }

    private static BitField down(Partition partition) {
        return partition.faultySectors().intersect(partition.liveSectors()).minus(partition.recoveringSectors());
    }

    private void declareRecovered(ProvingWindow window, Look look, List<SectorDeclaration> all, SeparateSteps steps)
            throws InterruptedException {
        for (var batch : batches(all)) {
            steps.run(
                    "declaring sectors of deadline " + window.deadline() + " recovered",
                    () -> send(
                            "recovered",
                            window,
                            look,
                            batch,
                            MinerMethod.DECLARE_FAULTS_RECOVERED.number(),
                            new DeclareFaultsRecoveredParams(batch).toCbor()));
        }
    }

    private void declareFaulty(ProvingWindow window, Look look, List<SectorDeclaration> all, SeparateSteps steps)
            throws InterruptedException {
        for (var batch : batches(all)) {
            steps.run(
                    "declaring sectors of deadline " + window.deadline() + " faulty",
                    () -> send(
                            "faulty",
                            window,
                            look,
                            batch,
                            MinerMethod.DECLARE_FAULTS.number(),
                            new DeclareFaultsParams(batch).toCbor()));
        }
    }

    private List<List<SectorDeclaration>> batches(List<SectorDeclaration> all) {
        return DeclarationBatches.split(
                all,
                context.settings().maxPartitionsPerDeclaration(),
                context.settings().maxSectorsPerDeclaration());
    }

    /** Those that can be said to be so: what does not answer in time may be sound all the same. */
    private BitField unreadable(BitField sectors, ProvingWindow window, Duration time) throws InterruptedException {
        if (sectors.isEmpty()) {
            return BitField.EMPTY;
        }
        SectorLook look =
                context.sectors().look(sectors.sectors(DeclarationBatches.MOST_SECTORS), context.within(time));
        if (!look.late().isEmpty()) {
            LOG.warn(
                    "{} sectors (deadline {}) were not looked at in time and are not declared faulty; one of them, sector {}: {}",
                    look.late().size(),
                    window.deadline(),
                    look.late().iterator().next().value(),
                    look.problems().get(look.late().iterator().next()));
        }
        return told(look.broken(), window);
    }

    /**
     * What speaks against declaring them recovered: what is wrong with their files, or with what the last challenge opened, or
     * that they did not say in time.
     */
    private Map<SectorNumber, String> unprovable(BitField sectors, ProvingWindow last, TipSet head, Duration time)
            throws InterruptedException {
        if (sectors.isEmpty()) {
            return Map.of();
        }
        Duration each = time.dividedBy(2);
        var problems = new TreeMap<>(context.sectors()
                .look(sectors.sectors(DeclarationBatches.MOST_SECTORS), context.within(each))
                .problems());
        BitField readable = sectors.minus(BitField.ofSectors(problems.keySet()));
        if (!readable.isEmpty() && last.challenge().value() > 0) {
            try {
                problems.putAll(deep.problems(last, readable, head, context.within(each)));
            } catch (AditException e) {
                // A node that keeps little of the past must not keep sound sectors from being recovered.
                LOG.warn(
                        "what the last challenge of deadline {} opens cannot be looked at: {}",
                        last.deadline(),
                        e.getMessage());
            }
        }
        return problems;
    }

    private static BitField told(Map<SectorNumber, String> problems, ProvingWindow window) {
        problems.forEach((sector, problem) ->
                LOG.warn("sector {} (deadline {}) cannot be proven: {}", sector.value(), window.deadline(), problem));
        return BitField.ofSectors(problems.keySet());
    }

    private void send(
            String what,
            ProvingWindow window,
            Look look,
            List<SectorDeclaration> declarations,
            long method,
            byte[] params) {
        // The same declaration for the same window is one message, however often it is looked at, until it has failed.
        String digest = HexFormat.of().formatHex(Hashes.blake2b(params, 8));
        String base = "post-" + what + "/" + window.open().value() + "/" + window.deadline() + "/" + digest;
        String key = base;
        for (int attempt = 1; hasFailed(key); attempt++) {
            key = base + "/" + attempt;
        }
        boolean known = context.outbox().record(key).isPresent();
        long sectors = declarations.stream()
                .mapToLong(declaration -> declaration.sectors().cardinality())
                .sum();
        var intent = new MessageIntent(
                        key,
                        context.settings().worker(),
                        context.miner(),
                        TokenAmount.ZERO,
                        method,
                        params,
                        context.settings().maxDeclarationFee(),
                        method == MinerMethod.DECLARE_FAULTS.number()
                                ? MessagePriority.FAULT
                                : MessagePriority.RECOVERY)
                .dueBy(window.faultCutoff());
        Cid cid;
        try {
            cid = context.outbox().send(intent);
        } catch (AditException e) {
            if (e.code() != MessageErrorCode.MESSAGE_CANCELLED) {
                throw e;
            }
            // Nothing is sent in its place, and what else is to be declared does not wait for it.
            LOG.warn("declaring {} sectors of deadline {} {}: {}", sectors, window.deadline(), what, e.getMessage());
            return;
        }
        underWay.put(key, new Declaration(what, look, lastChance(window)));
        if (!known) {
            context.metrics().declared(what, sectors);
            LOG.info("declared {} sectors of deadline {} {} with {}", sectors, window.deadline(), what, cid);
        }
    }

    private boolean hasFailed(String key) {
        return context.outbox().record(key).isPresent() && failure(key).isPresent();
    }
}
