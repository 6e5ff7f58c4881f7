package io.adit.libp2p.gossipsub;

import io.adit.libp2p.DialableAddresses;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.record.SignedEnvelope;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where a peer may be dialled by its own signed word (RFC 0003, "Peer Routing Records"), which a pruning peer passes on:
 * {@code PeerRecord{peer_id=1, seq=2, addresses=3{multiaddr=1}}}.
 */
final class SignedAddresses {
    private static final String DOMAIN = "libp2p-peer-record";
    private static final byte[] TYPE = {3, 1};
    private static final int MAX_FIELDS = 64;
    private static final int MAX_ADDRESSES = 16;

    private SignedAddresses() {}

    /**
     * The addresses that are ones of the internet: nobody shall have this host knock on doors inside its own network.
     *
     * @throws MalformedWireException if it is not the peer's own record
     */
    static List<Multiaddr> in(byte[] envelope, PeerId peer) {
        var opened = SignedEnvelope.open(envelope, DOMAIN);
        if (!Arrays.equals(opened.payloadType(), TYPE)) {
            throw new MalformedWireException("the envelope holds no peer record");
        }
        var fields = Protobuf.parse(opened.payload(), MAX_FIELDS);
        var named = fields.bytes(1).map(PeerId::fromBytes);
        if (!opened.signer().peerId().equals(peer) || named.filter(peer::equals).isEmpty()) {
            throw new MalformedWireException("the record is not of peer " + peer + " but of "
                    + opened.signer().peerId());
        }
        return fields.repeated(3).stream()
                .flatMap(entry -> Protobuf.parse(entry, MAX_FIELDS).bytes(1).stream())
                .flatMap(address -> readable(address).stream())
                .filter(DialableAddresses::isOutside)
                .limit(MAX_ADDRESSES)
                .toList();
    }

    /** Peers list addresses of transports that this module does not know; those are left out. */
    private static Optional<Multiaddr> readable(byte[] address) {
        try {
            return Optional.of(Multiaddr.fromBytes(address));
        } catch (MalformedWireException e) {
            return Optional.empty();
        }
    }
}
