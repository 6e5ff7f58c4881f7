package io.adit.libp2p.autonat;

import io.adit.libp2p.DialableAddresses;
import io.adit.libp2p.Host;
import io.adit.libp2p.Stream;
import io.adit.libp2p.autonat.AutoNatMessage.Answer;
import io.adit.libp2p.autonat.AutoNatMessage.Dial;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.multiaddr.MultiaddrProtocol;
import io.adit.libp2p.relay.CircuitAddress;
import io.adit.libp2p.wire.MalformedWireException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Dials peers back that ask for it: only at the IP address at which this host sees them, and so often as go-libp2p does: three
 * times a minute for a peer, thirty times for all.
 */
public final class AutoNatServer {
    static final String PROTOCOL = "/libp2p/autonat/1.0.0";
    static final int PER_PEER = 3;
    static final int IN_ALL = 30;
    private static final Duration PERIOD = Duration.ofMinutes(1);
    private static final Duration REQUEST = Duration.ofSeconds(15);

    private final Host host;
    private final InstantSource clock;
    private final boolean insideToo;
    private final Duration dialTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<PeerId, Integer> asked = new HashMap<>();
    private int askedInAll;
    private Instant periodEnd = Instant.MIN;

    private AutoNatServer(Host host, InstantSource clock, boolean insideToo, Duration dialTime) {
        this.host = host;
        this.clock = clock;
        this.insideToo = insideToo;
        this.dialTime = dialTime;
    }

    /** Serves the protocol at a host. */
    public static void serve(Host host, InstantSource clock) {
        serve(host, clock, false, Duration.ofSeconds(15));
    }

    /** @param insideToo whether peers of this host's own network are dialled back, which tells nobody anything but a test */
    static void serve(Host host, InstantSource clock, boolean insideToo, Duration dialTime) {
        var server = new AutoNatServer(host, clock, insideToo, dialTime);
        host.serve(PROTOCOL, server::answer);
    }

    private void answer(Stream stream) throws IOException, InterruptedException {
        stream.setReadDeadline(REQUEST);
        if (AutoNatMessage.receive(stream.input()) instanceof Dial dial) {
            var answer = dial(stream.remotePeer(), stream.connection().remoteAddress(), dial);
            stream.setWriteDeadline(REQUEST);
            AutoNatMessage.send(stream, answer);
        } else {
            stream.reset();
        }
    }

    private Answer dial(PeerId peer, Multiaddr seen, Dial request) throws InterruptedException {
        if (request.peer().filter(claimed -> !claimed.equals(peer)).isPresent()) {
            return new Answer(AutoNatMessage.BAD_REQUEST, "peer id mismatch", Optional.empty());
        }
        if (CircuitAddress.isCircuit(seen) || !(insideToo || DialableAddresses.isOutside(seen))) {
            return Answer.refused("refusing to dial peer with blocked observed address");
        }
        if (!take(peer)) {
            return Answer.refused("too many dials");
        }
        var end = clock.instant().plus(dialTime);
        var reached = host.dialBack(peer, atSeenAddress(seen, request.addresses()), dialTime);
        if (reached.isPresent()) {
            return new Answer(AutoNatMessage.OK, "", reached);
        }
        // However it failed, the answer takes as long: this is no service for scanning ports.
        var left = Duration.between(clock.instant(), end);
        if (left.isPositive()) {
            var ignored = new CountDownLatch(1).await(left.toNanos(), TimeUnit.NANOSECONDS);
        }
        return new Answer(AutoNatMessage.DIAL_ERROR, "dial failed", Optional.empty());
    }

    /** What the peer claims, each with the IP address at which it is seen in place of what it says. */
    static List<Multiaddr> atSeenAddress(Multiaddr seen, List<Multiaddr> claimed) {
        var ip = seen.components().getFirst();
        var addresses = new LinkedHashSet<Multiaddr>();
        addresses.add(seen);
        for (var address : claimed) {
            var first = address.components().getFirst().protocol();
            var known = first == MultiaddrProtocol.IP4 || first == MultiaddrProtocol.IP6;
            if (known
                    && !CircuitAddress.isCircuit(address)
                    && address.components().size() > 1) {
                atIp(ip, address).ifPresent(addresses::add);
            }
        }
        return addresses.stream().limit(AutoNatMessage.MAX_ADDRESSES).toList();
    }

    /** Empty where that is too long: an IPv6 address has more bytes than the IPv4 one in whose place it is put. */
    private static Optional<Multiaddr> atIp(Multiaddr.Component ip, Multiaddr address) {
        try {
            return Optional.of(Multiaddr.parse(ip
                    + address.components().stream()
                            .skip(1)
                            .map(Multiaddr.Component::toString)
                            .collect(Collectors.joining())));
        } catch (MalformedWireException e) {
            return Optional.empty();
        }
    }

    private boolean take(PeerId peer) {
        lock.lock();
        try {
            var now = clock.instant();
            if (!periodEnd.isAfter(now)) {
                periodEnd = now.plus(PERIOD);
                asked.clear();
                askedInAll = 0;
            }
            if (askedInAll >= IN_ALL || asked.getOrDefault(peer, 0) >= PER_PEER) {
                return false;
            }
            askedInAll++;
            asked.merge(peer, 1, Integer::sum);
            return true;
        } finally {
            lock.unlock();
        }
    }
}
