package io.adit.libp2p.autonat;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.Stream;
import io.adit.libp2p.identity.PeerId;
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

/** {@code Message{type=1, dial=2{peer=1{id=1, addrs=2}}, dialResponse=3{status=1, statusText=2, addr=3}}}. */
sealed interface AutoNatMessage {
    /** As go-libp2p. */
    int MAX_BYTES = 4096;

    int MAX_FIELDS = 128;
    int MAX_ADDRESSES = 16;
    long OK = 0;
    long DIAL_ERROR = 100;
    long DIAL_REFUSED = 101;
    long BAD_REQUEST = 200;

    /** A peer asks to be dialled. Addresses of transports that are unknown here are left out. */
    record Dial(Optional<PeerId> peer, List<Multiaddr> addresses) implements AutoNatMessage {}

    /** How that went. */
    record Answer(long status, String text, Optional<Multiaddr> address) implements AutoNatMessage {
        static Answer refused(String why) {
            return new Answer(DIAL_REFUSED, why, Optional.empty());
        }
    }

    static byte[] encode(AutoNatMessage message) {
        return switch (message) {
            case Dial dial -> {
                var peer = new Protobuf.Writer();
                dial.peer().ifPresent(id -> peer.bytes(1, id.bytes()));
                dial.addresses().forEach(address -> peer.bytes(2, address.bytes()));
                var request = new Protobuf.Writer().bytes(1, peer.toByteArray());
                yield new Protobuf.Writer()
                        .varint(1, 0)
                        .bytes(2, request.toByteArray())
                        .toByteArray();
            }
            case Answer answer -> {
                var response = new Protobuf.Writer().varint(1, answer.status()).text(2, answer.text());
                answer.address().ifPresent(address -> response.bytes(3, address.bytes()));
                yield new Protobuf.Writer()
                        .varint(1, 1)
                        .bytes(3, response.toByteArray())
                        .toByteArray();
            }
        };
    }

    static void send(Stream stream, AutoNatMessage message) throws IOException {
        var delimited = Delimited.of(encode(message));
        stream.write(delimited, 0, delimited.length);
    }

    /** @throws Libp2pException PROTOCOL_VIOLATION if there is none, or it is malformed or longer than 4 KiB */
    static AutoNatMessage receive(InputStream in) throws IOException {
        try {
            return decode(Delimited.read(in, MAX_BYTES));
        } catch (MalformedWireException | EOFException e) {
            throw new Libp2pException(
                    Kind.PROTOCOL_VIOLATION, "remote's AutoNAT message is malformed: " + e.getMessage(), e);
        }
    }

    static AutoNatMessage decode(byte[] bytes) {
        var fields = Protobuf.parse(bytes, MAX_FIELDS);
        if (fields.varint(1).orElse(-1) == 0) {
            var peer = fields.bytes(2)
                    .flatMap(dial -> Protobuf.parse(dial, MAX_FIELDS).bytes(1))
                    .map(info -> Protobuf.parse(info, MAX_FIELDS))
                    .orElseThrow(() -> new MalformedWireException("a request without a peer"));
            var addresses = new ArrayList<Multiaddr>();
            for (var address : peer.repeated(2).stream().limit(MAX_ADDRESSES).toList()) {
                readable(address).ifPresent(addresses::add);
            }
            return new Dial(peer.bytes(1).map(PeerId::fromBytes), addresses);
        }
        var answer = fields.bytes(3)
                .map(response -> Protobuf.parse(response, MAX_FIELDS))
                .orElseThrow(() -> new MalformedWireException("neither a request nor an answer"));
        var text = answer.bytes(2).map(each -> new String(each, StandardCharsets.UTF_8));
        return new Answer(
                answer.varint(1).orElse(-1), text.orElse(""), answer.bytes(3).flatMap(AutoNatMessage::readable));
    }

    private static Optional<Multiaddr> readable(byte[] address) {
        try {
            return Optional.of(Multiaddr.fromBytes(address));
        } catch (MalformedWireException e) {
            return Optional.empty();
        }
    }
}
