package io.adit.simulation;

import io.adit.chain.message.MessageControl;
import io.adit.chain.node.pool.MemberView;
import io.adit.core.task.CrashPoints;
import io.adit.core.time.SimulatedTimeline;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.policy.ProposalVerdict;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * All machines of one provider: a single one, or several with one database and one storage of which one works and the others
 * wait for its lease. What befalls the provider befalls the one that works.
 */
final class Provider {
    private final List<SimulatedProvider> machines;
    private final SimulatedTimeline timeline;
    private final Set<SimulatedProvider> standing = new HashSet<>();

    Provider(List<SimulatedProvider> machines, SimulatedTimeline timeline) {
        this.machines = List.copyOf(machines);
        this.timeline = timeline;
    }

    /** Starts every machine that does not run; the strands of each tell it of the marked places that they reach. */
    void start() {
        // A strand inherits it from whichever strand has it begin, which may be another machine's.
        CrashPoints.watch(point -> machines.get(timeline.process()).reached(point));
        machines.stream().filter(machine -> !machine.isRunning()).forEach(SimulatedProvider::start);
    }

    boolean isWhole() {
        return machines.stream().allMatch(SimulatedProvider::isRunning);
    }

    /** Whether one machine works, alone, and does not stand still. */
    boolean isRunning() {
        return machines.size() == 1 ? machines.getFirst().isRunning() : standing.isEmpty() && atWork() == 1;
    }

    /** How many machines work, and do not stand still. */
    int atWork() {
        return (int) machines.stream()
                .filter(machine -> machine.isActive() && !standing.contains(machine))
                .count();
    }

    /** The machine that works; the first one while none does. */
    private SimulatedProvider working() {
        return machines.stream()
                .filter(machine -> machine.isActive() && !standing.contains(machine))
                .findFirst()
                .orElse(machines.getFirst());
    }

    boolean isKillable() {
        return working().isRunning();
    }

    void kill() {
        standing.remove(working());
        working().kill();
    }

    void killAll() {
        machines.forEach(SimulatedProvider::kill);
        standing.clear();
    }

    /** The machine that works stands still until what is returned is run. */
    Runnable standStill() {
        var machine = working();
        standing.add(machine);
        machine.standStill();
        return () -> {
            if (standing.remove(machine)) {
                machine.goOn();
            }
        };
    }

    void dieAfter(int points) {
        working().dieAfter(points);
    }

    /** The place at which one of them died since this was asked last. */
    Optional<String> diedAt() {
        // Of each, since what one of them says is forgotten then.
        var places = machines.stream()
                .map(SimulatedProvider::diedAt)
                .flatMap(Optional::stream)
                .toList();
        return places.stream().findFirst();
    }

    List<MemberView> viewOfNodes() {
        return working().viewOfNodes();
    }

    void pledge() {
        working().pledge();
    }

    void atTheDesk(Consumer<MessageControl> work) {
        working().atTheDesk(work);
    }

    void propose(DealParams params, Consumer<ProposalVerdict> heard) {
        working().propose(params, heard);
    }

    void importDeal(UUID deal, Path file, Consumer<Boolean> heard) {
        working().importDeal(deal, file, heard);
    }
}
