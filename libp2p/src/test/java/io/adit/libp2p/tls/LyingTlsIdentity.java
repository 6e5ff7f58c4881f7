package io.adit.libp2p.tls;

import io.adit.libp2p.identity.Identity;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;

/** Certificates that an honest host would not show. */
public final class LyingTlsIdentity {
    private final Instant now = InstantSource.system().instant();
    private final Instant yesterday = now.minus(Duration.ofDays(1));
    private final Instant tomorrow = now.plus(Duration.ofDays(1));

    private final SecureRandom random;

    public LyingTlsIdentity(SecureRandom random) {
        this.random = random;
    }

    /** Names an identity that has signed the key of another certificate. */
    public TlsIdentity withSomebodyElsesExtension(Identity identity) {
        return identity(anothersExtension(identity));
    }

    /** Says nothing of an identity. */
    public TlsIdentity withoutExtension() {
        return identity(withoutAny());
    }

    private TlsIdentity identity(HostCertificate certificate) {
        return new TlsIdentity(certificate, random, InstantSource.system());
    }

    HostCertificate anothersExtension(Identity identity) {
        return HostCertificate.create(
                random, yesterday, tomorrow, key -> new Extensions(extension(identity, new byte[] {1, 2, 3})));
    }

    HostCertificate withoutAny() {
        return HostCertificate.create(
                random,
                yesterday,
                tomorrow,
                key -> new Extensions(
                        new Extension(new ASN1ObjectIdentifier("1.2.3.4"), false, new DEROctetString(new byte[0]))));
    }

    HostCertificate expired(Identity identity) {
        return HostCertificate.create(
                random, yesterday, now.minus(Duration.ofHours(1)), key -> new Extensions(extension(identity, key)));
    }

    HostCertificate withCritical(Identity identity, String other) {
        return HostCertificate.create(
                random,
                yesterday,
                tomorrow,
                key -> new Extensions(new Extension[] {
                    extension(identity, key),
                    new Extension(new ASN1ObjectIdentifier(other), true, new DEROctetString(new byte[] {5, 0}))
                }));
    }

    HostCertificate withExtensionValue(byte... value) {
        return HostCertificate.create(
                random,
                yesterday,
                tomorrow,
                key -> new Extensions(new Extension(PublicKeyExtension.IDENTIFIER, true, new DEROctetString(value))));
    }

    private static Extension extension(Identity identity, byte[] certificateKey) {
        return new Extension(
                PublicKeyExtension.IDENTIFIER,
                true,
                new DEROctetString(PublicKeyExtension.encode(identity, certificateKey)));
    }
}
