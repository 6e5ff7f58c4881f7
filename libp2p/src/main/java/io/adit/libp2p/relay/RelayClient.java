package io.adit.libp2p.relay;

import io.adit.libp2p.Connection;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.Stream;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.relay.RelayMessage.Purpose;
import io.adit.libp2p.relay.RelayMessage.Shape;
import io.adit.libp2p.wire.MalformedWireException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** The conversations of a client with a relay; what comes of them is the caller's. */
public final class RelayClient {
    /** What clients ask of relays. */
    public static final String HOP = "/libp2p/circuit/relay/0.2.0/hop";
    /** What relays ask of those who have reserved. */
    public static final String STOP = "/libp2p/circuit/relay/0.2.0/stop";

    private static final Duration ANSWER = Duration.ofMinutes(1);

    private final PeerId self;
    private final InstantSource clock;

    /**
     * A circuit that is open and not secured yet.
     *
     * @param stream at the relay
     * @param peer who should be at the other end
     */
    public record Circuit(Stream stream, PeerId peer, CircuitLimit limit) {}

    /** @param clock by which reservations expire */
    public RelayClient(PeerId self, InstantSource clock) {
        this.self = self;
        this.clock = clock;
    }

    /**
     * Reserves a slot, or renews one.
     *
     * @throws Libp2pException LIMIT if the relay refuses; PROTOCOL_VIOLATION if its answer or voucher is wrong; else as
     *     {@link Connection#newStream}
     */
    public Reservation reserve(Connection relay, Duration timeout) throws IOException {
        try (var stream = relay.newStream(List.of(HOP), timeout)) {
            var answer = ask(stream, RelayMessage.reserve(), "no reservation at relay " + relay.remotePeer());
            var granted = answer.reservation()
                    .orElseThrow(() -> violation(relay.remotePeer(), "it grants a reservation and does not say which"));
            if (!granted.expires().isAfter(clock.instant())) {
                throw violation(relay.remotePeer(), "its reservation ended at " + granted.expires());
            }
            if (granted.voucher().isPresent()) {
                Reservation.checkVoucher(granted.voucher().get(), relay.remotePeer(), self, granted.expires());
            }
            var addresses = granted.addresses().stream()
                    .flatMap(address -> CircuitAddress.relayPart(address, relay.remotePeer()).stream())
                    .toList();
            return new Reservation(relay.remotePeer(), clock.instant(), granted.expires(), addresses, answer.limit());
        } catch (MalformedWireException e) {
            throw new Libp2pException(
                    Kind.PROTOCOL_VIOLATION,
                    "no reservation at relay " + relay.remotePeer() + ": " + e.getMessage(),
                    e);
        }
    }

    /**
     * Has a relay connect this host with a peer that has reserved there.
     *
     * @throws Libp2pException UNREACHABLE if the relay refuses or cannot; else as {@link Connection#newStream}
     */
    public Circuit connect(Connection relay, PeerId peer, Duration timeout) throws IOException {
        var stream = relay.newStream(List.of(HOP), timeout);
        var connected = false;
        try {
            var answer = ask(
                    stream,
                    RelayMessage.connect(peer),
                    "cannot reach " + peer + " through relay " + relay.remotePeer());
            connected = true;
            return new Circuit(stream, peer, answer.limit());
        } finally {
            if (!connected) {
                stream.reset();
            }
        }
    }

    private static RelayMessage ask(Stream stream, RelayMessage question, String otherwise) throws IOException {
        stream.setReadDeadline(ANSWER);
        stream.setWriteDeadline(ANSWER);
        question.send(stream, Shape.HOP);
        var answer = RelayMessage.receive(stream.input(), Shape.HOP);
        if (answer.purpose() != Purpose.STATUS) {
            throw violation(stream.remotePeer(), "it answers with " + answer.purpose());
        }
        var number = answer.status().orElse(0L);
        var status = RelayStatus.of(number);
        if (status.filter(RelayStatus.OK::equals).isEmpty()) {
            var why = status.map(RelayStatus::toString).orElse("it answers with status " + number);
            throw new Libp2pException(
                    question.purpose() == Purpose.RESERVE ? Kind.LIMIT : Kind.UNREACHABLE, otherwise + ": " + why);
        }
        stream.setReadDeadline(Duration.ZERO);
        stream.setWriteDeadline(Duration.ZERO);
        return answer;
    }

    /**
     * Reads which circuit a relay brings on a stream of {@link #STOP}; it waits for {@link #accept} or {@link #refuse}.
     *
     * @throws Libp2pException PROTOCOL_VIOLATION if the relay does not bring one; it has been told
     */
    public Circuit offered(Stream stream) throws IOException {
        stream.setReadDeadline(ANSWER);
        stream.setWriteDeadline(ANSWER);
        RelayMessage message;
        try {
            message = RelayMessage.receive(stream.input(), Shape.STOP);
        } catch (Libp2pException e) {
            RelayMessage.status(RelayStatus.MALFORMED_MESSAGE).send(stream, Shape.STOP);
            throw e;
        }
        if (message.purpose() != Purpose.CONNECT || message.peer().isEmpty()) {
            var wrong = message.purpose() == Purpose.CONNECT
                    ? RelayStatus.MALFORMED_MESSAGE
                    : RelayStatus.UNEXPECTED_MESSAGE;
            RelayMessage.status(wrong).send(stream, Shape.STOP);
            throw violation(stream.remotePeer(), "it brings no circuit but " + message.purpose());
        }
        return new Circuit(stream, message.peer().get(), message.limit());
    }

    /** Takes a circuit that was offered. */
    public void accept(Circuit circuit) throws IOException {
        var stream = circuit.stream();
        RelayMessage.status(RelayStatus.OK).send(stream, Shape.STOP);
        stream.setReadDeadline(Duration.ZERO);
        stream.setWriteDeadline(Duration.ZERO);
    }

    /** Tells a relay that the circuit that it brings is one too many. */
    public void refuse(Circuit circuit) throws IOException {
        RelayMessage.status(RelayStatus.RESOURCE_LIMIT_EXCEEDED).send(circuit.stream(), Shape.STOP);
    }

    /** Tells a relay that no circuit that it brings is wanted. */
    public void refuse(Stream stream) throws IOException {
        stream.setWriteDeadline(ANSWER);
        RelayMessage.status(RelayStatus.PERMISSION_DENIED).send(stream, Shape.STOP);
    }

    private static Libp2pException violation(PeerId relay, String what) {
        return new Libp2pException(Kind.PROTOCOL_VIOLATION, "relay " + relay + " breaks the protocol: " + what);
    }
}
