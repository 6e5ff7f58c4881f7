package io.adit.libp2p.tls;

import java.security.cert.CertificateException;

/** A remote's certificate does not prove who it is; {@link #fault()} names the rule that it broke. */
public final class RefusedCertificateException extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final Fault fault;

    /** The rules of the libp2p TLS specification, "Peer Authentication". */
    public enum Fault {
        /** It sent none, or more than one. */
        NOT_ONE_CERTIFICATE,
        /** Today is before its first day or after its last. */
        NOT_VALID_NOW,
        /** It is not signed by its own key, or with a digest that can be forged. */
        SELF_SIGNATURE,
        /** It demands that an extension be understood which is not known here. */
        UNKNOWN_CRITICAL_EXTENSION,
        /** The libp2p public key extension is missing, twice there or malformed. */
        NO_PUBLIC_KEY_EXTENSION,
        /** The identity key named by the extension did not sign the certificate's key. */
        IDENTITY_SIGNATURE
    }

    RefusedCertificateException(Fault fault, String message) {
        super(message);
        this.fault = fault;
    }

    RefusedCertificateException(Fault fault, String message, Throwable cause) {
        super(message, cause);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}
