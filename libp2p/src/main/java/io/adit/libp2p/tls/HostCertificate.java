package io.adit.libp2p.tls;

import io.adit.libp2p.identity.Identity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.function.Function;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * This host's certificate and its key, made anew for each host and never stored. The key is P-256 whatever the
 * identity's type, as in go-libp2p: it is what every TLS stack can do.
 */
record HostCertificate(PrivateKey key, X509Certificate certificate) {
    /** Clocks differ; go-libp2p allows an hour, and 100 years. */
    private static final Duration BEFORE = Duration.ofDays(1);

    private static final Duration AFTER = Duration.ofDays(36_500);

    static HostCertificate create(Identity identity, SecureRandom random, Instant now) {
        return create(
                random,
                now.minus(BEFORE),
                now.plus(AFTER),
                certificateKey -> new Extensions(new Extension(
                        PublicKeyExtension.IDENTIFIER,
                        false,
                        new DEROctetString(PublicKeyExtension.encode(identity, certificateKey)))));
    }

    /** @param extensionsOf what the certificate says about its SubjectPublicKeyInfo; tests lie here */
    static HostCertificate create(
            SecureRandom random, Instant from, Instant until, Function<byte[], Extensions> extensionsOf) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            var pair = generator.generateKeyPair();
            return new HostCertificate(pair.getPrivate(), sign(pair, random, from, until, extensionsOf));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java platform cannot make a P-256 certificate", e);
        }
    }

    private static X509Certificate sign(
            KeyPair pair, SecureRandom random, Instant from, Instant until, Function<byte[], Extensions> extensionsOf)
            throws GeneralSecurityException, IOException {
        var algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
        var name = new X500Name("SERIALNUMBER=" + new BigInteger(62, random));
        var content = new V3TBSCertificateGenerator();
        content.setSerialNumber(new ASN1Integer(new BigInteger(62, random).add(BigInteger.ONE)));
        content.setIssuer(name);
        content.setSubject(name);
        content.setStartDate(new Time(Date.from(from)));
        content.setEndDate(new Time(Date.from(until)));
        content.setSubjectPublicKeyInfo(
                SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
        content.setSignature(algorithm);
        content.setExtensions(extensionsOf.apply(pair.getPublic().getEncoded()));
        var signed = content.generateTBSCertificate();
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate(), random);
        signature.update(signed.getEncoded("DER"));
        var whole = new ASN1EncodableVector();
        whole.add(signed);
        whole.add(algorithm);
        whole.add(new DERBitString(signature.sign()));
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(new DERSequence(whole).getEncoded("DER")));
    }
}
