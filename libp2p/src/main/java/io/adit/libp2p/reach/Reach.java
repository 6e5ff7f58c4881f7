package io.adit.libp2p.reach;

import io.adit.libp2p.Host;
import io.adit.libp2p.Pulse;
import io.adit.libp2p.autonat.AutoNat;
import io.adit.libp2p.autonat.Reachability;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.reach.ReachPlan.Mode;
import io.adit.libp2p.relay.CircuitAddress;
import io.adit.libp2p.relay.RelaySlots;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Sees to it that a host is reached. Works in the background from {@link #start} to {@link #close}, which precedes the host's. */
public final class Reach implements AutoCloseable {
    private final Host host;
    private final ReachPlan plan;
    private final Optional<AutoNat> autoNat;
    private final RelaySlots slots;

    public Reach(Host host, ReachPlan plan, InstantSource clock, RandomGenerator random) {
        this.host = host;
        this.plan = plan;
        this.autoNat = plan.mode() == Mode.AUTO && !plan.asked().isEmpty()
                ? Optional.of(new AutoNat(host, plan.asked(), clock, random))
                : Optional.empty();
        this.slots =
                new RelaySlots(host, plan.relays(), plan.slots(), () -> reachability() == Reachability.PRIVATE, clock);
    }

    /** Begins to ask, and to keep slots where they are needed. */
    public void start(Pulse pulse) {
        autoNat.ifPresent(each -> each.start(pulse));
        if (plan.mode() != Mode.PUBLIC && !plan.relays().isEmpty()) {
            slots.start(pulse);
        }
    }

    /** What the owner says, or else what is believed now. */
    public Reachability reachability() {
        return switch (plan.mode()) {
            case PUBLIC -> Reachability.PUBLIC;
            case PRIVATE -> Reachability.PRIVATE;
            case AUTO -> autoNat.map(AutoNat::reachability).orElse(Reachability.UNKNOWN);
        };
    }

    /**
     * Addresses at which strangers have a chance: of a private host those through relays, and those that its owner vouches for. Each
     * ends in the host's peer ID.
     *
     * @return empty while that is not known: AutoNAT has not been answered, or no relay has given a slot yet
     */
    public Optional<List<Multiaddr>> published() {
        var all = host.addresses();
        return switch (reachability()) {
            case PUBLIC -> Optional.of(all);
            case UNKNOWN -> autoNat.isPresent() ? Optional.empty() : Optional.of(all);
            case PRIVATE -> {
                var circuits = all.stream().filter(CircuitAddress::isCircuit).toList();
                var vouched = plan.announced().stream().map(each -> each.withPeer(host.peerId()));
                yield circuits.isEmpty() && plan.announced().isEmpty()
                        ? Optional.empty()
                        : Optional.of(Stream.concat(vouched, circuits.stream())
                                .distinct()
                                .toList());
            }
        };
    }

    /** Asks and reserves no more; slots that are held run out. */
    @Override
    public void close() {
        autoNat.ifPresent(AutoNat::close);
        slots.close();
    }
}
