package io.adit.simulation;

import io.adit.chain.type.BlockHeader;
import io.adit.core.ipld.Hashes;
import io.adit.core.state.StateStore;
import io.adit.core.task.CrashPoints;
import io.adit.core.time.SimulatedTimeline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
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
final class MachinesHistory {
    private static final Instant GENESIS = Instant.parse("2026-10-19T22:00:00Z");
    private static final long EPOCHS = 140;
    private static final long QUIET_AT_FIRST = 6;
    private static final long QUIET_AT_LAST = 30;

    /** Epochs between two looks at what goes wrong next. */
    private static final int DISTURBED_IN = 6;

    /**
     * Epochs in which no machine stops, and one lives through all of them, within which a block is signed: 5 until the lease of
     * a dead one has run out and is taken, 3 that its successor waits out, and as many again for rounds that forks spoil.
     */
    private static final int SIGNS_WITHIN = 16;

    private final long seed;
    private final SplittableRandom random;
    private final SimulatedTimeline timeline;
    private final ContestedChain chain;
    private final UnreliableNode node;
    private final Coverage coverage = new Coverage();
    private final Breaches breaches;
    private final NoConsensusFault faults;
    private final List<MiningMachine> machines = new ArrayList<>();
    private final Map<MiningMachine, Long> awakeSince = new HashMap<>();
    private final Map<Long, List<Runnable>> later = new HashMap<>();
    private Optional<MiningMachine> lastSigner = Optional.empty();
    private int downFor;
    private long epoch;
    private long lastSigned;
    private long nullUntil;
    private long fairSince;

    private MachinesHistory(long seed, Path directory, StateStore database, MiningProcess.Signing signing) {
        this.seed = seed;
        this.random = new SplittableRandom(seed * 37 + 5);
        this.timeline = new SimulatedTimeline(GENESIS, random.split());
        var worker = World.workerKey().address();
        this.chain = new ContestedChain(GENESIS, worker);
        this.node = UnreliableNode.of(chain, timeline, random.split(), message -> {});
        this.breaches = new Breaches(() -> epoch);
        this.faults = new NoConsensusFault(breaches, chain::block);
        var proofs = new SimulatedProofs(timeline, new SimulatedDisks(timeline, 1), random.split(), coverage);
        var shared = new MiningProcess.Machine(timeline, node.client(), chain.genesisBlock(), worker, proofs, signing);
        int count = random.nextInt(2, 4);
        for (int number = 1; number <= count; number++) {
            var own = directory.resolve("machine-" + number);
            var home = new MinerHome(own.resolve("guard"), own.resolve("volume").resolve("anchor"));
            machines.add(new MiningMachine(number, shared, home, database, this::signed));
        }
    }

    /** Plays a seed. */
    static Outcome play(long seed, RunStore files) throws IOException, SQLException {
        return play(seed, files, (keys, guarded) -> guarded);
    }

    /** As {@link #play(long, RunStore)}, with a signer that may be broken. */
    static Outcome play(long seed, RunStore files, MiningProcess.Signing signing) throws IOException, SQLException {
        try {
            var history = new MachinesHistory(seed, files.emptyHomes(), files.emptied(), signing);
            files.keepTimeBy(history.timeline);
            return history.play();
        } catch (RuntimeException e) {
            return Outcome.broken(seed, (int) EPOCHS, e);
        } finally {
            CrashPoints.unwatch();
        }
    }

    private Outcome play() {
        CrashPoints.watch(point -> {
            int number = timeline.process();
            if (number > 0) {
                machines.get(number - 1).reached(point);
            }
        });
        for (var machine : machines) {
            machine.prepare(machine.number() == 1);
        }
        for (epoch = 1; epoch <= EPOCHS; epoch++) {
            until(moment().minusMillis(1));
            chain.begin(epoch);
            Optional.ofNullable(later.remove(epoch)).orElse(List.of()).forEach(Runnable::run);
            until(moment().plusMillis(random.nextInt(1, 6_000)));
            boolean isNull = epoch < nullUntil;
            if (!isNull) {
                chain.others(random.nextInt(1, 4), !isQuiet() && random.nextInt(12) == 0);
            }
            if (epoch == QUIET_AT_FIRST / 2) {
                machines.forEach(this::start);
            }
            if (!isQuiet() && random.nextInt(DISTURBED_IN) == 0) {
                until(moment().plusMillis(random.nextInt(6_000, 29_900)));
                disturb();
            }
            look(isNull);
        }
        machines.forEach(MiningMachine::kill);
        coverage.saw("histories of machines that make blocks");
        return new Outcome(
                seed, (int) EPOCHS, 0, 0, 0, 0, 0, 0, DealCounts.NONE, breaches.words(), coverage.counts(), digest());
    }

    private boolean isQuiet() {
        return epoch < QUIET_AT_FIRST || epoch > EPOCHS - QUIET_AT_LAST;
    }

    private Duration moment() {
        return ContestedChain.DELAY.multipliedBy(epoch);
    }

    private void until(Duration sinceGenesis) {
        var left = sinceGenesis.minusNanos(timeline.nanoTime());
        if (left.isPositive()) {
            timeline.runFor(left);
        }
        machines.forEach(machine -> machine.stoppedAt().ifPresent(where -> stopped(machine, where)));
    }

    private void after(int epochs, Runnable what) {
        later.computeIfAbsent(epoch + Math.max(1, epochs), at -> new ArrayList<>())
                .add(what);
    }

    // ---- machines ----------------------------------------------------------------------------------

    private void start(MiningMachine machine) {
        if (!machine.isRunning()) {
            machine.start();
            awakeSince.put(machine, epoch);
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
        fairSince = epoch;
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
            awakeSince.put(machine, epoch);
        }
    }

    private Optional<MiningMachine> working() {
        return machines.stream()
                .filter(MiningMachine::isActive)
                .filter(MiningMachine::isAwake)
                .findFirst();
    }

    // ---- what goes wrong -----------------------------------------------------------------------------

    private void disturb() {
        switch (random.nextInt(13)) {
            case 0, 1 ->
                working().ifPresent(machine -> {
                    coverage.saw("machine that makes blocks killed anywhere");
                    fairSince = epoch;
                    awakeSince.remove(machine);
                    machine.kill();
                    after(away(), () -> start(machine));
                });
            case 2, 3 ->
                working().ifPresent(machine -> {
                    coverage.saw("machine that makes blocks stood still");
                    fairSince = epoch;
                    awakeSince.remove(machine);
                    machine.standStill();
                    after(away(), () -> goOn(machine));
                });
            case 4, 5, 6 -> stopAtAPlace(MiningMachine.Stop.STANDS_STILL);
            case 7 -> stopAtAPlace(MiningMachine.Stop.DIES);
            case 8 -> chain.fork(random.nextInt(1, 6), random.nextBoolean());
            case 9 -> nullUntil = epoch + random.nextInt(2, 6);
            case 10 ->
                working().ifPresent(machine -> {
                    coverage.saw("a lease's renewal hung");
                    fairSince = epoch;
                    machine.leaseHangs(true);
                    after(away(), () -> machine.leaseHangs(false));
                });
            case 11 -> {
                chain.swallow(true);
                after(random.nextInt(1, 4), () -> chain.swallow(false));
            }
            default -> {
                var moods = UnreliableNode.Mood.TROUBLES;
                node.become(moods.get(random.nextInt(moods.size())));
                after(random.nextInt(1, 4), () -> node.become(UnreliableNode.Mood.WELL));
            }
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

    private void look(boolean isNull) {
        if (isNull || node.mood() != UnreliableNode.Mood.WELL || awakeSince.isEmpty()) {
            fairSince = epoch;
            return;
        }
        long since = Math.max(
                Math.max(lastSigned, fairSince),
                awakeSince.values().stream().mapToLong(Long::longValue).min().orElse(epoch));
        if (epoch - since >= SIGNS_WITHIN) {
            breaches.report(
                    NoConsensusFault.class,
                    "no machine makes blocks since epoch " + lastSigned + ": "
                            + machines.stream()
                                    .filter(MiningMachine::isAwake)
                                    .map(machine -> "machine " + machine.number() + ": " + machine.status())
                                    .toList());
        }
    }

    private String digest() {
        var course = new StringBuilder();
        faults.all().forEach(header -> course.append(header.cid()).append(' '));
        course.append(timeline.trace());
        return HexFormat.of().formatHex(Hashes.sha256(course.toString().getBytes(StandardCharsets.UTF_8)), 0, 8);
    }
}
