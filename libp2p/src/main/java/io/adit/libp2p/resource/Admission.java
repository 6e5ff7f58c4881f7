package io.adit.libp2p.resource;

/** A place, or the reason why there is none. */
public sealed interface Admission<T> {
    record Granted<T>(T place) implements Admission<T> {}

    record Refused<T>(Refusal refusal) implements Admission<T> {}
}
