package io.adit.libp2p.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.Fuzzer;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The extension that names a peer: read by other code than the certificate around it. */
class PublicKeyExtensionFuzzTest {
    private record Vector(byte[] certificateKey, String peer) {}

    private static List<Vector> vectors() throws Exception {
        var factory = CertificateFactory.getInstance("X.509");
        var vectors = new ArrayList<Vector>();
        for (var line : RemoteCertificateTest.vectors()) {
            var fields = line.split(" ");
            var certificate = factory.generateCertificate(
                    new ByteArrayInputStream(HexFormat.of().parseHex(fields[2])));
            vectors.add(new Vector(certificate.getPublicKey().getEncoded(), fields[1]));
        }
        return vectors;
    }

    @Test
    void anyExtension_provesWhoSignedTheKey_orIsRefused() throws Exception {
        var vectors = vectors();
        // Some of them have the same key.
        var peers = vectors.stream().map(Vector::peer).toList();
        Fuzzer.of("key-extension", 2 << 20).run(10_000, (input, random) -> {
            var vector = vectors.get(random.nextInt(vectors.size()));
            try {
                var proven = PublicKeyExtension.verify(input, vector.certificateKey());
                assertThat(peers).contains(proven.peerId().toString());
            } catch (RefusedCertificateException refused) {
                // as it should be
            }
        });
    }
}
