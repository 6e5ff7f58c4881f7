package io.adit.market.mk20;

import io.adit.core.fil.Address;
import io.adit.market.policy.ProposalVerdict.Rejected;
import io.adit.market.policy.RejectionCode;
import io.adit.market.retrieve.SidePages.Question;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.locks.ReentrantLock;

/** Tells who asks, and sees to it that a request with a nonce is made once. */
final class Gatekeeper {
    /** As long as a signature can be good: the minute it names, one before and one after. */
    private static final Duration KEPT = Duration.ofMinutes(4);

    private static final String IN_WORDS = KEPT.toMinutes() + " minutes";
    private static final int MOST_NONCES = 100_000;
    private static final int MOST_NONCES_PER_CLIENT = 5_000;

    private final InstantSource clock;
    private final int most;
    private final int mostPerClient;
    private final ReentrantLock turn = new ReentrantLock();
    private final SequencedMap<Used, Instant> nonces = new LinkedHashMap<>();
    private final Map<Address, Integer> counts = new HashMap<>();

    private record Used(Address client, String nonce) {}

    Gatekeeper(InstantSource clock) {
        this(clock, MOST_NONCES, MOST_NONCES_PER_CLIENT);
    }

    Gatekeeper(InstantSource clock, int most, int mostPerClient) {
        this.clock = clock;
        this.most = most;
        this.mostPerClient = mostPerClient;
    }

    /** Who asks, or why that is not believed. */
    sealed interface Caller {
        record Known(Address client, AuthHeader header) implements Caller {}

        record Stranger(int status, String why) implements Caller {}

        /** Who it is is clear; there is no room to remember that it asked this once. */
        record Crowded(Rejected why) implements Caller {}
    }

    Caller caller(Question question) {
        var given = question.header("Authorization");
        if (given.isEmpty()) {
            return new Caller.Stranger(401, "Missing Authorization header");
        }
        AuthHeader header;
        try {
            header = AuthHeader.parse(given, question.header(AuthHeader.DIGEST), question.header(AuthHeader.NONCE));
        } catch (AuthHeader.MalformedException e) {
            return new Caller.Stranger(401, "Unauthorized: " + e.getMessage());
        }
        if (!header.signs(question.method(), question.rawPath(), clock.instant())) {
            return new Caller.Stranger(
                    401,
                    "Unauthorized: the signature is not that of " + header.address() + " over " + question.method()
                            + " " + question.rawPath() + " in this minute; the time here is " + clock.instant());
        }
        var cover = header.cover();
        return cover.isEmpty()
                ? new Caller.Known(header.address(), header)
                : once(header, cover.get().nonce());
    }

    private Caller once(AuthHeader header, String nonce) {
        turn.lock();
        try {
            var now = clock.instant();
            forgetBefore(now.minus(KEPT));
            var used = new Used(header.address(), nonce);
            int ofClient = counts.getOrDefault(header.address(), 0);
            if (nonces.containsKey(used)) {
                return new Caller.Stranger(401, "Unauthorized: a request with this Adit-Nonce was made before");
            }
            if (ofClient >= mostPerClient) {
                return full("one of at most " + mostPerClient + " of this client's in " + IN_WORDS, ofClient);
            }
            if (nonces.size() >= most) {
                return full("one of at most " + most + " of all clients together in " + IN_WORDS, nonces.size());
            }
            nonces.put(used, now);
            counts.put(header.address(), ofClient + 1);
            return new Caller.Known(header.address(), header);
        } finally {
            turn.unlock();
        }
    }

    private static Caller full(String limit, int given) {
        return new Caller.Crowded(Rejected.of(RejectionCode.TOO_MANY_REQUESTS, limit, "one more than " + given));
    }

    /** They are in the order in which they came. */
    private void forgetBefore(Instant oldest) {
        for (var first = nonces.firstEntry();
                first != null && first.getValue().isBefore(oldest);
                first = nonces.firstEntry()) {
            nonces.pollFirstEntry();
            counts.computeIfPresent(first.getKey().client(), (client, count) -> count == 1 ? null : count - 1);
        }
    }
}
