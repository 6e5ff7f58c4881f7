package io.adit.devnet.node;

import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Since when each message is known. A fork is made at once, long after the epochs of its blocks; those who would have made them in
 * their time could not have put in what nobody had sent yet. Owned by the ledger, under its lock.
 */
final class Arrivals {
    private static final int MANY = 10_000;

    private final Map<Cid, Long> firstHeights = new HashMap<>();

    /**
     * A message has come.
     *
     * @param height of the first block that can carry it
     */
    void came(SignedMessage message, long height) {
        firstHeights.putIfAbsent(message.cid(), height);
    }

    /** Forgets what no fork can reach any more: messages that came before a height count as known since ever. */
    void forgetBefore(long height) {
        if (firstHeights.size() > MANY) {
            firstHeights.values().removeIf(first -> first < height);
        }
    }

    /** Those of the messages that were known when a block of that height was due; a sender's nonces keep no gap. */
    List<SignedMessage> knownAt(long height, List<SignedMessage> messages) {
        var known = new ArrayList<SignedMessage>();
        var waiting = new HashSet<Address>();
        for (var signed : messages) {
            var from = signed.message().from();
            if (firstHeights.getOrDefault(signed.cid(), 0L) > height) {
                waiting.add(from);
            } else if (!waiting.contains(from)) {
                known.add(signed);
            }
        }
        return known;
    }
}
