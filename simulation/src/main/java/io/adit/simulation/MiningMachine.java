package io.adit.simulation;

import io.adit.chain.type.BlockHeader;
import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import io.adit.core.slash.Doubt;
import io.adit.core.slash.MachineMark;
import io.adit.core.slash.MiningLease;
import io.adit.core.slash.SlashErrorCode;
import io.adit.core.slash.SlashGuard;
import io.adit.core.state.LeaseHolder;
import io.adit.core.state.NodeLease;
import io.adit.core.state.StateStore;
import io.adit.core.time.SimulatedTimeline;
import io.adit.core.time.Strand;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One of several machines that have one database and make blocks for one miner, each with a slash guard of its own. It waits
 * for the miner's lease, as the daemon does, and ends when it has lost it.
 */
final class MiningMachine {
    /** The node's own. */
    private static final Duration LEASE = Duration.ofMinutes(2);

    private static final Duration AGAIN_AFTER = Duration.ofSeconds(10);

    /** What stops it. */
    enum Stop {
        DIES,
        STANDS_STILL,
        /** It ends itself before it works. */
        CANNOT_START
    }

    private final int number;
    private final MiningProcess.Machine shared;
    private final SimulatedTimeline timeline;
    private final MinerHome home;
    private final StateStore store;
    private final BiConsumer<MiningMachine, BlockHeader> signed;
    private int processes;
    private @Nullable ProcessStore process;
    private Optional<MiningProcess> mining = Optional.empty();
    private OptionalInt pointsLeft = OptionalInt.empty();
    private Stop stop = Stop.DIES;
    private int boots = 1;
    private boolean standsStill;
    private boolean hasGuard;
    private boolean leaseHangs;
    private ReachedStore.Way database = ReachedStore.Way.OPEN;
    private Optional<String> stoppedAt = Optional.empty();

    /**
     * A machine that does not run yet.
     *
     * @param number of its processes in simulated time
     * @param home of its guard, which may be others' too
     * @param store the database that all have
     * @param signed hears of every header that it signs
     */
    MiningMachine(
            int number,
            MiningProcess.Machine shared,
            MinerHome home,
            StateStore store,
            BiConsumer<MiningMachine, BlockHeader> signed) {
        this.number = number;
        this.shared = shared;
        this.timeline = shared.timeline();
        this.home = home;
        this.store = store;
        this.signed = signed;
    }

    /** What an operator does before the first start: this machine's guard begins, or takes it that nothing was signed yet. */
    void prepare(boolean isFirst) {
        var settings = home.settings(shared.genesis(), mark(), MiningLease.NONE);
        try (var guard = SlashGuard.open(settings, timeline, new SecureRandom(), new SimpleMeterRegistry())) {
            if (isFirst) {
                guard.begin();
            } else {
                guard.acceptEpoch(new Epoch(0));
            }
        }
        home.letGo();
    }

    private MachineMark mark() {
        return new MachineMark("machine " + number + " boot " + boots);
    }

    int number() {
        return number;
    }

    boolean isRunning() {
        return process != null;
    }

    /** Whether it runs and takes part in time. */
    boolean isAwake() {
        return isRunning() && !standsStill;
    }

    /** Whether it has the lease, as far as it knows. */
    boolean isActive() {
        return mining.isPresent();
    }

    void start() {
        if (isRunning()) {
            return;
        }
        process = new ProcessStore(store, "machine-" + number + "-" + ++processes, false);
        timeline.startAs(number);
        timeline.start(Strand.Kind.VIRTUAL, "node", this::run);
        timeline.startAs(0);
    }

    private void run() {
        var reached = new ReachedStore(Objects.requireNonNull(process), timeline, () -> database);
        var lease = takeLease(
                new ReachedStore(reached, timeline, () -> leaseHangs ? ReachedStore.Way.DEAD : ReachedStore.Way.OPEN));
        try {
            var right = MiningLease.take(reached, ContestedChain.MINER, timeline, home.guard(), lease::isHeld);
            lease.keep(this::leaseLost);
            var settings = home.settings(shared.genesis(), mark(), right);
            hasGuard = true;
            mining = Optional.of(
                    MiningProcess.startHere(shared, home, settings, reached, header -> signed.accept(this, header)));
        } catch (AditException e) {
            hasGuard = hasGuard && e.code() != SlashErrorCode.SLASH_HELD_ELSEWHERE;
            stoppedAt = Optional.of(String.valueOf(e.code()));
            stop = Stop.CANNOT_START;
            timeline.dieHere();
        }
    }

    private NodeLease takeLease(StateStore store) {
        var holder = new LeaseHolder("machine " + number, "lock " + number);
        while (true) {
            try {
                return NodeLease.take(store, ContestedChain.MINER.toString(), holder, timeline, LEASE);
            } catch (AditException heldByAnother) {
                pause();
            }
        }
    }

    private void pause() {
        try {
            timeline.sleep(AGAIN_AFTER);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void leaseLost() {
        stoppedAt = Optional.of("the loss of its lease");
        stop = Stop.DIES;
        timeline.dieHere();
    }

    // ---- stopping --------------------------------------------------------------------------------

    /** As {@code kill -9}. */
    void kill() {
        timeline.kill(number);
        var opened = process;
        process = null;
        if (opened != null) {
            opened.close();
        }
        mining = Optional.empty();
        pointsLeft = OptionalInt.empty();
        standsStill = false;
        if (hasGuard) {
            hasGuard = false;
            home.letGo();
        }
    }

    /** It has been booted since it ran last. */
    void boot() {
        boots++;
    }

    /** How it reaches the database from now on, for all that it asks. */
    void reachDatabase(ReachedStore.Way way) {
        database = way;
    }

    /** Whether the database answers all that it asks. */
    boolean reachesDatabase() {
        return database == ReachedStore.Way.OPEN && !leaseHangs;
    }

    /** What it says of its lease hangs on a dead connection to the database, or no longer; all else goes through. */
    void leaseHangs(boolean hangs) {
        leaseHangs = hangs;
    }

    void standStill() {
        standsStill = true;
        timeline.pause(number);
    }

    void goOn() {
        if (standsStill) {
            standsStill = false;
            timeline.resume(number);
        }
    }

    /** It stops at the marked place that it reaches after so many others. */
    void stopAfter(int points, Stop how) {
        pointsLeft = OptionalInt.of(points);
        stop = how;
    }

    /** A strand of it is at a marked place. */
    void reached(String point) {
        if (point.equals("slash.synced") || point.equals("slash.rewritten")) {
            home.synced();
        }
        // Inside its guard it would stand still with a monitor that its other strands want.
        if (pointsLeft.isEmpty()
                || !timeline.inStrand()
                || (stop == Stop.STANDS_STILL && !point.startsWith("block."))) {
            return;
        }
        int left = pointsLeft.getAsInt() - 1;
        pointsLeft = left > 0 ? OptionalInt.of(left) : OptionalInt.empty();
        if (left > 0) {
            return;
        }
        stoppedAt = Optional.of(point);
        if (stop == Stop.DIES) {
            timeline.dieHere();
        } else {
            standsStill = true;
            timeline.pauseHere();
        }
    }

    /** Where it stopped by itself since this was asked last, and how. */
    Optional<String> stoppedAt() {
        var where = stoppedAt;
        stoppedAt = Optional.empty();
        return where;
    }

    Stop stop() {
        return stop;
    }

    MinerHome home() {
        return home;
    }

    /** Why its guard permits nothing, while it has the lease and is awake. */
    Optional<Doubt> doubt() {
        return mining.filter(process -> isAwake())
                .flatMap(process -> process.guard().status().doubt())
                .filter(why -> why != Doubt.CHAIN_NOT_SEEN);
    }

    /** The operator states the last epoch that may be signed, to the guard of one that is in doubt. */
    void acceptEpoch(long epoch) {
        mining.orElseThrow().guard().acceptEpoch(new Epoch(epoch));
    }

    /** Why it makes no blocks, in its own words; to be asked while it is awake. */
    String status() {
        return mining.map(MiningProcess::status).orElse("it waits for the lease");
    }
}
