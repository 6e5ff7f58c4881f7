package io.adit.ops.api;

import io.adit.libp2p.Host;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.reach.Reach;
import io.adit.libp2p.relay.CircuitAddress;
import io.adit.libp2p.relay.Reservation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How the libp2p host is reached now.
 *
 * @param reachability public, private or unknown
 * @param circuits connections that came through a relay
 * @param addresses what peers are told, each ending in the peer ID
 * @param slots held at relays
 * @param published what the chain should say; empty while it is not known how the node is reached
 */
public record NetReport(
        String peer,
        String reachability,
        int connections,
        int circuits,
        List<Multiaddr> addresses,
        List<Reservation> slots,
        Optional<List<Multiaddr>> published) {
    /** Most that a miner actor keeps as its addresses: builtin-actors, policy.max_multiaddr_data. */
    private static final int MOST_BYTES_ON_CHAIN = 1024;

    /** As many of these addresses as the chain takes, without the peer, which it has apart. */
    public static List<Multiaddr> forTheChain(List<Multiaddr> addresses) {
        var fitting = new ArrayList<Multiaddr>();
        int bytes = 0;
        for (var address : addresses) {
            var bare = address.withoutPeer();
            if (bare.isPresent() && !fitting.contains(bare.get())) {
                bytes += bare.get().bytes().length;
                if (bytes > MOST_BYTES_ON_CHAIN) {
                    return fitting;
                }
                fitting.add(bare.get());
            }
        }
        return fitting;
    }

    /** Looks at a host. */
    public static NetReport of(Host host, Reach reach) {
        var connections = host.connections();
        return new NetReport(
                host.peerId().toString(),
                reach.reachability().name().toLowerCase(Locale.ROOT),
                connections.size(),
                (int) connections.stream()
                        .filter(each -> !each.isInitiator() && CircuitAddress.isCircuit(each.remoteAddress()))
                        .count(),
                host.addresses(),
                host.reservations(),
                reach.published());
    }
}
