package io.adit.libp2p.reach;

import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.relay.CircuitAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;

/**
 * What an owner says about how a host is reached.
 *
 * @param mode whether strangers can dial it
 * @param announced addresses that the owner vouches for, whatever others say; empty for those bound
 * @param relays at which slots are kept while the host is private, in this order; addresses that end in their peer IDs
 * @param slots at how many of them
 * @param servers who is asked by AutoNAT, besides the relays
 */
public record ReachPlan(
        Mode mode, List<Multiaddr> announced, List<Multiaddr> relays, int slots, List<Multiaddr> servers) {
    /** Whether strangers can dial the host. */
    public enum Mode {
        /** AutoNAT finds out; where nobody is named to be asked, it stays unknown and no relay is used. */
        AUTO,
        PUBLIC,
        PRIVATE
    }

    /** @throws IllegalArgumentException if a relay or server is no address that ends in a peer ID */
    public ReachPlan {
        announced = List.copyOf(announced);
        relays = List.copyOf(relays);
        servers = List.copyOf(servers);
        for (var each : Stream.concat(relays.stream(), servers.stream()).toList()) {
            if (!isPeerAddress(each)) {
                throw new IllegalArgumentException(
                        "an address of a relay or server must end in /p2p/<peer ID>: " + each);
            }
        }
    }

    /** Whether somebody can be dialled at it directly and known again. */
    public static boolean isPeerAddress(Multiaddr address) {
        return address.peerId().isPresent() && !CircuitAddress.isCircuit(address);
    }

    /** Whom AutoNAT asks, each peer once: most relays serve it too. */
    List<Multiaddr> asked() {
        var byPeer = new LinkedHashMap<Object, Multiaddr>();
        Stream.concat(servers.stream(), relays.stream())
                .forEach(address -> byPeer.putIfAbsent(address.peerId().orElseThrow(), address));
        return List.copyOf(byPeer.values());
    }
}
