package io.adit.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.adit.libp2p.Connection;
import io.adit.libp2p.Host;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.gossipsub.PeerState.Speaks;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.identity.PeerId;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A peer that begins what it does not end. */
@Timeout(300)
class HalfAnRpcTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** The length of a MiB less one, and a byte of it. */
    private static final byte[] BEGINNING = {(byte) 0xff, (byte) 0xff, 0x3f, 0x0a};

    /** Nobody hears of anything here. */
    private static final PeerLinks.Listener NOBODY = new PeerLinks.Listener() {
        @Override
        public void opened(PeerId peer, Speaks speaks, Connection connection, RpcSink sink) {}

        @Override
        public void lost(PeerId peer) {}

        @Override
        public void received(PeerId peer, Rpc rpc) {}

        @Override
        public void gone(PeerId peer) {}
    };

    /** It takes gossipsub streams, and reads them. */
    private static Host host() {
        return Host.builder()
                .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
                .listen("/ip4/127.0.0.1/tcp/0")
                .protocol(
                        Speaks.EXCHANGE.protocol(),
                        stream -> stream.input().transferTo(OutputStream.nullOutputStream()))
                .build();
    }

    @Test
    void rpcThatDoesNotGoOn_endsItsStream() throws Exception {
        try (var server = host();
                var client = host();
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                var links = new PeerLinks(server, NOBODY, threads, Duration.ofMillis(500))) {
            server.start();
            links.begin();
            var stream = client.newStream(server.addresses().getFirst(), List.of(Speaks.EXCHANGE.protocol()), PATIENCE);
            stream.setReadDeadline(PATIENCE);
            stream.write(BEGINNING, 0, BEGINNING.length);

            var thrown = catchThrowableOfType(
                    Libp2pException.class, () -> stream.input().read());
            assertThat(thrown.kind()).isEqualTo(Kind.STREAM_RESET);
        }
    }
}
