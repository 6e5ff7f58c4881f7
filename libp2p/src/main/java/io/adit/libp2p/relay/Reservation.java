package io.adit.libp2p.relay;

import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.record.SignedEnvelope;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/**
 * A slot at a relay: until it expires others reach this host through it.
 *
 * @param granted when
 * @param addresses of the relay, as it says, without circuit and peer at their end; empty if it names none
 * @param limit of each circuit
 */
public record Reservation(
        PeerId relay, Instant granted, Instant expires, List<Multiaddr> addresses, CircuitLimit limit) {
    private static final String VOUCHER_DOMAIN = "libp2p-relay-rsvp";
    private static final byte[] VOUCHER_TYPE = {0x03, 0x02};
    private static final int MAX_FIELDS = 16;

    public Reservation {
        addresses = List.copyOf(addresses);
    }

    /**
     * Checks that the voucher is the relay's own, for this host, and not for longer than it says.
     *
     * @throws MalformedWireException if it is not
     */
    static void checkVoucher(byte[] voucher, PeerId relay, PeerId self, Instant expires) {
        var envelope = SignedEnvelope.open(voucher, VOUCHER_DOMAIN);
        if (!HexFormat.of()
                .formatHex(envelope.payloadType())
                .equals(HexFormat.of().formatHex(VOUCHER_TYPE))) {
            throw new MalformedWireException("the envelope holds no reservation voucher");
        }
        var fields = Protobuf.parse(envelope.payload(), MAX_FIELDS);
        var signer = envelope.signer().peerId();
        var names = fields.bytes(1).map(PeerId::fromBytes);
        if (!signer.equals(relay) || !names.filter(relay::equals).isPresent()) {
            throw new MalformedWireException("the voucher is one of " + signer + ", not of relay " + relay);
        }
        if (!fields.bytes(2).map(PeerId::fromBytes).filter(self::equals).isPresent()) {
            throw new MalformedWireException("the voucher is for another peer");
        }
        if (fields.varint(3).orElse(0) < expires.getEpochSecond()) {
            throw new MalformedWireException("the voucher ends before the reservation does");
        }
    }
}
