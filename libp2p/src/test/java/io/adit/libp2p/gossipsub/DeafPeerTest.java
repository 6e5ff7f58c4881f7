package io.adit.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.adit.libp2p.Host;
import io.adit.libp2p.HostBuilder;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.Stream;
import io.adit.libp2p.gossipsub.PeerState.Speaks;
import io.adit.libp2p.gossipsub.Rpc.Subscribed;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers that speak and do not listen: nobody who cannot be told anything is heard, or he would never be scored. */
@Timeout(300)
class DeafPeerTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String TOPIC = "topic";
    private static final String PROTOCOL = Speaks.EXCHANGE.protocol();

    private final Identity identity = Identity.generate(KeyType.ED25519, new SecureRandom());
    private final Host server =
            Host.builder().identity(identity).listen("/ip4/127.0.0.1/tcp/0").build();
    private final Gossipsub gossipsub = Gossipsub.at(server, identity).start();

    @BeforeEach
    void start() throws Exception {
        server.start();
        gossipsub.subscribe(TOPIC);
    }

    @AfterEach
    void close() {
        gossipsub.close();
        server.close();
    }

    private static HostBuilder deaf() {
        return Host.builder().identity(Identity.generate(KeyType.ED25519, new SecureRandom()));
    }

    private Stream speak(Host client) throws Exception {
        var stream = client.newStream(server.addresses().getFirst(), List.of(PROTOCOL), PATIENCE);
        var rpc = Rpc.subscriptions(List.of(new Subscribed(TOPIC, true))).and(Rpc.mesh(List.of(TOPIC), List.of()));
        var bytes = RpcCodec.encodeDelimited(rpc);
        stream.write(bytes, 0, bytes.length);
        return stream;
    }

    private static void assertReset(Stream stream) {
        stream.setReadDeadline(PATIENCE);
        var thrown =
                catchThrowableOfType(Libp2pException.class, () -> stream.input().read());
        assertThat(thrown.kind()).isEqualTo(Kind.STREAM_RESET);
    }

    @Test
    void peerThatServesNoGossip_isNotHeard() throws Exception {
        try (var client = deaf().build()) {
            assertReset(speak(client));

            assertThat(gossipsub.peers(TOPIC)).isEmpty();
            assertThat(gossipsub.mesh(TOPIC)).isEmpty();
        }
    }

    @Test
    void peerThatEndsEachStream_isHeardNoLonger() throws Exception {
        try (var client = deaf().protocol(PROTOCOL, Stream::reset).build()) {
            assertReset(speak(client));
        }
    }
}
