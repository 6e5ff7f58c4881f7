package io.adit.devnet.actor;

/**
 * Counts gas against a message's limit. The charges are a cost model, not the VM's schedule: round figures near those of the
 * recorded messages, so that limits, fees and block packing behave.
 */
public final class GasMeter {
    /** Storing a message on chain, without its bytes. */
    private static final long MESSAGE_BASE = 38_863 + 36_640;

    private static final long PER_BYTE = 1_300;
    private final long limit;
    private long used;

    public GasMeter(long limit) {
        this.limit = limit;
    }

    /** What a message of that length costs before anything runs; the pool refuses a limit below it. */
    public static long inclusionCost(int length) {
        return MESSAGE_BASE + PER_BYTE * length;
    }

    /** Adds to the bill, or ends the message with exit code 7. */
    public void charge(long gas) {
        used += Math.min(gas, Long.MAX_VALUE - used);
        if (used > limit) {
            used = limit;
            throw new ActorAbort(ActorAbort.SYS_OUT_OF_GAS, "out of gas: limit " + limit);
        }
    }

    public long used() {
        return used;
    }
}
