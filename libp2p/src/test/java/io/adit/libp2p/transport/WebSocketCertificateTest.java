package io.adit.libp2p.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.Host;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.tls.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WebSocketCertificateTest {
    private final SecureRandom random = new SecureRandom();

    @TempDir
    private Path folder;

    private Path chain;
    private Path key;

    @SuppressWarnings("NullAway.Init") // writeFiles runs before every test
    WebSocketCertificateTest() {}

    @BeforeEach
    void writeFiles() throws Exception {
        chain = folder.resolve("chain.pem");
        key = folder.resolve("key.pem");
        TestCertificates.writePem(random, chain, key);
    }

    @Test
    void hostWithTheCertificate_isDialledAtWss() throws Exception {
        try (var server = Host.builder()
                        .identity(Identity.generate(KeyType.ED25519, random))
                        .webSocketTls(WebSocketCertificate.read(chain, key))
                        .listen("/ip4/127.0.0.1/tcp/0/wss")
                        .build();
                var client = Host.builder()
                        .identity(Identity.generate(KeyType.ED25519, random))
                        .webSocketTls(TestCertificates.selfSignedAndCredulous(random))
                        .build()) {
            server.start();

            var connection = client.connect(server.addresses().getFirst(), Duration.ofSeconds(20));

            assertThat(connection.remotePeer()).isEqualTo(server.peerId());
        }
    }

    @Test
    void filesThatAreNoneOrSomethingElse_areRefused() throws Exception {
        var rubbish = Files.writeString(folder.resolve("rubbish.pem"), "rubbish");

        assertThatThrownBy(() -> WebSocketCertificate.read(chain, rubbish)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> WebSocketCertificate.read(rubbish, key)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> WebSocketCertificate.read(folder.resolve("none.pem"), key))
                .isInstanceOf(IOException.class);
    }
}
