package io.adit.libp2p.relay;

import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.multiaddr.MultiaddrProtocol;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * {@code <address of the relay>/p2p/<relay>/p2p-circuit}, with {@code /p2p/<peer>} at its end or without.
 *
 * @param relay the relay's address, ending in its peer ID
 */
public record CircuitAddress(Multiaddr relay) {
    /** What such an address names; empty if it is none, or goes on behind the circuit with anything but a peer. */
    public static Optional<CircuitAddress> parse(Multiaddr address) {
        return Optional.of(address)
                .filter(CircuitAddress::endsBehindCircuit)
                .flatMap(CircuitAddress::relayText)
                .map(Multiaddr::parse)
                .filter(relay ->
                        relay.peerId().isPresent() && relay.withoutPeer().isPresent())
                .map(CircuitAddress::new);
    }

    private static boolean endsBehindCircuit(Multiaddr address) {
        return address.components().stream()
                .dropWhile(component -> !isCircuit(component))
                .skip(1)
                .allMatch(component -> component.protocol() == MultiaddrProtocol.P2P);
    }

    public static boolean isCircuit(Multiaddr address) {
        return address.components().stream().anyMatch(CircuitAddress::isCircuit);
    }

    private static boolean isCircuit(Multiaddr.Component component) {
        return component.protocol() == MultiaddrProtocol.P2P_CIRCUIT;
    }

    private static Optional<String> relayText(Multiaddr address) {
        var text = address.components().stream()
                .takeWhile(component -> !isCircuit(component))
                .map(Multiaddr.Component::toString)
                .collect(Collectors.joining());
        return isCircuit(address) && !text.isEmpty() ? Optional.of(text) : Optional.empty();
    }

    /** The transport address in an address of a relay: without a circuit and the relay's own ID. */
    static Optional<Multiaddr> relayPart(Multiaddr address, PeerId relay) {
        var bare = isCircuit(address) ? relayText(address).map(Multiaddr::parse) : Optional.of(address);
        return bare.filter(each -> each.peerId().map(relay::equals).orElse(true))
                .flatMap(Multiaddr::withoutPeer);
    }

    /** Where somebody is reached through a relay at a transport address, without the peer at the end. */
    public static Multiaddr through(Multiaddr transport, PeerId relay) {
        return Multiaddr.parse(transport.withPeer(relay) + "/p2p-circuit");
    }
}
