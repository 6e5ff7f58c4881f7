package io.adit.libp2p.identify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import java.io.ByteArrayInputStream;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifyMessageTest {
    /** Varints of 2^31, 2^62, 2^63 and 2^63 + 2^31, the last two longer than the nine bytes allowed. */
    @ParameterizedTest
    @ValueSource(strings = {"8080808008", "808080808080808040", "80808080808080808001", "80808080888080808001"})
    void lengthBeyondTheLimit_isRefused(String length) {
        var key = Identity.generate(KeyType.ED25519, new SecureRandom()).publicKey();
        var message = new ByteArrayInputStream(HexFormat.of().parseHex(length + "0000"));

        assertThatThrownBy(() -> IdentifyMessage.read(message, key))
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.PROTOCOL_VIOLATION));
    }
}
