package io.adit.simulation;

import io.adit.chain.type.BlockHeader;
import io.adit.core.state.StateStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * One seed's history of two or three machines that make blocks for one miner on a contested chain, with one database and a
 * slash guard each. The one that works dies or stands still, anywhere and at every place of a round, goes on in the middle
 * of it when another works; nobody tends them. No two signed blocks of all machines may be a consensus fault, and blocks go
 * on while one machine lives.
 */
final class MachinesHistory extends ContestedHistory {
    private static final Plan PLAN = new Plan(140, 30, 6);

    /**
     * Epochs in which no machine stops, and one lives through all of them, within which a block is signed: 5 until the lease of
     * a dead one has run out and is taken, 3 that its successor waits out, and as many again for rounds that forks spoil.
     */
    private static final int SIGNS_WITHIN = 16;

    private final List<MiningMachine> machines = new ArrayList<>();
    private final Map<MiningMachine, Long> awakeSince = new HashMap<>();
    private Optional<MiningMachine> lastSigner = Optional.empty();
    private int downFor;
    private long lastSigned;
    private long fairSince;

    private MachinesHistory(long seed, Path directory, StateStore database, MiningProcess.Signing signing) {
        super(seed, new SplittableRandom(seed * 37 + 5), PLAN, signing);
        int count = random.nextInt(2, 4);
        for (int number = 1; number <= count; number++) {
            var own = directory.resolve("machine-" + number);
            var home = new MinerHome(own.resolve("guard"), own.resolve("volume").resolve("anchor"));
            machines.add(new MiningMachine(number, machine, home, database, this::signed));
        }
    }

    /** Plays a seed. */
    static Outcome play(long seed, RunStore files) throws IOException, SQLException {
        return play(seed, files, (keys, guarded) -> guarded);
    }

    /** As {@link #play(long, RunStore)}, with a signer that may be broken. */
    static Outcome play(long seed, RunStore files, MiningProcess.Signing signing) throws IOException, SQLException {
        var history = new MachinesHistory(seed, files.emptyHomes(), files.emptied(), signing);
        files.keepTimeBy(history.timeline);
        for (var machine : history.machines) {
            machine.prepare(machine.number() == 1);
        }
        return history.play("histories of machines that make blocks");
    }

    @Override
    void reached(String point) {
        int number = timeline.process();
        if (number > 0) {
            machines.get(number - 1).reached(point);
        }
    }

    @Override
    void begin() {
        machines.forEach(this::start);
    }

    @Override
    void end() {
        machines.forEach(MiningMachine::kill);
    }

    @Override
    void buryTheDead() {
        machines.forEach(machine -> machine.stoppedAt().ifPresent(where -> stopped(machine, where)));
    }

    // ---- machines ----------------------------------------------------------------------------------

    private void start(MiningMachine machine) {
        if (!machine.isRunning()) {
            machine.start();
            awakeSince.put(machine, epoch());
        }
    }

    private void signed(MiningMachine machine, BlockHeader header) {
        coverage.saw("blocks signed by one of several machines");
        if (lastSigner.filter(before -> before != machine).isPresent()) {
            coverage.saw("another machine went on making blocks");
        }
        lastSigner = Optional.of(machine);
        lastSigned = Math.max(lastSigned, header.height().value());
        faults.signed(header);
    }

    private void stopped(MiningMachine machine, String where) {
        fairSince = epoch();
        awakeSince.remove(machine);
        if (machine.stop() == MiningMachine.Stop.DIES) {
            coverage.saw("machine that makes blocks died at " + where);
            machine.kill();
            after(downFor, () -> start(machine));
        } else {
            coverage.saw("machine that makes blocks stood still at " + where);
            after(downFor, () -> goOn(machine));
        }
    }

    private void goOn(MiningMachine machine) {
        if (machine.isRunning()) {
            machine.goOn();
            awakeSince.put(machine, epoch());
        }
    }

    private Optional<MiningMachine> working() {
        return machines.stream()
                .filter(MiningMachine::isActive)
                .filter(MiningMachine::isAwake)
                .findFirst();
    }

    // ---- what goes wrong -----------------------------------------------------------------------------

    @Override
    void disturb() {
        switch (random.nextInt(13)) {
            case 0, 1 ->
                working().ifPresent(machine -> {
                    coverage.saw("machine that makes blocks killed anywhere");
                    fairSince = epoch();
                    awakeSince.remove(machine);
                    machine.kill();
                    after(away(), () -> start(machine));
                });
            case 2, 3 ->
                working().ifPresent(machine -> {
                    coverage.saw("machine that makes blocks stood still");
                    fairSince = epoch();
                    awakeSince.remove(machine);
                    machine.standStill();
                    after(away(), () -> goOn(machine));
                });
            case 4, 5, 6 -> stopAtAPlace(MiningMachine.Stop.STANDS_STILL);
            case 7 -> stopAtAPlace(MiningMachine.Stop.DIES);
            case 8 -> chain.fork(random.nextInt(1, 6), random.nextBoolean());
            case 9 -> nullRounds();
            case 10 ->
                working().ifPresent(machine -> {
                    coverage.saw("a lease's renewal hung");
                    fairSince = epoch();
                    machine.leaseHangs(true);
                    after(away(), () -> machine.leaseHangs(false));
                });
            case 11 -> swallowBlocks();
            default -> troubleTheNode();
        }
    }

    private void stopAtAPlace(MiningMachine.Stop how) {
        downFor = away();
        working().ifPresent(machine -> machine.stopAfter(random.nextInt(1, 9), how));
    }

    /** Shorter than the lease, about as long, and longer than it and what its successor waits out. */
    private int away() {
        var choices = new int[] {1, 3, 4, 5, 6, 8, 12, 25};
        return choices[random.nextInt(choices.length)];
    }

    // ---- what must hold ------------------------------------------------------------------------------

    @Override
    void look() {
        if (isNull() || node.mood() != UnreliableNode.Mood.WELL || awakeSince.isEmpty()) {
            fairSince = epoch();
            return;
        }
        long since = Math.max(
                Math.max(lastSigned, fairSince),
                awakeSince.values().stream().mapToLong(Long::longValue).min().orElse(epoch()));
        if (epoch() - since >= SIGNS_WITHIN) {
            breaches.report(
                    NoConsensusFault.class,
                    "no machine makes blocks since epoch " + lastSigned + ": "
                            + machines.stream()
                                    .filter(MiningMachine::isAwake)
                                    .map(machine -> "machine " + machine.number() + ": " + machine.status())
                                    .toList());
        }
    }
}
