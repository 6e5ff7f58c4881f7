package io.adit.libp2p.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.tls.RefusedCertificateException.Fault;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RemoteCertificateTest {
    private static final InstantSource CLOCK = InstantSource.system();

    private final SecureRandom random = new SecureRandom();
    private final Identity identity = Identity.generate(KeyType.ED25519, random);
    private final LyingTlsIdentity lies = new LyingTlsIdentity(random);

    static List<String> vectors() throws Exception {
        try (var in = RemoteCertificateTest.class.getResourceAsStream("/tls/vectors.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void certificateOfTheSpecification_isJudgedAsTheSpecificationSays(String line) throws Exception {
        var fields = line.split(" ");
        var certificate = certificate(HexFormat.of().parseHex(fields[2]));

        if (fields[0].equals("invalid")) {
            assertRefused(Fault.valueOf(fields[1]), certificate);
        } else {
            assertThat(RemoteCertificate.verify(new X509Certificate[] {certificate}, CLOCK.instant())
                            .peerId())
                    .hasToString(fields[1]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ownCertificate_provesTheIdentity(KeyType type) throws Exception {
        var own = Identity.generate(type, random);
        var certificate = HostCertificate.create(own, random, CLOCK.instant()).certificate();

        assertThat(RemoteCertificate.verify(new X509Certificate[] {certificate}, CLOCK.instant()))
                .isEqualTo(own.publicKey());
    }

    @Test
    void extensionOfAnotherCertificate_isRefused() {
        assertRefused(Fault.IDENTITY_SIGNATURE, lies.anothersExtension(identity));
    }

    @Test
    void certificateWithoutExtension_isRefused() {
        assertRefused(Fault.NO_PUBLIC_KEY_EXTENSION, lies.withoutAny());
    }

    @Test
    void expiredCertificate_isRefused() {
        assertRefused(Fault.NOT_VALID_NOW, lies.expired(identity));
    }

    @Test
    void unknownCriticalExtension_isRefused() {
        assertRefused(Fault.UNKNOWN_CRITICAL_EXTENSION, lies.withCritical(identity, "1.2.3.4"));
    }

    @Test
    void malformedExtension_isRefused() {
        assertRefused(Fault.NO_PUBLIC_KEY_EXTENSION, lies.withExtensionValue((byte) 0x30, (byte) 0x00));
        assertRefused(Fault.NO_PUBLIC_KEY_EXTENSION, lies.withExtensionValue((byte) 0x30, (byte) 0x7f));
        assertRefused(Fault.NO_PUBLIC_KEY_EXTENSION, lies.withExtensionValue(new byte[9000]));
    }

    @Test
    void changedByteInTheSignature_isRefused() throws Exception {
        var encoded = HostCertificate.create(identity, random, CLOCK.instant())
                .certificate()
                .getEncoded();
        encoded[encoded.length - 1] ^= 1;

        assertRefused(Fault.SELF_SIGNATURE, certificate(encoded));
    }

    @Test
    void twoCertificatesOrNone_areRefused() {
        var certificate =
                HostCertificate.create(identity, random, CLOCK.instant()).certificate();

        assertRefused(Fault.NOT_ONE_CERTIFICATE, certificate, certificate);
        assertRefused(Fault.NOT_ONE_CERTIFICATE);
    }

    private static X509Certificate certificate(byte[] encoded) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
    }

    private static void assertRefused(Fault fault, HostCertificate certificate) {
        assertRefused(fault, certificate.certificate());
    }

    private static void assertRefused(Fault fault, X509Certificate... chain) {
        assertThatThrownBy(() -> RemoteCertificate.verify(Arrays.copyOf(chain, chain.length), CLOCK.instant()))
                .isInstanceOfSatisfying(
                        RefusedCertificateException.class,
                        e -> assertThat(e.fault()).isEqualTo(fault));
    }
}
