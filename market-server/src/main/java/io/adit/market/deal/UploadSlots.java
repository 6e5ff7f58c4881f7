package io.adit.market.deal;

import io.adit.core.fil.Address;
import io.adit.market.policy.ProposalVerdict.Rejected;
import io.adit.market.policy.RejectionCode;
import io.adit.market.policy.UploadTerms;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** How many uploads run, of each client and of all: one client must not keep all others from uploading. */
final class UploadSlots {
    private final ReentrantLock turn = new ReentrantLock();
    private final Map<Address, Integer> ofClients = new HashMap<>();
    private int all;

    /** Takes a slot, or says why there is none. Once it was taken, {@link #leave} has to follow. */
    Optional<Rejected> enter(Address client, UploadTerms terms) {
        turn.lock();
        try {
            int own = ofClients.getOrDefault(client, 0);
            if (own >= terms.atOncePerClient()) {
                return Optional.of(full("one of at most " + terms.atOncePerClient() + " of a client at a time", own));
            }
            if (all >= terms.atOnce()) {
                return Optional.of(full("one of at most " + terms.atOnce() + " at a time", all));
            }
            ofClients.put(client, own + 1);
            all++;
            return Optional.empty();
        } finally {
            turn.unlock();
        }
    }

    private static Rejected full(String limit, int running) {
        return Rejected.of(RejectionCode.TOO_MANY_UPLOADS, limit, "one more than " + running);
    }

    void leave(Address client) {
        turn.lock();
        try {
            all--;
            ofClients.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
        } finally {
            turn.unlock();
        }
    }
}
