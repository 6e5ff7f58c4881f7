package io.adit.sealing.pipeline;

import io.adit.core.fil.SectorNumber;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;

/**
 * Which sectors are being gathered for messages of one kind. A gathering holds its sectors while it asks the full node about
 * them, so that no other takes them too; the lock is for looking and writing down only, never for asking. Nothing of this is
 * on disk: a gathering that the process did not live through holds nothing afterwards.
 */
final class Gatherings {

    /** Longer than the full nodes need to stand in for each other. */
    private static final Duration SILENCE = Duration.ofSeconds(8);

    /** The sectors that one task looks after until their message is with the outbox. */
    static final class Gathering {
        private final SectorNumber owner;
        private Instant heard;
        private boolean sending;

        private Gathering(SectorNumber owner, Instant now) {
            this.owner = owner;
            this.heard = now;
        }
    }

    private final Lock turn;
    private final Map<SectorNumber, Gathering> holders = new HashMap<>();

    Gatherings(Lock turn) {
        this.turn = turn;
    }

    /** Everything below, and the transactions that go with it, is done in turn. */
    <T> T inTurn(Supplier<T> work) {
        turn.lock();
        try {
            return work.get();
        } finally {
            turn.unlock();
        }
    }

    /**
     * Why the sector's own task cannot send now. Empty also where a gathering holds it that has heard nothing for a while and
     * is not sending yet: the sector may be taken out of it.
     */
    Optional<String> waitsFor(SectorNumber sector, Instant now) {
        return Optional.ofNullable(holders.get(sector))
                .filter(one -> one.sending || one.owner.equals(sector) || now.isBefore(one.heard.plus(SILENCE)))
                .map(one -> "sector %d %s a message with it"
                        .formatted(one.owner.value(), one.sending ? "sends" : "gathers"));
    }

    boolean isHeld(SectorNumber sector) {
        return holders.containsKey(sector);
    }

    /** Takes the owner, from whoever holds it, and the others that nobody holds. */
    Gathering begin(SectorNumber owner, Collection<SectorNumber> others, Instant now) {
        var gathering = new Gathering(owner, now);
        holders.put(owner, gathering);
        others.forEach(other -> holders.putIfAbsent(other, gathering));
        return gathering;
    }

    /** Says that the full node has answered, and whether the sector has not been taken out meanwhile. */
    boolean stillHolds(Gathering gathering, SectorNumber sector, Instant now) {
        gathering.heard = now;
        return holders.get(sector) == gathering;
    }

    /** From now on nothing is taken out; what the message does not speak of is free. */
    void send(Gathering gathering, Collection<SectorNumber> parts) {
        gathering.sending = true;
        holders.entrySet().removeIf(one -> one.getValue() == gathering && !parts.contains(one.getKey()));
    }

    void end(Gathering gathering) {
        holders.values().removeIf(one -> one == gathering);
    }
}
