package io.adit.sealing.pipeline;

import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.MessageState;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.Tx;
import io.adit.core.task.Task;
import io.adit.core.task.TaskState;
import io.adit.sealing.StoredIntents;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The sectors that are ready for one kind of message and have none yet. */
final class WaitingSectors {

    /** A step that an operator has to look at sends nothing. */
    private static final Set<TaskState> GOES_ON = EnumSet.of(TaskState.READY, TaskState.RUNNING, TaskState.WAITING);

    private final SealingStep step;
    private final SectorMessage<?> message;

    WaitingSectors(SealingStep step, SectorMessage<?> message) {
        this.step = step;
        this.message = message;
    }

    /**
     * What a sector finds when it looks for others.
     *
     * @param ready itself and all that may go with it
     * @param others those that may go with it, the one that waits longest first
     * @param coming how many are about to be ready
     */
    record Found(List<BatchRule.Ready> ready, List<SectorRecord> others, int coming) {}

    /**
     * What was written down.
     *
     * @param key to send under
     * @param sectors those that the message is to speak of
     */
    record Shared(String key, Set<SectorNumber> sectors) {}

    private record One(SectorRecord sector, BatchRule.Ready ready) {}

    /**
     * Who could go with the sector.
     *
     * @param held those that another gathers already
     */
    Found find(Tx tx, SectorRecord self, Epoch head, Predicate<SectorNumber> held) {
        boolean alone = MessageKeys.goesAlone(tx, message.purpose(), self.number());
        var own = new BatchRule.Ready(
                task(tx, self.number()).map(Task::enqueuedAt).orElse(self.updatedAt()), message.due(tx, self, head));
        if (alone) {
            return new Found(List.of(own), List.of(), 0);
        }
        var free = tx.sectors().listInState(step.state()).stream()
                .filter(other -> !other.number().equals(self.number()))
                .filter(other -> !held.test(other.number()) && isFree(tx, other.number()))
                .toList();
        // Of several messages that wait unsigned it goes with one.
        Optional<String> key = shared(tx, self)
                .or(() -> free.stream()
                        .flatMap(other -> shared(tx, other).stream())
                        .findFirst());
        var others = free.stream()
                .filter(other ->
                        shared(tx, other).isEmpty() || shared(tx, other).equals(key))
                .flatMap(other -> task(tx, other.number())
                        .map(task ->
                                new One(other, new BatchRule.Ready(task.enqueuedAt(), message.due(tx, other, head))))
                        .stream())
                .sorted(Comparator.comparing((One one) -> one.ready().since())
                        .thenComparingLong(one -> one.sector().number().value()))
                .toList();
        var ready = new ArrayList<BatchRule.Ready>();
        ready.add(own);
        others.forEach(one -> ready.add(one.ready()));
        int coming = tx.sectors().listInState(message.stateBefore()).size();
        return new Found(ready, others.stream().map(One::sector).toList(), coming);
    }

    private Optional<Task> task(Tx tx, SectorNumber sector) {
        return tx.tasks().find(step.kind(), SealingStep.keyOf(sector)).filter(task -> GOES_ON.contains(task.state()));
    }

    private Optional<String> shared(Tx tx, SectorRecord sector) {
        return openKey(tx, sector.number());
    }

    /**
     * The key of the message that the sector is to share, while that is not signed. One whose message was lost or cancelled
     * is still written down for those that have not looked yet; nobody may join it.
     */
    private Optional<String> openKey(Tx tx, SectorNumber sector) {
        return MessageKeys.shared(tx, message.purpose(), sector)
                .filter(key -> tx.messages()
                        .find(key)
                        .map(record -> record.state() == MessageState.INTENT)
                        .orElse(true));
    }

    /** Whoever has no signed message, was not told by the operator to send none, and does not go alone. */
    private boolean isFree(Tx tx, SectorNumber other) {
        return !MessageKeys.goesAlone(tx, message.purpose(), other)
                && tx.messages()
                        .find(MessageKeys.current(tx, message.purpose(), other))
                        .map(record -> record.state() == MessageState.INTENT || StoredIntents.isLost(record))
                        .orElse(true);
    }

    /**
     * Writes down that these sectors go in one message; those that were to go in it and are not among them do not any more.
     *
     * @param asked itself and others, which are left out if they have a message or another step by now
     * @return the key is the sector's own where it is the only one
     */
    Shared share(Tx tx, SectorNumber self, Collection<SectorNumber> asked) {
        Set<SectorNumber> sectors = asked.stream()
                .filter(sector -> sector.equals(self) || stillWaits(tx, sector))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Optional<String> known =
                sectors.stream().flatMap(sector -> openKey(tx, sector).stream()).findFirst();
        if (sectors.size() == 1 && known.isEmpty()) {
            return new Shared(MessageKeys.current(tx, message.purpose(), self), sectors);
        }
        String key = known.orElseGet(() -> MessageKeys.newShared(tx, message.purpose()));
        for (SectorRecord other : tx.sectors().listInState(step.state())) {
            boolean left = !sectors.contains(other.number())
                    && MessageKeys.shared(tx, message.purpose(), other.number()).equals(Optional.of(key));
            if (left) {
                MessageKeys.leave(tx, message.purpose(), other.number());
            }
        }
        sectors.forEach(sector -> MessageKeys.join(tx, message.purpose(), sector, key));
        return new Shared(key, sectors);
    }

    private boolean stillWaits(Tx tx, SectorNumber sector) {
        return isFree(tx, sector)
                && tx.sectors()
                        .find(sector)
                        .filter(record -> record.state() == step.state())
                        .isPresent();
    }
}
