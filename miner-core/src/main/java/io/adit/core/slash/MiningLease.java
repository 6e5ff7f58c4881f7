package io.adit.core.slash;

import io.adit.core.fil.Address;
import io.adit.core.state.StateStore;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/**
 * The right of one node among several to mine for a miner, kept where all of them see it (a row in their shared database).
 *
 * <p>Each time the lease goes to a holder, the token rises. The guard writes the token with each block, permits nothing
 * without one, and after a new token waits out the epochs at which the holder before may have signed. The lease narrows the
 * window, it does not close it: a holder that stops being scheduled between asking and signing signs late. The log of one
 * machine, its lock, and the wait close it for copies on one disk and for takeovers that take longer than two epochs.
 */
@FunctionalInterface
public interface MiningLease {
    /** For a miner that has one node: always held. */
    MiningLease NONE = () -> OptionalLong.of(0);

    /** The token while this node holds the lease; empty while it does not. Must answer from memory, without waiting. */
    OptionalLong token();

    /**
     * Takes the right as a row of the database that the nodes share. The token rises when it goes to a node with another guard: that
     * one has not seen what the node before signed last. It rises to the time, so that no token comes a second time out of a
     * database that was restored from a backup. To be called once the node's own lease is taken.
     *
     * @param clock of this machine
     * @param guard names the guard of this node, and no other
     * @param held whether the node's own lease is certainly still this node's
     */
    static MiningLease take(StateStore store, Address miner, InstantSource clock, String guard, BooleanSupplier held) {
        var name = name(miner);
        long token = store.transact(tx -> {
            var parts = tx.meta().get(name).map(text -> text.split("\n", 2)).orElse(new String[] {"0", guard});
            long last = Long.parseLong(parts[0]);
            long next = parts[1].equals(guard)
                    ? last
                    : Math.max(last + 1, clock.instant().toEpochMilli());
            tx.meta().put(name, next + "\n" + guard);
            return next;
        });
        return () -> held.getAsBoolean() ? OptionalLong.of(token) : OptionalLong.empty();
    }

    /** Whether any node on this database ever had the right: then a guard of the miner was begun, or is to be. */
    static boolean wasTaken(StateStore store, Address miner) {
        return store.read(tx -> tx.meta().get(name(miner))).isPresent();
    }

    private static String name(Address miner) {
        return "mining lease of " + miner;
    }
}
