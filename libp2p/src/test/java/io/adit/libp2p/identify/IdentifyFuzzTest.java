package io.adit.libp2p.identify;

import io.adit.libp2p.Fuzzer;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import java.io.ByteArrayInputStream;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class IdentifyFuzzTest {
    @Test
    void anyInput_isReadOrATypedFailure() {
        var key = Identity.generate(KeyType.ED25519, new SecureRandom()).publicKey();
        Fuzzer.of("identify", 4 << 20).run(10_000, (input, random) -> {
            try {
                IdentifyMessage.read(new ByteArrayInputStream(input), key);
            } catch (Libp2pException refused) {
                // as it should be
            }
        });
    }
}
