package io.adit.core.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class SignerTest {
    private final PrivateKey key = PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom());
    private final Signer signer = Signer.of(key);

    @Test
    void blockIsNotSigned_byASignerWithoutAGuard() {
        var block = new SigningContent(SigningKind.BLOCK, new byte[] {1}, new byte[] {2});

        assertThatThrownBy(() -> signer.sign(key.address(), block))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(KeyErrorCode.KEY_NEEDS_GUARD));
    }

    @Test
    void otherContentIsSignedByItsBytes() {
        var message = new SigningContent(SigningKind.MESSAGE, new byte[] {1}, new byte[] {2});

        var signature = signer.sign(key.address(), message);

        assertThat(Signatures.verify(key.address(), new byte[] {2}, signature)).isTrue();
    }

    @Test
    void anotherKeyIsUnknown() {
        assertThatThrownBy(() -> signer.sign(Address.ofId(1), new byte[] {1}))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(KeyErrorCode.KEY_UNKNOWN));
    }
}
