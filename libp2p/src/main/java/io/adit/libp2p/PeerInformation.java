package io.adit.libp2p;

import io.adit.libp2p.multiaddr.Multiaddr;
import java.util.List;
import java.util.Optional;

/**
 * What a peer says about itself through identify. Except for the peer's key, which was checked against the handshake,
 * all of it is the peer's claim. Lists are cut to the bounds of {@code IdentifyMessage}.
 *
 * @param protocolVersion for example {@code ipfs/0.1.0}; empty if not given
 * @param agent the software, for example {@code boost/2.4.0}; empty if not given
 * @param protocols protocol IDs of its stream handlers
 * @param listenAddresses where it says that it listens
 * @param observedAddress where it sees this host
 */
public record PeerInformation(
        String protocolVersion,
        String agent,
        List<String> protocols,
        List<Multiaddr> listenAddresses,
        Optional<Multiaddr> observedAddress) {
    public PeerInformation {
        protocols = List.copyOf(protocols);
        listenAddresses = List.copyOf(listenAddresses);
    }

    /** This, with everything replaced that the later word says anything about (identify push may be partial). */
    PeerInformation updatedBy(PeerInformation later) {
        return new PeerInformation(
                later.protocolVersion.isEmpty() ? protocolVersion : later.protocolVersion,
                later.agent.isEmpty() ? agent : later.agent,
                later.protocols.isEmpty() ? protocols : later.protocols,
                later.listenAddresses.isEmpty() ? listenAddresses : later.listenAddresses,
                later.observedAddress.or(() -> observedAddress));
    }
}
