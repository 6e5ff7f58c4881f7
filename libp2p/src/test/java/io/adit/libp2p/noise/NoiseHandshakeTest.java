package io.adit.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.wire.Protobuf;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NoiseHandshakeTest {
    private final SecureRandom random = new SecureRandom();
    private final Identity alice = Identity.generate(KeyType.ED25519, random);
    private final Identity bob = Identity.generate(KeyType.SECP256K1, random);
    private final NoiseHandshake initiator = NoiseHandshake.initiator(new NoiseKey(alice, random), random);
    private final NoiseHandshake responder = NoiseHandshake.responder(new NoiseKey(bob, random), random);

    private void shake() throws Libp2pException {
        responder.read(initiator.write());
        initiator.read(responder.write());
        responder.read(initiator.write());
    }

    @Test
    void bothSidesLearnWhoTheOtherIs_andTheirCiphersMatch() throws Exception {
        shake();
        var left = initiator.finish();
        var right = responder.finish();

        assertThat(left.remoteKey()).isEqualTo(bob.publicKey());
        assertThat(right.remoteKey()).isEqualTo(alice.publicKey());
        for (var length : new int[] {0, 1, 100, 65519}) {
            var buffer = new byte[65535];
            Arrays.fill(buffer, 0, length, (byte) length);
            var sealed = left.sending().applyInPlace(buffer, 0, length);
            assertThat(sealed).isEqualTo(length + TransportCipher.TAG);
            assertThat(right.receiving().applyInPlace(buffer, 0, sealed)).isEqualTo(length);
            for (var index = 0; index < length; index++) {
                assertThat(buffer[index]).isEqualTo((byte) length);
            }
        }
    }

    @Test
    void messageThatWasChangedOrRepeated_isNotOpened() throws Exception {
        shake();
        var sending = initiator.finish().sending();
        var receiving = responder.finish().receiving();
        var message = new byte[10 + TransportCipher.TAG];
        sending.applyInPlace(message, 0, 10);
        var changed = message.clone();
        changed[3] ^= 1;

        assertThatThrownBy(() -> receiving.applyInPlace(changed, 0, changed.length))
                .isInstanceOf(GeneralSecurityException.class);
        // The nonce has moved on: the true message comes too late.
        assertThatThrownBy(() -> receiving.applyInPlace(message, 0, message.length))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void everyFlippedBitOfTheAnswer_failsTheHandshake() throws Exception {
        var first = initiator.write();
        var key = new NoiseKey(bob, random);
        for (var index = 0; index < 240; index += 7) {
            var freshInitiator = NoiseHandshake.initiator(new NoiseKey(alice, random), random);
            var freshResponder = NoiseHandshake.responder(key, random);
            freshResponder.read(freshInitiator.write());
            var answer = freshResponder.write();
            answer[index % answer.length] ^= 1;

            assertThatThrownBy(() -> freshInitiator.read(answer))
                    .isInstanceOfSatisfying(
                            Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.IDENTITY));
        }
        assertThat(first).hasSize(32);
    }

    @Test
    void staticKeyThatTheIdentityHasNotSigned_isRefused() throws Exception {
        var forged = new NoiseKey(
                random,
                staticKey -> new Protobuf.Writer()
                        .bytes(1, bob.publicKey().toProtobuf())
                        .bytes(2, alice.sign(NoiseKey.signedText(staticKey)))
                        .toByteArray());
        var liar = NoiseHandshake.initiator(forged, random);
        responder.read(liar.write());
        liar.read(responder.write());
        var last = liar.write();

        assertThatThrownBy(() -> responder.read(last))
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.IDENTITY));
    }

    @Test
    void keyOfLowOrder_isRefused() throws Exception {
        responder.read(new byte[32]);

        assertThatThrownBy(responder::write)
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.IDENTITY));
    }

    @Test
    void shortMessages_areRefused() {
        assertThatThrownBy(() -> responder.read(new byte[31])).isInstanceOf(Libp2pException.class);
    }
}
