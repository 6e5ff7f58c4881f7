package io.adit.libp2p.relay;

import io.adit.libp2p.Host;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Pulse;
import io.adit.libp2p.multiaddr.Multiaddr;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps slots at relays while they are needed: reserves them in the order of the list, renews each well before it expires,
 * takes another relay's where one fails, and gives them up when they are needed no longer.
 */
public final class RelaySlots implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RelaySlots.class);
    private static final Duration BEAT = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    /** A relay's hour is renewed with a quarter of it left. */
    static final Duration RENEWAL = Duration.ofMinutes(15);

    /** A relay that has failed is tried again after that, then after twice as long and so on. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(30);

    private static final int DOUBLINGS = 6;

    private final Host host;
    private final List<Multiaddr> relays;
    private final int wanted;
    private final BooleanSupplier needed;
    private final InstantSource clock;
    private final ReentrantLock turn = new ReentrantLock();
    /** Relays that have failed; guarded by the turn. */
    private final Map<Multiaddr, Failure> failures = new HashMap<>();

    private Runnable stop = () -> {};

    private record Failure(int times, Instant again) {}

    /**
     * Nothing happens before {@link #start}.
     *
     * @param relays addresses that end in the relay's peer ID
     * @param wanted at how many of them a slot is kept
     * @param needed whether slots are needed now; asked at each look
     */
    public RelaySlots(Host host, List<Multiaddr> relays, int wanted, BooleanSupplier needed, InstantSource clock) {
        this.host = host;
        this.relays = List.copyOf(relays);
        this.wanted = wanted;
        this.needed = needed;
        this.clock = clock;
        for (var relay : relays) {
            if (relay.peerId().isEmpty() || CircuitAddress.isCircuit(relay)) {
                throw new IllegalArgumentException("a relay's address must end in /p2p/<peer ID>: " + relay);
            }
        }
    }

    /** Looks after the slots at once and again and again. */
    public void start(Pulse pulse) {
        stop = pulse.every(BEAT, this::look);
    }

    /** Does what is to be done now; waits for relays. One look at a time. */
    void look() {
        if (!turn.tryLock()) {
            return;
        }
        try {
            if (needed.getAsBoolean()) {
                keep();
            } else {
                host.reservations().forEach(each -> host.release(each.relay()));
            }
        } catch (RuntimeException e) {
            LOG.error("looking after slots at relays failed", e);
        } finally {
            turn.unlock();
        }
    }

    private void keep() {
        var good = 0;
        for (var relay : relays) {
            if (good == wanted) {
                return;
            }
            var held = host.reservations().stream()
                    .filter(each -> relay.peerId().filter(each.relay()::equals).isPresent())
                    .findFirst();
            if (held.filter(each -> each.expires().minus(margin(each)).isAfter(clock.instant()))
                            .isPresent()
                    || reserve(relay)) {
                good++;
            }
        }
    }

    /** Of a slot that is short by itself, a quarter. */
    private static Duration margin(Reservation held) {
        var quarter = Duration.between(held.granted(), held.expires()).dividedBy(4);
        return quarter.compareTo(RENEWAL) < 0 ? quarter : RENEWAL;
    }

    private boolean reserve(Multiaddr relay) {
        var failed = failures.getOrDefault(relay, new Failure(0, Instant.MIN));
        if (failed.again().isAfter(clock.instant())) {
            return false;
        }
        try {
            var reservation = host.reserve(relay, TIMEOUT);
            failures.remove(relay);
            LOG.info("reachable through relay {} until {}", reservation.relay(), reservation.expires());
            return true;
        } catch (Libp2pException | RuntimeException e) {
            // Whatever one relay brings about, the next one is asked.
            var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failed.times(), DOUBLINGS));
            failures.put(relay, new Failure(failed.times() + 1, clock.instant().plus(pause)));
            LOG.warn("no slot at relay {}, next try in {}: {}", relay, pause, e.getMessage());
            return false;
        }
    }

    /** Looks after nothing any more; slots that are held run out. */
    @Override
    public void close() {
        stop.run();
    }
}
