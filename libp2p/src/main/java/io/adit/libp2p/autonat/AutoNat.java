package io.adit.libp2p.autonat;

import io.adit.libp2p.Connection;
import io.adit.libp2p.Host;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Pulse;
import io.adit.libp2p.autonat.AutoNatMessage.Answer;
import io.adit.libp2p.autonat.AutoNatMessage.Dial;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.relay.CircuitAddress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks peers whether this host can be dialled: servers that its owner has named, or else whoever is connected and serves AutoNAT.
 * One that has dialled it is believed at once; that it cannot be dialled is believed when several say so, as go-libp2p weighs
 * it. Whoever is connected may lie; servers are the safer choice for a host that acts on the answer.
 */
public final class AutoNat implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AutoNat.class);
    private static final Duration BEAT = Duration.ofSeconds(15);
    /** Before the answer is sure, and afterwards. */
    private static final Duration RETRY = Duration.ofSeconds(90);

    private static final Duration REFRESH = Duration.ofMinutes(15);
    private static final Duration ANSWER = Duration.ofMinutes(1);
    private static final int SURE = 3;

    private final Host host;
    private final List<Multiaddr> servers;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final ReentrantLock turn = new ReentrantLock();
    private Instant next = Instant.MIN;
    private int confidence;
    private volatile Reachability reachability = Reachability.UNKNOWN;
    private Runnable stop = () -> {};

    /**
     * Nothing happens before {@link #start}.
     *
     * @param servers whom to ask, dialled when it is time; addresses that end in their peer IDs. Empty: any connected peer
     */
    public AutoNat(Host host, List<Multiaddr> servers, InstantSource clock, RandomGenerator random) {
        this.host = host;
        this.servers = List.copyOf(servers);
        this.clock = clock;
        this.random = random;
    }

    public void start(Pulse pulse) {
        stop = pulse.every(BEAT, this::look);
    }

    /** What is believed now. */
    public Reachability reachability() {
        return reachability;
    }

    /** Asks one peer, if it is time and one is there. */
    void look() {
        if (!turn.tryLock()) {
            return;
        }
        try {
            if (next.isAfter(clock.instant())) {
                return;
            }
            var peer = servers.isEmpty() ? connected() : dialled();
            peer.ifPresent(this::ask);
            if (peer.isPresent() || !servers.isEmpty()) {
                next = clock.instant().plus(confidence >= SURE ? REFRESH : RETRY);
            }
        } catch (RuntimeException e) {
            LOG.error("asking a peer whether this host can be dialled failed", e);
        } finally {
            turn.unlock();
        }
    }

    /** One of the servers, in any order, that is there and speaks the protocol. */
    private Optional<Connection> dialled() {
        var left = new ArrayList<>(servers);
        while (!left.isEmpty()) {
            var address = left.remove(random.nextInt(left.size()));
            try {
                var connection = host.connect(address, ANSWER);
                if (connection.remoteInformation(ANSWER).protocols().contains(AutoNatServer.PROTOCOL)) {
                    return Optional.of(connection);
                }
                LOG.warn("{} does not serve AutoNAT", address);
            } catch (Libp2pException e) {
                LOG.warn("AutoNAT server {} is away: {}", address, e.getMessage());
            }
        }
        return Optional.empty();
    }

    /** A peer that speaks the protocol and sees this host's own address, not a relay's. */
    private Optional<Connection> connected() {
        var able = new ArrayList<Connection>();
        for (var connection : host.connections()) {
            try {
                if (!CircuitAddress.isCircuit(connection.remoteAddress())
                        && connection
                                .remoteInformation(Duration.ofMillis(1))
                                .protocols()
                                .contains(AutoNatServer.PROTOCOL)) {
                    able.add(connection);
                }
            } catch (Libp2pException e) {
                LOG.trace("{} has not identified itself", connection, e);
            }
        }
        return able.isEmpty() ? Optional.empty() : Optional.of(able.get(random.nextInt(able.size())));
    }

    private void ask(Connection peer) {
        try (var stream = peer.newStream(List.of(AutoNatServer.PROTOCOL), ANSWER)) {
            stream.setReadDeadline(ANSWER);
            stream.setWriteDeadline(ANSWER);
            var addresses = host.addresses().stream()
                    .filter(address -> !CircuitAddress.isCircuit(address))
                    .flatMap(address -> address.withoutPeer().stream())
                    .limit(AutoNatMessage.MAX_ADDRESSES)
                    .toList();
            AutoNatMessage.send(stream, new Dial(Optional.of(host.peerId()), addresses));
            if (AutoNatMessage.receive(stream.input()) instanceof Answer answer) {
                LOG.debug("{} answers status {} {}", peer, answer.status(), answer.text());
                hear(answer.status());
            }
        } catch (IOException e) {
            LOG.debug("{} does not say whether this host can be dialled", peer, e);
        }
    }

    /** Only these two say something about this host. */
    void hear(long status) {
        if (status == AutoNatMessage.OK) {
            observe(Reachability.PUBLIC, true);
        } else if (status == AutoNatMessage.DIAL_ERROR) {
            observe(Reachability.PRIVATE, false);
        }
    }

    private void observe(Reachability seen, boolean atOnce) {
        if (reachability == seen) {
            confidence = Math.min(SURE, confidence + 1);
        } else if (atOnce || confidence == 0) {
            LOG.info("this host is {} (was {})", seen, reachability);
            reachability = seen;
            confidence = 0;
        } else {
            confidence--;
        }
    }

    /** Asks no more. */
    @Override
    public void close() {
        stop.run();
    }
}
