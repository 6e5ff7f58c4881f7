package io.adit.core.fil;

/**
 * A chain height in epochs of 30 seconds on mainnet.
 *
 * <p>Negative epochs occur: the chain uses -1 for "never", and a deadline's challenge may lie before genesis.
 */
public record Epoch(long value) implements Comparable<Epoch> {
    /** Height 0. */
    public static final Epoch GENESIS = new Epoch(0);

    /** The chain's mark for "not set". */
    public static final Epoch UNDEFINED = new Epoch(-1);

    public Epoch plus(long epochs) {
        return new Epoch(Math.addExact(value, epochs));
    }

    public Epoch minus(long epochs) {
        return new Epoch(Math.subtractExact(value, epochs));
    }

    /** How many epochs this one is after {@code earlier}. */
    public long minus(Epoch earlier) {
        return Math.subtractExact(value, earlier.value);
    }

    public boolean isBefore(Epoch other) {
        return value < other.value;
    }

    public boolean isAfter(Epoch other) {
        return value > other.value;
    }

    @Override
    public int compareTo(Epoch other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
