package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;

/** The number that the init actor gave to an actor: 0 to 2^63 - 1. */
public record ActorId(long value) implements Comparable<ActorId> {
    public ActorId {
        if (value < 0) {
            throw new InvalidValueException("actor ID", value, "between 0 and 2^63 - 1");
        }
    }

    /** The f0 address. */
    public Address address() {
        return Address.ofId(value);
    }

    @Override
    public int compareTo(ActorId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
