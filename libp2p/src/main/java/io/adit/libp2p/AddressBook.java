package io.adit.libp2p;

import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where peers can be dialled, each address for a time. Bounded: of more than {@value #MAX_PEERS} peers the one whose
 * addresses were used the longest ago is forgotten, those for longer than a day last, of more than {@value #MAX_ADDRESSES} addresses of a peer the one that
 * expires first.
 */
public final class AddressBook {
    /** For addresses that an operator has given. */
    public static final Duration FOR_EVER = Duration.ofDays(36_500);
    /** For an address at which the peer was reached. */
    public static final Duration AFTER_A_DIAL = Duration.ofDays(1);
    /** For addresses that a peer claims to have, as go-libp2p keeps those of peers that have gone. */
    public static final Duration AFTER_A_CLAIM = Duration.ofMinutes(30);

    static final int MAX_PEERS = 4096;
    static final int MAX_ADDRESSES = 16;

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    /** By the time of the last use. */
    private final Map<PeerId, Map<Multiaddr, Instant>> expiries = new LinkedHashMap<>(16, 0.75f, true);

    AddressBook(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Remembers addresses, or remembers them for longer; none is remembered for less long than before.
     *
     * @param addresses with or without the peer at their end
     * @param validity from now
     */
    public void add(PeerId peer, Collection<Multiaddr> addresses, Duration validity) {
        if (!validity.isPositive()) {
            throw new IllegalArgumentException("addresses must be valid for some time, not " + validity);
        }
        var until = clock.instant().plus(validity);
        lock.lock();
        try {
            for (var address : addresses) {
                address.withoutPeer()
                        .ifPresent(bare -> expiries.computeIfAbsent(peer, key -> new LinkedHashMap<>())
                                .merge(bare, until, (one, other) -> one.isAfter(other) ? one : other));
            }
            trim(peer);
        } finally {
            lock.unlock();
        }
    }

    private void trim(PeerId peer) {
        var held = expiries.get(peer);
        while (held != null && held.size() > MAX_ADDRESSES) {
            held.entrySet().stream()
                    .min(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey)
                    .ifPresent(held::remove);
        }
        if (expiries.size() > MAX_PEERS) {
            expiries.entrySet().stream()
                    .filter(entry -> !isGiven(entry.getValue()))
                    .findFirst()
                    .or(() -> expiries.entrySet().stream().findFirst())
                    .map(Map.Entry::getKey)
                    .ifPresent(expiries::remove);
        }
    }

    /** Whether some of it is valid for longer than anything that strangers bring about: an operator has given it. */
    private boolean isGiven(Map<Multiaddr, Instant> addresses) {
        var longest = clock.instant().plus(AFTER_A_DIAL);
        return addresses.values().stream().anyMatch(longest::isBefore);
    }

    /** Addresses that have not expired, without the peer at their end, the longest valid first. */
    public List<Multiaddr> addresses(PeerId peer) {
        var now = clock.instant();
        lock.lock();
        try {
            var held = expiries.get(peer);
            if (held == null) {
                return List.of();
            }
            held.values().removeIf(until -> !until.isAfter(now));
            if (held.isEmpty()) {
                expiries.remove(peer);
            }
            return held.entrySet().stream()
                    .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                    .map(Map.Entry::getKey)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a peer. */
    public void remove(PeerId peer) {
        lock.lock();
        try {
            expiries.remove(peer);
        } finally {
            lock.unlock();
        }
    }

    /** Peers with addresses, expired ones included. */
    int size() {
        lock.lock();
        try {
            return expiries.size();
        } finally {
            lock.unlock();
        }
    }
}
