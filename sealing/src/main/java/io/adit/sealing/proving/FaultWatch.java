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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

    /** builtin-actors {@code ADDRESSED_SECTORS_MAX}; a partition has at most 2349. */
    private static final long MAX_SECTORS = 25_000;

    private final ProvingContext context;

    /** A window that was looked at while another one was open. */
    private record Look(Epoch window, Epoch during) {}

    /** A declaration that was sent, and the last epoch at which sending it again still helps. */
    private record Declaration(String what, Look look, Epoch lastChance) {}

    /** Rebuilt after a restart, as are the declarations: looking again finds the same ones. */
    private final Set<Look> looked = new HashSet<>();

    private final Map<String, Declaration> underWay = new ConcurrentHashMap<>();

    FaultWatch(ProvingContext context) {
        this.context = context;
    }

    /** Looks at every declarable window that was not looked at since the present deadline opened. */
    void look(DeadlineInfo now, TipSet head) throws InterruptedException {
        follow(head);
        looked.removeIf(look -> look.during().isBefore(now.open()));
        for (ProvingWindow window : ProvingWindow.from(now, ProvingWindow.declarableAhead(now))) {
            Epoch lastChance = window.faultCutoff().minus(MARGIN);
            var look = new Look(window.open(), now.open());
            if (head.height().isBefore(lastChance) && !looked.contains(look)) {
                lookAt(window, look, head);
                // Only now: what failed is looked at again at the next head, while there is still time.
                looked.add(look);
            }
        }
    }

    /** A declaration that the chain refused, or that lost its nonce, is made anew from a new look at the sectors. */
    private void follow(TipSet head) {
        // Not Map.copyOf, whose order is another one in each process: a simulated seed would not take the same course.
        for (var sent : List.copyOf(underWay.entrySet())) {
            Declaration declaration = sent.getValue();
            Optional<String> failure = failure(sent.getKey());
            if (failure.isPresent()) {
                context.metrics().failed();
                LOG.warn("declaring sectors {} failed: {}", declaration.what(), failure.get());
                looked.removeIf(look -> look.window().equals(declaration.look().window()));
                underWay.remove(sent.getKey());
            } else if (isDone(sent.getKey())) {
                underWay.remove(sent.getKey());
            } else if (!head.height().isBefore(declaration.lastChance())) {
                LOG.error(
                        "declaring sectors {} has not reached the chain in time, before epoch {}",
                        declaration.what(),
                        declaration.lastChance().value());
                underWay.remove(sent.getKey());
            }
        }
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

    private void lookAt(ProvingWindow window, Look look, TipSet head) throws InterruptedException {
        List<Partition> partitions =
                context.node().stateMinerPartitions(context.miner(), window.deadline(), head.key());
        var faults = new ArrayList<SectorDeclaration>();
        var recoveries = new ArrayList<SectorDeclaration>();
        for (int index = 0; index < partitions.size(); index++) {
            Partition partition = partitions.get(index);
            BitField down = down(partition);
            BitField readable = down.minus(unreadable(down, window));
            if (!readable.isEmpty()) {
                recoveries.add(new SectorDeclaration(window.deadline(), index, readable));
            }
            if (context.settings().declareFaults()) {
                BitField up = partition.liveSectors().minus(partition.faultySectors());
                BitField broken = unreadable(up, window);
                if (!broken.isEmpty()) {
                    faults.add(new SectorDeclaration(window.deadline(), index, broken));
                }
            }
        }
        declareRecovered(window, look, recoveries);
        declareFaulty(window, look, faults);
    }

    /** Declares now what an operator asks for; each partition is answered for. */
    List<Recovery> recover(List<SectorNumber> asked, DeadlineInfo now, TipSet head) throws InterruptedException {
        BitField wanted = BitField.ofSectors(asked);
        var answers = new ArrayList<Recovery>();
        for (ProvingWindow window : ProvingWindow.from(now, (int) now.wPoStPeriodDeadlines() - 1)) {
            var declared = new ArrayList<SectorDeclaration>();
            List<Partition> partitions =
                    context.node().stateMinerPartitions(context.miner(), window.deadline(), head.key());
            for (int index = 0; index < partitions.size(); index++) {
                BitField down = down(partitions.get(index));
                BitField some = asked.isEmpty() ? down : down.intersect(wanted);
                if (!some.isEmpty()) {
                    answers.addAll(recover(window, index, some, head, declared));
                }
            }
            declareRecovered(window, new Look(window.open(), now.open()), declared);
        }
        return answers;
    }

    private List<Recovery> recover(
            ProvingWindow window, long partition, BitField some, TipSet head, List<SectorDeclaration> declared)
            throws InterruptedException {
        if (!head.height().isBefore(window.faultCutoff())) {
            String late = "too late for the window that opens at epoch "
                    + window.open().value() + "; can be declared again from epoch "
                    + window.close().value();
            return List.of(new Recovery(window.deadline(), partition, some, Optional.of(late)));
        }
        var answers = new ArrayList<Recovery>();
        Map<SectorNumber, String> problems = context.sectors().unreadable(some.sectors(MAX_SECTORS));
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

    private void declareRecovered(ProvingWindow window, Look look, List<SectorDeclaration> all) {
        for (var batch : batches(all)) {
            send(
                    "recovered",
                    window,
                    look,
                    batch,
                    MinerMethod.DECLARE_FAULTS_RECOVERED.number(),
                    new DeclareFaultsRecoveredParams(batch).toCbor());
        }
    }

    private void declareFaulty(ProvingWindow window, Look look, List<SectorDeclaration> all) {
        for (var batch : batches(all)) {
            send(
                    "faulty",
                    window,
                    look,
                    batch,
                    MinerMethod.DECLARE_FAULTS.number(),
                    new DeclareFaultsParams(batch).toCbor());
        }
    }

    private List<List<SectorDeclaration>> batches(List<SectorDeclaration> all) {
        return DeclarationBatches.split(
                all,
                context.settings().maxPartitionsPerDeclaration(),
                context.settings().maxSectorsPerDeclaration());
    }

    private BitField unreadable(BitField sectors, ProvingWindow window) throws InterruptedException {
        if (sectors.isEmpty()) {
            return BitField.EMPTY;
        }
        Map<SectorNumber, String> problems = context.sectors().unreadable(sectors.sectors(MAX_SECTORS));
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
        underWay.put(key, new Declaration(what, look, window.faultCutoff().minus(MARGIN)));
        if (!known) {
            context.metrics().declared(what, sectors);
            LOG.info("declared {} sectors of deadline {} {} with {}", sectors, window.deadline(), what, cid);
        }
    }

    private boolean hasFailed(String key) {
        return context.outbox().record(key).isPresent() && failure(key).isPresent();
    }
}
