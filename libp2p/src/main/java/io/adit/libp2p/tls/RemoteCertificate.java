package io.adit.libp2p.tls;

import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.tls.RefusedCertificateException.Fault;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Checks what a remote shows, by the rules of the libp2p TLS specification, "Peer Authentication". */
final class RemoteCertificate {
    /** Extensions that the Java platform understands and that change nothing here: key usage, names, constraints. */
    private static final Set<String> UNDERSTOOD =
            Set.of(PublicKeyExtension.OID, "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.37");

    private static final List<String> BROKEN_DIGESTS = List.of("MD2", "MD5", "SHA1");

    private RemoteCertificate() {}

    /** Whose certificate it is, proved. */
    static PublicKey verify(X509Certificate[] chain, Instant now) throws RefusedCertificateException {
        if (chain.length != 1) {
            throw new RefusedCertificateException(
                    Fault.NOT_ONE_CERTIFICATE, "the remote sent " + chain.length + " certificates instead of 1");
        }
        var certificate = chain[0];
        checkValidity(certificate, now);
        checkExtensions(certificate);
        checkSelfSignature(certificate);
        var extension = certificate.getExtensionValue(PublicKeyExtension.OID);
        if (extension == null) {
            throw new RefusedCertificateException(
                    Fault.NO_PUBLIC_KEY_EXTENSION, "the certificate has no libp2p public key extension");
        }
        return PublicKeyExtension.verify(extension, certificate.getPublicKey().getEncoded());
    }

    private static void checkValidity(X509Certificate certificate, Instant now) throws RefusedCertificateException {
        try {
            certificate.checkValidity(Date.from(now));
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            throw new RefusedCertificateException(
                    Fault.NOT_VALID_NOW,
                    "the certificate holds from "
                            + certificate.getNotBefore().toInstant() + " to "
                            + certificate.getNotAfter().toInstant() + ", and it is " + now,
                    e);
        }
    }

    private static void checkExtensions(X509Certificate certificate) throws RefusedCertificateException {
        var critical = certificate.getCriticalExtensionOIDs();
        if (critical != null && !UNDERSTOOD.containsAll(critical)) {
            throw new RefusedCertificateException(
                    Fault.UNKNOWN_CRITICAL_EXTENSION, "the certificate has an unknown critical extension");
        }
    }

    private static void checkSelfSignature(X509Certificate certificate) throws RefusedCertificateException {
        var algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        if (BROKEN_DIGESTS.stream().anyMatch(algorithm::contains)) {
            throw new RefusedCertificateException(
                    Fault.SELF_SIGNATURE, "the certificate is signed with " + algorithm + ", which can be forged");
        }
        try {
            certificate.verify(certificate.getPublicKey());
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new RefusedCertificateException(
                    Fault.SELF_SIGNATURE, "the certificate is not signed by its own key: " + e.getMessage(), e);
        }
    }
}
