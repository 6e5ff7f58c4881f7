package io.adit.libp2p.identify;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.PeerInformation;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.wire.Delimited;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The identify message: {@code publicKey=1, listenAddrs=2, protocols=3, observedAddr=4, protocolVersion=5,
 * agentVersion=6}. The signed peer record (8) is neither sent nor read: addresses here are hints, not facts.
 */
final class IdentifyMessage {
    /** As go-libp2p: larger messages come in several parts. */
    private static final int MAX_MESSAGE = 8 << 10;

    private static final int MAX_MESSAGES = 10;
    private static final int MAX_FIELDS = 1024;
    private static final int MAX_PROTOCOLS = 256;
    private static final int MAX_ADDRESSES = 64;
    private static final int MAX_TEXT = 256;
    /** Number and length of a field. */
    private static final int FIELD_OVERHEAD = 4;

    private static final int PUBLIC_KEY = 1;
    private static final int LISTEN_ADDRESSES = 2;
    private static final int PROTOCOLS = 3;
    private static final int OBSERVED_ADDRESS = 4;
    private static final int PROTOCOL_VERSION = 5;
    private static final int AGENT = 6;

    private IdentifyMessage() {}

    /** Addresses for which there is no room are left out, the last ones first. */
    static byte[] encode(PublicKey key, PeerInformation information) {
        var left = MAX_MESSAGE - encode(key, information, List.of()).length;
        var addresses = new ArrayList<Multiaddr>();
        for (var address : information.listenAddresses()) {
            left -= address.bytes().length + FIELD_OVERHEAD;
            if (left < 0) {
                break;
            }
            addresses.add(address);
        }
        return Delimited.of(encode(key, information, addresses));
    }

    private static byte[] encode(PublicKey key, PeerInformation information, List<Multiaddr> addresses) {
        var message = new Protobuf.Writer().bytes(PUBLIC_KEY, key.toProtobuf());
        addresses.forEach(address -> message.bytes(LISTEN_ADDRESSES, address.bytes()));
        information.protocols().forEach(protocol -> message.text(PROTOCOLS, protocol));
        information.observedAddress().ifPresent(address -> message.bytes(OBSERVED_ADDRESS, address.bytes()));
        message.text(PROTOCOL_VERSION, information.protocolVersion());
        message.text(AGENT, information.agent());
        var body = message.toByteArray();
        if (body.length > MAX_MESSAGE) {
            throw new IllegalStateException(
                    "identify message of " + body.length + " bytes; peers read no more than " + MAX_MESSAGE);
        }
        return body;
    }

    /**
     * Reads all parts until the remote half-closes.
     *
     * @throws Libp2pException PROTOCOL_VIOLATION if malformed or too long; IDENTITY if the key is not the handshake's
     */
    static PeerInformation read(InputStream in, PublicKey proved) throws IOException {
        try {
            var parts = new ArrayList<Protobuf>();
            for (var part = readPart(in); part.isPresent(); part = readPart(in)) {
                if (parts.size() == MAX_MESSAGES) {
                    throw new MalformedWireException("more than " + MAX_MESSAGES + " parts");
                }
                parts.add(part.get());
            }
            return merge(parts, proved);
        } catch (MalformedWireException | EOFException e) {
            throw new Libp2pException(
                    Kind.PROTOCOL_VIOLATION, "remote's identify message is malformed: " + e.getMessage(), e);
        }
    }

    private static Optional<Protobuf> readPart(InputStream in) throws IOException {
        return Delimited.readOrEnd(in, MAX_MESSAGE).map(bytes -> Protobuf.parse(bytes, MAX_FIELDS));
    }

    private static PeerInformation merge(List<Protobuf> parts, PublicKey proved) throws Libp2pException {
        for (var part : parts) {
            var key = part.bytes(PUBLIC_KEY);
            if (key.isPresent() && !PublicKey.fromProtobuf(key.get()).equals(proved)) {
                throw new Libp2pException(
                        Kind.IDENTITY, "peer " + proved.peerId() + " identifies itself with another peer's key");
            }
        }
        return new PeerInformation(
                text(parts, PROTOCOL_VERSION),
                text(parts, AGENT),
                parts.stream()
                        .flatMap(part -> part.repeated(PROTOCOLS).stream())
                        .filter(protocol -> protocol.length <= MAX_TEXT)
                        .limit(MAX_PROTOCOLS)
                        .map(protocol -> new String(protocol, StandardCharsets.UTF_8))
                        .toList(),
                parts.stream()
                        .flatMap(part -> part.repeated(LISTEN_ADDRESSES).stream())
                        .limit(MAX_ADDRESSES)
                        .flatMap(address -> address(address).stream())
                        .toList(),
                last(parts, OBSERVED_ADDRESS).flatMap(IdentifyMessage::address));
    }

    private static String text(List<Protobuf> parts, int field) {
        return last(parts, field)
                .map(bytes -> new String(bytes, 0, Math.min(bytes.length, MAX_TEXT), StandardCharsets.UTF_8))
                .orElse("");
    }

    private static Optional<byte[]> last(List<Protobuf> parts, int field) {
        return parts.reversed().stream()
                .flatMap(part -> part.bytes(field).stream())
                .findFirst();
    }

    /** Peers list addresses of transports that this module does not know; those are left out. */
    private static Optional<Multiaddr> address(byte[] bytes) {
        try {
            return Optional.of(Multiaddr.fromBytes(bytes));
        } catch (MalformedWireException e) {
            return Optional.empty();
        }
    }
}
