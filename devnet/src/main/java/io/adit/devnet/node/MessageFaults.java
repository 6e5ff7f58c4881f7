package io.adit.devnet.node;

import io.adit.chain.type.SignedMessage;
import java.util.ArrayList;
import java.util.List;

/** Pushed messages that are lost or late by order. Owned by the ledger, under its lock. */
final class MessageFaults {
    /** A pushed message that the pool gets in that epoch. */
    private record Delayed(SignedMessage message, long until) {}

    private final List<Delayed> delayed = new ArrayList<>();
    private int toDrop;
    private int toDelay;
    private long delay;

    void dropNext(int count) {
        toDrop += count;
    }

    void delayNext(int count, long epochs) {
        delay = epochs;
        toDelay += count;
    }

    /** Whether a message that is pushed now does not reach the pool now. */
    boolean holds(SignedMessage message, long now) {
        if (toDrop > 0) {
            toDrop--;
            return true;
        }
        if (toDelay > 0) {
            toDelay--;
            delayed.add(new Delayed(message, now + delay));
            return true;
        }
        return false;
    }

    /** Messages that have been late for long enough; they are given out once. */
    List<SignedMessage> due(long now) {
        var due = delayed.stream().filter(late -> late.until() <= now).toList();
        delayed.removeAll(due);
        return due.stream().map(Delayed::message).toList();
    }
}
