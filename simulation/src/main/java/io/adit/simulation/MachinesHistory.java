package io.adit.simulation;

import io.adit.chain.type.BlockHeader;
import io.adit.core.state.StateStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One seed's history of two or three machines that make blocks for one miner on a contested chain, with one database and a
 * slash guard each, or one that they share. The one that works dies or stands still, anywhere and at every place of a round,
 * goes on in the middle of it when another works, or no longer reaches the database; guards are restored from backups. Nobody
 * tends the machines but for a doubt that follows from that. No two signed blocks of all machines may be a consensus fault,
 * and blocks go on while one machine lives.
 */
final class MachinesHistory extends ContestedHistory {
    private static final Plan PLAN = new Plan(140, 30, 6);

    /**
     * Epochs in which no machine stops, and one lives through all of them, within which a block is signed: 5 until the lease of
     * a dead one has run out and is taken, 3 that its successor waits out, and as many again for rounds that forks spoil.
     */
    private static final int SIGNS_WITHIN = 16;

    /** An operator notices a doubt so late. */
    private static final int NOTICED_AFTER = 2;

    /** Of so many histories there is one whose machines have one guard, on storage that they share. */
    private static final int SHARE_GUARD_IN = 4;

    private final boolean sharesGuard;
    private final List<MiningMachine> machines = new ArrayList<>();
    private final Map<MinerHome, MinerHome.Backup> backups = new HashMap<>();
    private final Map<MiningMachine, Long> awakeSince = new HashMap<>();
    private final Set<MinerHome> restored = new HashSet<>();
    private final Map<MiningMachine, Integer> doubtful = new HashMap<>();
    private Optional<MiningMachine> lastSigner = Optional.empty();
    private int downFor;
    private long lastSigned;
    private long fairSince;

    private MachinesHistory(long seed, Path directory, StateStore database, MiningProcess.Signing signing) {
        super(seed, new SplittableRandom(seed * 37 + 5), PLAN, signing);
        int count = random.nextInt(2, 4);
        sharesGuard = random.nextInt(SHARE_GUARD_IN) == 0;
        var shared = home(directory.resolve("shared"));
        for (int number = 1; number <= count; number++) {
            var home = sharesGuard ? shared : home(directory.resolve("machine-" + number));
            machines.add(new MiningMachine(number, machine, home, database, this::signed));
        }
    }

    private static MinerHome home(Path directory) {
        return new MinerHome(
                directory.resolve("guard"), directory.resolve("volume").resolve("anchor"));
    }

    /** Plays a seed. */
    static Outcome play(long seed, RunStore files) throws IOException, SQLException {
        return play(seed, files, (keys, guarded) -> guarded);
    }

    /** As {@link #play(long, RunStore)}, with a signer that may be broken. */
    static Outcome play(long seed, RunStore files, MiningProcess.Signing signing) throws IOException, SQLException {
        var history = new MachinesHistory(seed, files.emptyHomes(), files.emptied(), signing);
        files.keepTimeBy(history.timeline);
        history.prepare();
        return history.play("histories of machines that make blocks");
    }

    private void prepare() {
        if (sharesGuard) {
            coverage.saw("machines that share one guard");
            machines.getFirst().prepare(true);
        } else {
            machines.forEach(each -> each.prepare(each.number() == 1));
        }
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
            wakes(machine);
        }
    }

    private void wakes(MiningMachine machine) {
        if (machine.isAwake() && machine.reachesDatabase()) {
            awakeSince.putIfAbsent(machine, epoch());
        }
    }

    private void isLost(MiningMachine machine) {
        fairSince = epoch();
        awakeSince.remove(machine);
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
        switch (machine.stop()) {
            case DIES -> {
                coverage.saw("machine that makes blocks died at " + where);
                isLost(machine);
                machine.kill();
                after(downFor, () -> start(machine));
            }
            case STANDS_STILL -> {
                coverage.saw("machine that makes blocks stood still at " + where);
                isLost(machine);
                after(downFor, () -> goOn(machine));
            }
            case CANNOT_START -> {
                coverage.saw("machine that makes blocks could not start: " + where);
                machine.kill();
                after(1, () -> start(machine));
            }
        }
    }

    private void goOn(MiningMachine machine) {
        if (machine.isRunning()) {
            machine.goOn();
            wakes(machine);
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
        switch (random.nextInt(18)) {
            case 0, 1 ->
                working().ifPresent(machine -> {
                    coverage.saw("machine that makes blocks killed anywhere");
                    isLost(machine);
                    machine.kill();
                    after(away(), () -> start(machine));
                });
            case 2, 3 ->
                working().ifPresent(machine -> {
                    coverage.saw("machine that makes blocks stood still");
                    isLost(machine);
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
                    isLost(machine);
                    machine.leaseHangs(true);
                    after(away(), () -> {
                        machine.leaseHangs(false);
                        wakes(machine);
                    });
                });
            case 11 -> swallowBlocks();
            case 12 ->
                working().ifPresent(machine -> {
                    coverage.saw("a machine that makes blocks cut off from the database");
                    cutOff(List.of(machine));
                });
            case 13 -> {
                coverage.saw("the database away from all machines");
                cutOff(machines);
            }
            case 14, 15 ->
                working()
                        .ifPresent(machine ->
                                backups.put(machine.home(), machine.home().backUp()));
            case 16 -> restore();
            default -> troubleTheNode();
        }
    }

    private void stopAtAPlace(MiningMachine.Stop how) {
        downFor = away();
        working().ifPresent(machine -> machine.stopAfter(random.nextInt(1, 9), how));
    }

    /** From the database alone: full nodes answer, and the machine's own disk does. */
    private void cutOff(List<MiningMachine> some) {
        var way = random.nextBoolean() ? ReachedStore.Way.DEAD : ReachedStore.Way.REFUSED;
        for (var machine : some) {
            isLost(machine);
            machine.reachDatabase(way);
        }
        after(
                away(),
                () -> some.forEach(machine -> {
                    machine.reachDatabase(ReachedStore.Way.OPEN);
                    wakes(machine);
                }));
    }

    /** Somebody puts older files into the place of a guard's; what has it open is stopped for that. */
    private void restore() {
        var saved = machines.stream()
                .map(MiningMachine::home)
                .filter(backups::containsKey)
                .toList();
        if (saved.isEmpty()) {
            return;
        }
        var home = saved.get(random.nextInt(saved.size()));
        var backup = Objects.requireNonNull(backups.get(home));
        var users = machines.stream().filter(each -> each.home() == home).toList();
        for (var machine : users) {
            isLost(machine);
            machine.kill();
            after(random.nextInt(1, 4), () -> start(machine));
        }
        restored.add(home);
        coverage.saw("the guard of one of several machines put back to an older one");
        if (random.nextBoolean()) {
            // What the guard has forgotten is left out beside its siblings, and they are what is built on next.
            chain.fork(0, true);
            nullRounds();
        }
        switch (random.nextInt(4)) {
            case 0 -> {
                coverage.saw("the guard's log of a machine restored from a backup");
                home.restore(backup, false);
            }
            case 1 -> {
                coverage.saw("the guard's log and anchor of a machine restored from a backup");
                home.restore(backup, true);
            }
            case 2 -> {
                coverage.saw("the guard's log and anchor of a machine overwritten by older ones");
                home.rollBack(backup);
            }
            default -> {
                coverage.saw("the disks of a machine rolled back to an image");
                home.rollBack(backup);
                users.forEach(MiningMachine::boot);
            }
        }
    }

    /** Shorter than the lease, about as long, and longer than it and what its successor waits out. */
    private int away() {
        var choices = new int[] {1, 3, 4, 5, 6, 8, 12, 25};
        return choices[random.nextInt(choices.length)];
    }

    // ---- what must hold ------------------------------------------------------------------------------

    /** An operator ends the doubt of a machine that has the lease, by stating the last epoch that any of them may have signed. */
    private void attend(MiningMachine machine) {
        var doubt = machine.doubt();
        if (doubt.isEmpty()) {
            doubtful.remove(machine);
        } else if (!restored.contains(machine.home())) {
            breaches.report(
                    NoConsensusFault.class,
                    "machine " + machine.number() + " waits for an operator, though nobody has touched its guard: "
                            + doubt.get());
        } else if (doubtful.merge(machine, 1, Integer::sum) > NOTICED_AFTER) {
            coverage.saw("machine that makes blocks in doubt: " + doubt.get());
            coverage.saw("an operator ended the doubt of one of several machines");
            doubtful.remove(machine);
            fairSince = epoch();
            machine.acceptEpoch(Math.max(lastSigned, epoch() + 1));
        }
    }

    /** Whoever stands still has its guard's lock: another that shares the guard can do nothing. */
    private boolean isGuardHeld() {
        return sharesGuard && machines.stream().anyMatch(each -> each.isRunning() && !each.isAwake());
    }

    @Override
    void look() {
        machines.forEach(this::attend);
        if (isNull() || node.mood() != UnreliableNode.Mood.WELL || awakeSince.isEmpty() || isGuardHeld()) {
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
