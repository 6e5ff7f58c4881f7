package io.adit.libp2p.tls;

import io.adit.libp2p.Fuzzer;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class CertificateFuzzTest {
    @Test
    void anyCertificate_provesAnIdentityOrIsRefused() throws Exception {
        var now = InstantSource.system().instant();
        var factory = CertificateFactory.getInstance("X.509");
        var corpus = RemoteCertificateTest.vectors().stream()
                .map(line -> HexFormat.of().parseHex(line.split(" ")[2]))
                .toList();
        Fuzzer.of("certificate", corpus, 8 << 20).run(3_000, (input, random) -> {
            try {
                var certificate = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(input));
                RemoteCertificate.verify(new X509Certificate[] {certificate}, now);
            } catch (CertificateException refused) {
                // by the platform's parser, or by the rules of libp2p
            }
        });
    }
}
