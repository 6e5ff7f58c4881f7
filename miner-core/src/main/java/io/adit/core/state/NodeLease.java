package io.adit.core.state;

import io.adit.core.error.AditException;
import io.adit.core.time.Strand;
import io.adit.core.time.SystemTimeline;
import io.adit.core.time.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to run the one node of a miner, kept as a row that names the holder and when the right ends. Sectors lie on
 * the disks of one machine: a second node on the same database would see none of them and declare all faulty. The holder
 * renews the row; a second node is refused for as long as it holds. A node that died on an exclusive store has left a row
 * that nobody can hold any more, and so has one that died holding the same lock file on the same boot of a machine as its
 * successor; otherwise the row must run out. Clocks of the machines must agree to within a third of the lease.
 */
public final class NodeLease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLease.class);
    private static final String END = "\n";

    /** How often a lease that another holds is looked at while it lasts; four times for each renewal. */
    private static final int LOOKS = 12;

    private final StateStore store;
    private final Timeline timeline;
    private final Duration length;
    private final String name;
    private final LeaseHolder holder;
    private final AtomicBoolean told = new AtomicBoolean();
    private Optional<Strand> keeper = Optional.empty();
    private Optional<Strand> watch = Optional.empty();
    private volatile boolean closed;
    private volatile Held held;

    /** What this node has written, and when it began to, on the clock that is never set. */
    private record Held(Stored row, long since) {}

    /** {@code incarnation, until in milliseconds, lock, holder in words}, one a line. */
    private record Stored(String incarnation, Instant until, LeaseHolder holder) {
        String text() {
            return String.join(END, incarnation, Long.toString(until.toEpochMilli()), holder.lock(), holder.words());
        }

        static Stored parse(String text) {
            String[] parts = text.split(END, 4);
            return new Stored(
                    parts[0], Instant.ofEpochMilli(Long.parseLong(parts[1])), new LeaseHolder(parts[3], parts[2]));
        }
    }

    private NodeLease(
            StateStore store, String miner, LeaseHolder holder, Timeline timeline, Duration length, Held held) {
        this.store = store;
        this.name = name(miner);
        this.holder = holder;
        this.timeline = timeline;
        this.length = length;
        this.held = held;
    }

    /** Takes the lease in real time, with a wall clock of its own. */
    public static NodeLease take(
            StateStore store, String miner, LeaseHolder holder, InstantSource clock, Duration length) {
        return take(store, miner, holder, new SystemTimeline(clock), length);
    }

    /**
     * Takes the lease.
     *
     * @param holder who takes it, and already holds the lock that it names
     * @param length how long it holds without being renewed
     * @throws AditException {@link StateErrorCode#STATE_MINER_TAKEN} while another node holds it
     */
    public static NodeLease take(
            StateStore store, String miner, LeaseHolder holder, Timeline timeline, Duration length) {
        long since = timeline.nanoTime();
        Instant now = timeline.instant();
        var mine = new Stored(
                store.incarnation(), now.plus(length).truncatedTo(java.time.temporal.ChronoUnit.MILLIS), holder);
        boolean taken = store.transact(tx -> {
            Optional<String> there = tx.meta().get(name(miner));
            there.map(Stored::parse)
                    .filter(other -> !store.exclusive())
                    .filter(other -> !other.holder().lock().equals(holder.lock()))
                    .filter(other -> other.until().isAfter(now))
                    .ifPresent(other -> {
                        throw taken(miner, other);
                    });
            return tx.meta().replace(name(miner), there, mine.text());
        });
        if (!taken) {
            throw taken(
                    miner,
                    store.read(tx -> tx.meta().get(name(miner)).map(Stored::parse))
                            .orElse(mine));
        }
        return new NodeLease(store, miner, holder, timeline, length, new Held(mine, since));
    }

    /**
     * Takes the lease; while another holds it, waits for its end. A machine that lost its power starts again before the lease of
     * its dead process has run out, and must then wait and not end, since nobody may be there to start it once more. A holder
     * that renews is alive, and this one is refused.
     *
     * @throws AditException {@link StateErrorCode#STATE_MINER_TAKEN} once another node has shown that it runs
     */
    public static NodeLease takeOnceFree(
            StateStore store, String miner, LeaseHolder holder, Timeline timeline, Duration length) {
        Optional<Stored> dead = Optional.empty();
        while (true) {
            try {
                return take(store, miner, holder, timeline, length);
            } catch (AditException e) {
                Optional<Stored> other =
                        store.read(tx -> tx.meta().get(name(miner)).map(Stored::parse));
                boolean alive = dead.isPresent() && other.isPresent() && !dead.equals(other);
                if (e.code() != StateErrorCode.STATE_MINER_TAKEN || alive) {
                    throw e;
                }
                if (dead.isEmpty()) {
                    dead = other;
                    LOG.error(
                            "NOTHING IS PROVEN until {}, unless the other node ends before or shows that it runs: {}",
                            other.map(held -> held.until().toString()).orElse("the next look"),
                            e.getMessage());
                }
                sleep(timeline, untilNextLook(other, timeline.instant(), length), e);
            }
        }
    }

    private static Duration untilNextLook(Optional<Stored> other, Instant now, Duration length) {
        Duration longest = length.dividedBy(LOOKS);
        return other.map(held -> Duration.between(now, held.until()).plusMillis(1))
                .filter(left -> left.compareTo(longest) < 0 && left.isPositive())
                .orElse(longest);
    }

    private static void sleep(Timeline timeline, Duration pause, AditException why) {
        try {
            timeline.sleep(pause);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw why;
        }
    }

    /**
     * Renews it from now on; calls the listener once when somebody else has it, or it ran out unrenewed: because the store could not be
     * reached, or because it does not even say so.
     */
    public void keep(Runnable onLost) {
        Runnable once = () -> {
            if (told.compareAndSet(false, true)) {
                onLost.run();
            }
        };
        keeper = Optional.of(timeline.start(Strand.Kind.PLATFORM, "node-lease", () -> keepUntilLost(once)));
        if (!store.exclusive()) {
            watch = Optional.of(timeline.start(Strand.Kind.PLATFORM, "node-lease-watch", () -> watchUntilLost(once)));
        }
    }

    private void keepUntilLost(Runnable onLost) {
        try {
            while (!closed) {
                timeline.sleep(length.dividedBy(3));
                if (!renew() && !closed) {
                    LOG.error(
                            "{} was lost by {}: another node runs for this miner, so this one must stop",
                            name,
                            holder.words());
                    onLost.run();
                    return;
                }
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    /** A call that hangs on a connection that is dead must not keep a node going beyond its time. */
    private void watchUntilLost(Runnable onLost) {
        try {
            while (!closed) {
                timeline.sleep(length.dividedBy(12));
                if (timeline.nanoTime() - held.since() >= length.toNanos() && !closed) {
                    LOG.error(
                            "{} ran out: {} could not renew it for {}, so another node may run for this miner and this one"
                                    + " must stop",
                            name,
                            holder.words(),
                            length);
                    onLost.run();
                    return;
                }
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Whether it is certainly still this node's: not by another's word, but by the time that has passed since it was renewed, on
     * the wall clock and on the one that is never set. A process that was held up for longer than two thirds of the lease sees
     * so here at once, before it hears of its loss. Answers from memory.
     */
    public boolean isHeld() {
        if (closed || store.exclusive()) {
            return !closed;
        }
        var now = held;
        var unsure = length.dividedBy(3);
        return timeline.nanoTime() - now.since() < length.minus(unsure).toNanos()
                && timeline.instant().isBefore(now.row().until().minus(unsure));
    }

    /** Prolongs it. False once it is another's, or ended before the store could be reached. */
    boolean renew() {
        long since = timeline.nanoTime();
        Instant now = timeline.instant();
        var before = held.row();
        var next = new Stored(store.incarnation(), now.plus(length), holder);
        try {
            if (!store.transact(tx -> replace(tx, before, next))) {
                return false;
            }
            held = new Held(next, since);
            return true;
        } catch (AditException e) {
            LOG.warn("{} could not be renewed, it holds until {}: {}", name, before.until(), e.getMessage());
            return now.isBefore(before.until());
        }
    }

    /** The row may also be what an earlier renewal left whose answer was lost: that is this process's own. */
    private boolean replace(Tx tx, Stored before, Stored next) {
        var there = tx.meta().get(name);
        boolean own = there.map(Stored::parse)
                .filter(row -> row.incarnation().equals(before.incarnation()))
                .filter(row -> row.holder().equals(before.holder()))
                .isPresent();
        return own && tx.meta().replace(name, there, next.text());
    }

    /** Gives it back, if it is still this node's. */
    @Override
    public void close() {
        closed = true;
        keeper.ifPresent(Strand::interrupt);
        watch.ifPresent(Strand::interrupt);
        try {
            store.transactVoid(tx -> tx.meta()
                    .get(name)
                    .map(Stored::parse)
                    .filter(stored -> stored.incarnation().equals(store.incarnation()))
                    .ifPresent(stored -> tx.meta().remove(name)));
        } catch (AditException e) {
            LOG.warn(
                    "{} could not be given back and ends by itself at {}: {}",
                    name,
                    held.row().until(),
                    e.getMessage());
        }
    }

    private static String name(String miner) {
        return "node of miner " + miner;
    }

    private static AditException taken(String miner, Stored other) {
        return new AditException(
                StateErrorCode.STATE_MINER_TAKEN,
                "starting the node of miner " + miner + ": " + other.holder().words() + " runs it, with a lease until "
                        + other.until() + "; stop that one, or wait until then if it died");
    }
}
