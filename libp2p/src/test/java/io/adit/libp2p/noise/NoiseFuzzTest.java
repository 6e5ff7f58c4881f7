package io.adit.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.Fuzzer;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class NoiseFuzzTest {
    private final SecureRandom secure = new SecureRandom();
    private final NoiseKey own = new NoiseKey(Identity.generate(KeyType.ED25519, secure), secure);

    @Test
    void anyPayload_isATypedFailure() {
        Fuzzer.of("noise-payload", 4 << 20).run(1_500, (payload, random) -> {
            var liar = NoiseHandshake.initiator(new NoiseKey(secure, key -> payload), secure);
            var responder = NoiseHandshake.responder(own, secure);
            responder.read(liar.write());
            liar.read(responder.write());
            var last = liar.write();
            try {
                responder.read(last);
                throw new AssertionError("a payload without a right signature was taken");
            } catch (Libp2pException e) {
                assertThat(e.kind()).isEqualTo(Kind.IDENTITY);
            }
        });
    }

    /** The answer to an initiator, and the last message to a responder. */
    @Test
    void anyMessage_isATypedFailure() {
        Fuzzer.of("noise-message", 4 << 20).run(1_500, (message, random) -> {
            var initiator = NoiseHandshake.initiator(own, secure);
            var first = initiator.write();
            refuses(initiator, message);
            var responder = NoiseHandshake.responder(own, secure);
            responder.read(first);
            responder.write();
            refuses(responder, message);
        });
    }

    private static void refuses(NoiseHandshake handshake, byte[] message) {
        try {
            handshake.read(message);
            throw new AssertionError("a message that nobody has sealed was taken");
        } catch (Libp2pException e) {
            assertThat(e.kind()).isEqualTo(Kind.IDENTITY);
        }
    }

    /** Anybody can begin a handshake; what does not, is told apart before anything is sealed. */
    @Test
    void anyFirstMessage_beginsAHandshake_orIsATypedFailure() {
        Fuzzer.of("noise-message", 4 << 20).run(1_500, (message, random) -> {
            var responder = NoiseHandshake.responder(own, secure);
            try {
                responder.read(message);
                assertThat(message).hasSizeGreaterThanOrEqualTo(NoiseKey.LENGTH);
                responder.write();
            } catch (Libp2pException e) {
                assertThat(e.kind()).isEqualTo(Kind.IDENTITY);
            }
        });
    }
}
