package io.adit.libp2p.tls;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.tls.RefusedCertificateException.Fault;
import io.adit.libp2p.wire.MalformedWireException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;

/**
 * The extension that ties a certificate's key to an identity: {@code SignedKey ::= SEQUENCE { publicKey OCTET STRING,
 * signature OCTET STRING }}, the first a libp2p public key in protobuf, the second that key's over {@code
 * libp2p-tls-handshake:} and the certificate's SubjectPublicKeyInfo.
 */
final class PublicKeyExtension {
    static final String OID = "1.3.6.1.4.1.53594.1.1";
    static final ASN1ObjectIdentifier IDENTIFIER = new ASN1ObjectIdentifier(OID);

    private static final byte[] SIGNATURE_PREFIX = "libp2p-tls-handshake:".getBytes(StandardCharsets.US_ASCII);
    /** An RSA identity of 8192 bits takes 2.1 kB. */
    private static final int MAX_BYTES = 8 << 10;

    private PublicKeyExtension() {}

    /** @param certificateKey SubjectPublicKeyInfo in DER */
    static byte[] encode(Identity identity, byte[] certificateKey) {
        var fields = new ASN1EncodableVector();
        fields.add(new DEROctetString(identity.publicKey().toProtobuf()));
        fields.add(new DEROctetString(identity.sign(signedText(certificateKey))));
        try {
            return new DERSequence(fields).getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException("two octet strings could not be encoded", e);
        }
    }

    /**
     * The identity that an extension proves.
     *
     * @param wrapped the extension's value, in the octet string that X.509 puts around it
     */
    static PublicKey verify(byte[] wrapped, byte[] certificateKey) throws RefusedCertificateException {
        if (wrapped.length > MAX_BYTES) {
            throw new RefusedCertificateException(
                    Fault.NO_PUBLIC_KEY_EXTENSION,
                    "the public key extension has " + wrapped.length + " bytes; the limit is " + MAX_BYTES);
        }
        PublicKey identity;
        byte[] signature;
        try {
            var value = ASN1OctetString.getInstance(parse(wrapped)).getOctets();
            var fields = ASN1Sequence.getInstance(parse(value));
            if (fields.size() != 2) {
                throw new MalformedWireException("it has " + fields.size() + " fields instead of 2");
            }
            identity = PublicKey.fromProtobuf(
                    ASN1OctetString.getInstance(fields.getObjectAt(0)).getOctets());
            signature = ASN1OctetString.getInstance(fields.getObjectAt(1)).getOctets();
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            // The last from Bouncy Castle, which reads the inside of a sequence when it is asked for.
            throw new RefusedCertificateException(
                    Fault.NO_PUBLIC_KEY_EXTENSION, "the public key extension is malformed: " + e.getMessage(), e);
        }
        if (!identity.verify(signedText(certificateKey), signature)) {
            throw new RefusedCertificateException(
                    Fault.IDENTITY_SIGNATURE,
                    "peer " + identity.peerId() + " did not sign the key of the certificate that names it");
        }
        return identity;
    }

    /** Of nothing Bouncy Castle makes null. */
    private static ASN1Primitive parse(byte[] der) throws IOException {
        if (der.length == 0) {
            throw new MalformedWireException("it is empty");
        }
        return ASN1Primitive.fromByteArray(der);
    }

    private static byte[] signedText(byte[] certificateKey) {
        var text = new ByteArrayOutputStream();
        text.writeBytes(SIGNATURE_PREFIX);
        text.writeBytes(certificateKey);
        return text.toByteArray();
    }
}
