package io.adit.libp2p.relay;

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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The messages of both protocols: {@code HopMessage{type=1, peer=2, reservation=3, limit=4, status=5}} between client and
 * relay, {@code StopMessage{type=1, peer=2, limit=3, status=4}} between relay and the peer that has reserved. Both hold the
 * same things; a message here is either.
 *
 * @param status as sent; empty unless it is one
 */
record RelayMessage(
        Purpose purpose,
        Optional<PeerId> peer,
        Optional<Granted> reservation,
        CircuitLimit limit,
        Optional<Long> status) {
    /** As go-libp2p. */
    static final int MAX_BYTES = 4096;

    private static final int MAX_FIELDS = 128;
    private static final int MAX_ADDRESSES = 16;
    /** A relay that says more means none. */
    private static final long LONGEST_SECONDS = Duration.ofDays(365).toSeconds();

    enum Purpose {
        RESERVE,
        CONNECT,
        STATUS
    }

    /** Where the two protocols differ. */
    enum Shape {
        HOP(4, 5),
        STOP(3, 4);

        private final int limitField;
        private final int statusField;

        Shape(int limitField, int statusField) {
            this.limitField = limitField;
            this.statusField = statusField;
        }

        private long numberOf(Purpose purpose) {
            return switch (purpose) {
                case RESERVE -> 0;
                case CONNECT -> this == HOP ? 1 : 0;
                case STATUS -> this == HOP ? 2 : 1;
            };
        }

        private Purpose purpose(long number) {
            return Arrays.stream(Purpose.values())
                    .filter(each -> numberOf(each) == number && (this == HOP || each != Purpose.RESERVE))
                    .findFirst()
                    .orElseThrow(() -> new MalformedWireException("its type " + number + " is unknown"));
        }
    }

    /** A reservation as the relay tells it. */
    record Granted(Instant expires, List<Multiaddr> addresses, Optional<byte[]> voucher) {}

    static RelayMessage reserve() {
        return new RelayMessage(
                Purpose.RESERVE, Optional.empty(), Optional.empty(), CircuitLimit.NONE, Optional.empty());
    }

    static RelayMessage connect(PeerId peer) {
        return new RelayMessage(
                Purpose.CONNECT, Optional.of(peer), Optional.empty(), CircuitLimit.NONE, Optional.empty());
    }

    static RelayMessage status(RelayStatus status) {
        return new RelayMessage(
                Purpose.STATUS, Optional.empty(), Optional.empty(), CircuitLimit.NONE, Optional.of((long)
                        status.number()));
    }

    void send(Stream stream, Shape shape) throws IOException {
        var delimited = Delimited.of(encode(shape));
        stream.write(delimited, 0, delimited.length);
    }

    byte[] encode(Shape shape) {
        var out = new Protobuf.Writer().varint(1, shape.numberOf(purpose));
        peer.ifPresent(
                id -> out.bytes(2, new Protobuf.Writer().bytes(1, id.bytes()).toByteArray()));
        status.ifPresent(number -> out.varint(shape.statusField, number));
        return out.toByteArray();
    }

    /** @throws Libp2pException PROTOCOL_VIOLATION if there is none, or it is malformed or longer than 4 KiB */
    static RelayMessage receive(InputStream in, Shape shape) throws IOException {
        try {
            return decode(Delimited.read(in, MAX_BYTES), shape);
        } catch (MalformedWireException | EOFException e) {
            throw new Libp2pException(
                    Kind.PROTOCOL_VIOLATION, "remote's relay message is malformed: " + e.getMessage(), e);
        }
    }

    static RelayMessage decode(byte[] bytes, Shape shape) {
        var fields = Protobuf.parse(bytes, MAX_FIELDS);
        var number = fields.varint(1).orElseThrow(() -> new MalformedWireException("it has no type"));
        var status = fields.varint(shape.statusField);
        return new RelayMessage(
                shape.purpose(number),
                fields.bytes(2)
                        .flatMap(peer -> Protobuf.parse(peer, MAX_FIELDS).bytes(1))
                        .map(PeerId::fromBytes),
                shape == Shape.HOP ? fields.bytes(3).map(RelayMessage::granted) : Optional.empty(),
                fields.bytes(shape.limitField).map(RelayMessage::limit).orElse(CircuitLimit.NONE),
                status.isPresent() ? Optional.of(status.getAsLong()) : Optional.empty());
    }

    private static CircuitLimit limit(byte[] bytes) {
        var fields = Protobuf.parse(bytes, MAX_FIELDS);
        var seconds = fields.varint(1).orElse(0);
        return new CircuitLimit(
                seconds > LONGEST_SECONDS ? Duration.ZERO : Duration.ofSeconds(seconds),
                fields.varint(2).orElse(0));
    }

    private static Granted granted(byte[] bytes) {
        var fields = Protobuf.parse(bytes, MAX_FIELDS);
        var seconds = fields.varint(1).orElseThrow(() -> new MalformedWireException("a reservation without an end"));
        var addresses = new ArrayList<Multiaddr>();
        for (var address : fields.repeated(2).stream().limit(MAX_ADDRESSES).toList()) {
            readable(address).ifPresent(addresses::add);
        }
        return new Granted(
                Instant.ofEpochSecond(Math.min(seconds, Instant.MAX.getEpochSecond())), addresses, fields.bytes(3));
    }

    /** Relays list addresses of transports that this module does not know; those are left out. */
    private static Optional<Multiaddr> readable(byte[] address) {
        try {
            return Optional.of(Multiaddr.fromBytes(address));
        } catch (MalformedWireException e) {
            return Optional.empty();
        }
    }
}
