package io.adit.libp2p.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/** ECDSA over secp256k1: 32-byte scalar, 33-byte compressed point, DER signature with low s over SHA-256. */
final class Secp256k1Algorithm implements KeyAlgorithm {
    private static final int SCALAR = 32;
    private static final int COMPRESSED_POINT = 33;
    /** Two integers of up to 33 bytes with their headers. */
    private static final int MAX_SIGNATURE = 72;

    private final ECDomainParameters curve = new ECDomainParameters(CustomNamedCurves.getByName("secp256k1"));

    @Override
    public KeyPair generate(SecureRandom random) {
        var scalar =
                BigIntegers.createRandomInRange(BigInteger.ONE, curve.getN().subtract(BigInteger.ONE), random);
        return pair(scalar);
    }

    private KeyPair pair(BigInteger scalar) {
        var point =
                new FixedPointCombMultiplier().multiply(curve.getG(), scalar).normalize();
        return new KeyPair(BigIntegers.asUnsignedByteArray(SCALAR, scalar), point.getEncoded(true));
    }

    private BigInteger scalar(byte[] privateData) throws InvalidKeyException {
        var scalar = new BigInteger(1, privateData);
        if (privateData.length != SCALAR || scalar.signum() == 0 || scalar.compareTo(curve.getN()) >= 0) {
            throw new InvalidKeyException("secp256k1 private key must be 32 bytes, between 1 and the curve's order");
        }
        return scalar;
    }

    @Override
    public KeyPair load(byte[] privateData) throws InvalidKeyException {
        return pair(scalar(privateData));
    }

    @Override
    public Signer signer(byte[] privateData) throws InvalidKeyException {
        var key = new ECPrivateKeyParameters(scalar(privateData), curve);
        return message -> {
            var signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
            signer.init(true, key);
            var parts = signer.generateSignature(sha256(message));
            var high = parts[1].compareTo(curve.getN().shiftRight(1)) > 0;
            var s = high ? curve.getN().subtract(parts[1]) : parts[1];
            try {
                return new DERSequence(new ASN1Integer[] {new ASN1Integer(parts[0]), new ASN1Integer(s)}).getEncoded();
            } catch (IOException e) {
                throw new GeneralSecurityException("signature could not be encoded", e);
            }
        };
    }

    @Override
    public Verifier verifier(byte[] publicData) throws InvalidKeyException {
        if (publicData.length != COMPRESSED_POINT) {
            throw new InvalidKeyException("secp256k1 public key of " + publicData.length + " bytes; it has 33");
        }
        var key = new ECPublicKeyParameters(curve.getCurve().decodePoint(publicData), curve);
        return (message, signature) -> {
            if (signature.length > MAX_SIGNATURE) {
                return false;
            }
            var parts = ASN1Sequence.getInstance(signature);
            if (parts.size() != 2) {
                return false;
            }
            var signer = new ECDSASigner();
            signer.init(false, key);
            return signer.verifySignature(
                    sha256(message),
                    ASN1Integer.getInstance(parts.getObjectAt(0)).getPositiveValue(),
                    ASN1Integer.getInstance(parts.getObjectAt(1)).getPositiveValue());
        };
    }

    private static byte[] sha256(byte[] message) throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256").digest(message);
    }
}
