package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.ping.Ping;
import java.io.ByteArrayOutputStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One machine that takes all it can get, and another that wants a little of the same host. */
@Timeout(60)
class HostileNeighbourTest {
    /** Small, so that the attack needs megabytes and not hundreds of them; the shares are the same. */
    private static final HostLimits LIMITS = HostLimits.defaults().withMemory(16 << 20, 1 << 20);

    private static final int CONNECTIONS = 4;
    private static final int STREAMS = 256;

    private final SecureRandom random = new SecureRandom();
    private final TestProtocols protocols = new TestProtocols();
    private final List<RawPeer> attackers = new ArrayList<>();
    private Host server;

    @SuppressWarnings("NullAway.Init") // startServer runs before every test
    HostileNeighbourTest() {}

    @BeforeEach
    void startServer() throws Exception {
        var builder = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .limits(LIMITS)
                .listen("/ip4/127.0.0.1/tcp/0");
        protocols.register(builder);
        server = builder.build();
        server.start();
    }

    @AfterEach
    void closeAll() throws Exception {
        protocols.stalled.countDown();
        for (var attacker : attackers) {
            attacker.close();
        }
        server.close();
    }

    @Test
    void memoryTakenByOneAddress_leavesEnoughForAnother() throws Exception {
        attack(TestProtocols.STALL);

        assertHonestPeerIsServed();
    }

    @Test
    void thirdPingStreamOfAPeer_isReset_andTheOthersGoOn() throws Exception {
        try (var peer = RawPeer.connect(server.addresses().getFirst(), random)) {
            for (var stream : List.of(1, 3, 5)) {
                peer.open(stream, Ping.PROTOCOL);
            }
            var refused = peer.receive(RawPeer.WINDOW_UPDATE, RawPeer.RST).streamId();

            assertThat(refused).isIn(1, 3, 5);
            for (var stream : List.of(1, 3, 5)) {
                peer.send(RawPeer.DATA, 0, stream, 32, new byte[32]);
            }
            for (var answered = 0; answered < 2; answered++) {
                assertThat(peer.receiveData(32)).isNotEqualTo(refused);
            }
        }
    }

    @Test
    void manyPingsInOneMessage_areAnsweredInFew() throws Exception {
        try (var peer = RawPeer.connect(server.addresses().getFirst(), random)) {
            var pings = new ByteArrayOutputStream();
            for (var ping = 0; ping < 1000; ping++) {
                pings.writeBytes(RawPeer.frame(RawPeer.PING, RawPeer.SYN, 0, ping));
            }
            var before = peer.messages();
            peer.sendPlain(pings.toByteArray());
            for (var ping = 0; ping < 1000; ping++) {
                assertThat(peer.receive(RawPeer.PING, RawPeer.ACK).length()).isEqualTo(ping);
            }
            // What else the host has to say, its own ping and identify, is in messages of its own.
            assertThat(peer.messages() - before).isLessThan(20);
        }
    }

    /** Fills the windows of all streams of all connections and reads nothing. */
    private void attack(String protocol) throws Exception {
        for (var connection = 0; connection < CONNECTIONS; connection++) {
            var attacker = RawPeer.connect(server.addresses().getFirst(), random);
            attackers.add(attacker);
            for (var stream = 0; stream < STREAMS; stream++) {
                attacker.open(1 + 2 * stream, protocol);
            }
            for (var stream = 0; stream < STREAMS; stream++) {
                attacker.send(RawPeer.DATA, 0, 1 + 2 * stream, 32 << 10, new byte[32 << 10]);
            }
        }
        for (var attacker : attackers) {
            // An answer means that everything sent before it was taken in.
            attacker.send(RawPeer.PING, RawPeer.SYN, 0, 4711);
            attacker.receive(RawPeer.PING, RawPeer.ACK);
        }
    }

    /** Its bytes come in pieces of 50 kB, each of which must be held before it is read. */
    private void assertHonestPeerIsServed() throws Exception {
        try (var honest = RawPeer.connect(server.addresses().getFirst(), "127.0.0.2", random)) {
            honest.open(1, TestProtocols.SINK);
            for (var part = 0; part < 4; part++) {
                honest.send(RawPeer.DATA, 0, 1, 50_000, new byte[50_000]);
            }
            honest.send(RawPeer.WINDOW_UPDATE, RawPeer.FIN, 1, 0);

            // Forty bytes: how many came, and their hash.
            assertThat(honest.receiveData(40)).isEqualTo(1);
        }
    }
}
