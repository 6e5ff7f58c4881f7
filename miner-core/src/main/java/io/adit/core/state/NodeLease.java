package io.adit.core.state;

import io.adit.core.error.AditException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

    private final StateStore store;
    private final InstantSource clock;
    private final Duration length;
    private final String name;
    private final LeaseHolder holder;
    private final CountDownLatch closed = new CountDownLatch(1);
    private Stored held;

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
            StateStore store, String miner, LeaseHolder holder, InstantSource clock, Duration length, Stored held) {
        this.store = store;
        this.name = name(miner);
        this.holder = holder;
        this.clock = clock;
        this.length = length;
        this.held = held;
    }

    /**
     * Takes the lease.
     *
     * @param holder who takes it, and already holds the lock that it names
     * @param length how long it holds without being renewed
     * @throws AditException {@link StateErrorCode#STATE_MINER_TAKEN} while another node holds it
     */
    public static NodeLease take(
            StateStore store, String miner, LeaseHolder holder, InstantSource clock, Duration length) {
        Instant now = clock.instant();
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
        return new NodeLease(store, miner, holder, clock, length, mine);
    }

    /** Renews it from now on; calls the listener once when somebody else has it, or it ran out unrenewed. */
    public void keep(Runnable onLost) {
        Thread.ofPlatform().daemon().name("node-lease").start(() -> {
            try {
                while (!closed.await(length.toMillis() / 3, TimeUnit.MILLISECONDS)) {
                    if (!renew()) {
                        LOG.error(
                                "{} was lost by {}: another node runs for this miner, so this one must stop",
                                name,
                                holder.words());
                        onLost.run();
                        return;
                    }
                }
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Prolongs it. False once it is another's, or ended before the store could be reached. */
    boolean renew() {
        Instant now = clock.instant();
        var next = new Stored(store.incarnation(), now.plus(length), holder);
        try {
            if (!store.transact(tx -> tx.meta().replace(name, Optional.of(held.text()), next.text()))) {
                return false;
            }
            held = next;
            return true;
        } catch (AditException e) {
            LOG.warn("{} could not be renewed, it holds until {}: {}", name, held.until(), e.getMessage());
            return now.isBefore(held.until());
        }
    }

    /** Gives it back, if it is still this node's. */
    @Override
    public void close() {
        closed.countDown();
        try {
            store.transactVoid(tx -> tx.meta()
                    .get(name)
                    .map(Stored::parse)
                    .filter(stored -> stored.incarnation().equals(store.incarnation()))
                    .ifPresent(stored -> tx.meta().remove(name)));
        } catch (AditException e) {
            LOG.warn("{} could not be given back and ends by itself at {}: {}", name, held.until(), e.getMessage());
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
