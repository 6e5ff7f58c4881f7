package io.adit.libp2p.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.Host;
import io.adit.libp2p.HostBuilder;
import io.adit.libp2p.Stream;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.relay.RelayMessage.Shape;
import io.adit.libp2p.wire.Delimited;
import io.adit.libp2p.wire.Protobuf;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Relays that name themselves at great length: they keep a host neither from other relays nor from introducing itself. */
@Timeout(300)
class BoastfulRelayTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int RELAYS = 8;

    private final SecureRandom random = new SecureRandom();

    private HostBuilder host() {
        return Host.builder().identity(Identity.generate(KeyType.ED25519, random));
    }

    /** Grants every reservation and names some addresses of itself, each with a name of so many characters. */
    private Host relay(int names, int nameLength) throws IOException {
        var relay = host().listen("/ip4/127.0.0.1/tcp/0")
                .protocol(RelayClient.HOP, stream -> grant(stream, names, nameLength))
                .build();
        relay.start();
        return relay;
    }

    private static void grant(Stream stream, int names, int nameLength) throws IOException {
        RelayMessage.receive(stream.input(), Shape.HOP);
        var until = Instant.now().plus(Duration.ofHours(1)).getEpochSecond();
        var reservation = new Protobuf.Writer().varint(1, until);
        IntStream.range(0, names)
                .mapToObj(number -> Multiaddr.parse("/dns4/" + number + "x".repeat(nameLength - 1) + "/tcp/1"))
                .forEach(address -> reservation.bytes(2, address.bytes()));
        var granted = Delimited.of(new Protobuf.Writer()
                .varint(1, 2)
                .bytes(3, reservation.toByteArray())
                .varint(5, RelayStatus.OK.number())
                .toByteArray());
        stream.write(granted, 0, granted.length);
    }

    private static Multiaddr address(Host relay) {
        return relay.addresses().getFirst();
    }

    @Test
    void namesThatMakeAnAddressTooLong_areNotTold_andTheNextRelayIsAskedToo() throws Exception {
        try (var boastful = relay(3, 990);
                var other = relay(8, 20);
                var server = host().build();
                var slots = new RelaySlots(
                        server, List.of(address(boastful), address(other)), 2, () -> true, InstantSource.system())) {
            slots.look();

            assertThat(server.reservations())
                    .extracting(Reservation::relay)
                    .containsExactlyInAnyOrder(boastful.peerId(), other.peerId());
            assertThat(server.addresses())
                    .anySatisfy(told -> assertThat(told.toString()).startsWith(address(boastful) + "/p2p-circuit"));
        }
    }

    @Test
    void manyRelaysWithLongNames_leaveTheHostAbleToIntroduceItself() throws Exception {
        var relays = IntStream.range(0, RELAYS)
                .mapToObj(number -> {
                    try {
                        return relay(8, 230);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                })
                .toList();
        try (var server = host().listen("/ip4/127.0.0.1/tcp/0").build();
                var client = host().build()) {
            server.start();
            var direct = server.addresses().getFirst();
            for (var relay : relays) {
                server.reserve(address(relay), PATIENCE);
            }

            var said = client.connect(direct, PATIENCE).remoteInformation(PATIENCE);

            assertThat(said.listenAddresses().getFirst())
                    .isEqualTo(direct.withoutPeer().orElseThrow());
            assertThat(said.listenAddresses()).hasSizeGreaterThan(20);
        } finally {
            relays.forEach(Host::close);
        }
    }
}
