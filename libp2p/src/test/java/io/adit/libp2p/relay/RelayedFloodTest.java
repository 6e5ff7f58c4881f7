package io.adit.libp2p.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.Host;
import io.adit.libp2p.HostLimits;
import io.adit.libp2p.Stream;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.relay.RelayMessage.Purpose;
import io.adit.libp2p.relay.RelayMessage.Shape;
import io.adit.libp2p.resource.Resource;
import io.adit.libp2p.resource.ResourceUsage.Refused;
import io.adit.libp2p.resource.Scope;
import io.adit.libp2p.wire.Delimited;
import io.adit.libp2p.wire.Protobuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host behind a relay that also brings peers who mean no good. */
@Timeout(300)
class RelayedFloodTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String ECHO = "/echo";
    private static final long OK = RelayStatus.OK.number();
    private static final long LIMIT = RelayStatus.RESOURCE_LIMIT_EXCEEDED.number();
    private static final int ATTEMPTS = 40;
    private static final int PER_PEER = 4;
    private static final int CONNECTIONS = 64;
    private static final int PER_RELAY = CONNECTIONS / 4;

    private final SecureRandom random = new SecureRandom();
    private final Host relay = Host.builder()
            .identity(identity())
            .listen("/ip4/127.0.0.1/tcp/0")
            .protocol(RelayClient.HOP, this::hop)
            .build();
    private final Host server = Host.builder()
            .identity(identity())
            .limits(HostLimits.defaults().withConnections(CONNECTIONS, 8, 32))
            .listen("/ip4/127.0.0.1/tcp/0")
            .protocol(ECHO, stream -> stream.input().transferTo(stream.output()))
            .build();
    private final Host good = Host.builder().identity(identity()).build();

    private Identity identity() {
        return Identity.generate(KeyType.ED25519, random);
    }

    @BeforeEach
    void reserve() throws Exception {
        relay.start();
        server.start();
        server.reserve(relay.addresses().getFirst(), PATIENCE);
    }

    @AfterEach
    void close() {
        good.close();
        server.close();
        relay.close();
    }

    @Test
    void peerWhoFloods_leavesRoomForOthersBehindTheSameRelay() throws Exception {
        var bad = identity().peerId();
        var answers =
                IntStream.range(0, ATTEMPTS).mapToObj(attempt -> bring(bad)).toList();

        assertThat(answers).containsOnly(OK, LIMIT);
        assertThat(answers).filteredOn(answer -> answer == OK).hasSize(PER_PEER);
        assertThat(server.resources().refused())
                .containsEntry(new Refused(Scope.PEER_BEHIND_RELAY, Resource.CONNECTIONS), (long) ATTEMPTS - PER_PEER);
        assertServed(Multiaddr.parse(relay.addresses().getFirst() + "/p2p-circuit/p2p/" + server.peerId()));
    }

    @Test
    void relayThatFloods_leavesRoomForOthersAtItsAddress() throws Exception {
        var answers = IntStream.range(0, ATTEMPTS)
                .mapToObj(attempt -> bring(identity().peerId()))
                .toList();

        assertThat(answers).filteredOn(answer -> answer == OK).hasSize(PER_RELAY);
        assertThat(server.resources().refused())
                .containsEntry(new Refused(Scope.RELAY, Resource.CONNECTIONS), (long) ATTEMPTS - PER_RELAY);
        assertServed(server.addresses().stream()
                .filter(address -> !CircuitAddress.isCircuit(address))
                .findFirst()
                .orElseThrow());
    }

    private void assertServed(Multiaddr address) throws Exception {
        var said = "hello".getBytes(StandardCharsets.US_ASCII);
        try (var stream = good.newStream(address, List.of(ECHO), PATIENCE)) {
            stream.setReadDeadline(PATIENCE);
            stream.write(said, 0, said.length);
            stream.closeWrite();
            assertThat(stream.input().readAllBytes()).isEqualTo(said);
        }
    }

    /** Offers the server a circuit on which nobody says anything; the status with which it answers. */
    private long bring(PeerId peer) {
        try {
            return offer(server.peerId(), peer).status();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private record Offered(Stream stream, long status) {}

    private Offered offer(PeerId to, PeerId from) throws IOException {
        var stream = relay.newStream(to, List.of(RelayClient.STOP), PATIENCE);
        stream.setReadDeadline(PATIENCE);
        RelayMessage.connect(from).send(stream, Shape.STOP);
        var status = RelayMessage.receive(stream.input(), Shape.STOP).status().orElseThrow();
        stream.setReadDeadline(Duration.ZERO);
        return new Offered(stream, status);
    }

    /** The relay's side of {@link RelayClient#HOP}: all reservations are granted, all circuits brought. */
    private void hop(Stream stream) throws IOException, InterruptedException {
        var asked = RelayMessage.receive(stream.input(), Shape.HOP);
        if (asked.purpose() == Purpose.RESERVE) {
            var until = Instant.now().plus(Duration.ofHours(1)).getEpochSecond();
            var reservation = new Protobuf.Writer().varint(1, until).toByteArray();
            var granted = Delimited.of(new Protobuf.Writer()
                    .varint(1, 2)
                    .bytes(3, reservation)
                    .varint(5, OK)
                    .toByteArray());
            stream.write(granted, 0, granted.length);
            return;
        }
        var offered = offer(asked.peer().orElseThrow(), stream.remotePeer());
        var answer = offered.status() == OK ? RelayStatus.OK : RelayStatus.CONNECTION_FAILED;
        RelayMessage.status(answer).send(stream, Shape.HOP);
        if (answer == RelayStatus.OK) {
            var back = Thread.startVirtualThread(() -> pass(offered.stream(), stream));
            pass(stream, offered.stream());
            back.join();
        }
    }

    private static void pass(Stream from, Stream to) {
        try {
            from.input().transferTo(to.output());
            to.closeWrite();
        } catch (IOException e) {
            to.reset();
        }
    }
}
