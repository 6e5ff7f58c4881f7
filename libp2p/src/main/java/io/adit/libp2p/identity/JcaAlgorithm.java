package io.adit.libp2p.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/**
 * RSA and ECDSA over the Java platform's providers. Public keys travel as SubjectPublicKeyInfo; private keys as PKCS#1
 * (RSA) and SEC 1 (ECDSA), which the platform knows only inside PKCS#8.
 */
enum JcaAlgorithm implements KeyAlgorithm {
    RSA("RSA", "SHA256withRSA") {
        @Override
        void initialize(KeyPairGenerator generator, SecureRandom random) {
            generator.initialize(RSA_BITS, random);
        }

        @Override
        AlgorithmIdentifier identifier(ASN1Primitive privateKey) {
            return new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
        }

        @Override
        byte[] publicHalf(PrivateKey key) throws GeneralSecurityException {
            if (!(key instanceof RSAPrivateCrtKey rsa)) {
                throw new InvalidKeyException("RSA key without its primes");
            }
            requireStrength(rsa.getModulus());
            return KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()))
                    .getEncoded();
        }

        @Override
        void check(java.security.PublicKey key) throws InvalidKeyException {
            requireStrength(((RSAPublicKey) key).getModulus());
        }
    },
    ECDSA("EC", "SHA256withECDSA") {
        @Override
        void initialize(KeyPairGenerator generator, SecureRandom random) throws GeneralSecurityException {
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        }

        @Override
        AlgorithmIdentifier identifier(ASN1Primitive privateKey) throws InvalidKeyException {
            ASN1Encodable curve = org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(privateKey)
                    .getParametersObject();
            if (!(curve instanceof ASN1ObjectIdentifier)) {
                throw new InvalidKeyException("ECDSA private key does not name its curve");
            }
            return new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve);
        }

        @Override
        byte[] publicHalf(PrivateKey key) throws GeneralSecurityException {
            if (!(key instanceof ECPrivateKey ec) || ec.getParams().getOrder().bitLength() != P256_BITS) {
                throw new InvalidKeyException("ECDSA private keys are read over P-256 only");
            }
            var parameters = SECNamedCurves.getByOID(SECObjectIdentifiers.secp256r1);
            var domain = new ECDomainParameters(parameters);
            var point = new FixedPointCombMultiplier().multiply(domain.getG(), ec.getS());
            var algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1);
            try {
                return new SubjectPublicKeyInfo(algorithm, point.getEncoded(false)).getEncoded();
            } catch (IOException e) {
                throw new InvalidKeyException("public half could not be encoded", e);
            }
        }

        @Override
        void check(java.security.PublicKey key) {
            // The platform's own curve table is the limit.
        }
    };

    private static final int RSA_BITS = 2048;
    /** As go-libp2p: weaker keys can be forged, longer ones are a way to make us work. */
    private static final int MIN_RSA_BITS = 2048;

    private static final int MAX_RSA_BITS = 8192;
    private static final int P256_BITS = 256;

    private final String keyAlgorithm;
    private final String signatureAlgorithm;

    JcaAlgorithm(String keyAlgorithm, String signatureAlgorithm) {
        this.keyAlgorithm = keyAlgorithm;
        this.signatureAlgorithm = signatureAlgorithm;
    }

    abstract void initialize(KeyPairGenerator generator, SecureRandom random) throws GeneralSecurityException;

    abstract AlgorithmIdentifier identifier(ASN1Primitive privateKey) throws GeneralSecurityException;

    abstract byte[] publicHalf(PrivateKey key) throws GeneralSecurityException;

    abstract void check(java.security.PublicKey key) throws InvalidKeyException;

    @Override
    public KeyPair generate(SecureRandom random) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance(keyAlgorithm);
        initialize(generator, random);
        var pair = generator.generateKeyPair();
        try {
            var inner =
                    PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded()).parsePrivateKey();
            if (this == ECDSA) {
                return new KeyPair(
                        withCurve(pair.getPrivate()), pair.getPublic().getEncoded());
            }
            return new KeyPair(
                    inner.toASN1Primitive().getEncoded(), pair.getPublic().getEncoded());
        } catch (IOException e) {
            throw new GeneralSecurityException("generated key could not be encoded", e);
        }
    }

    /** SEC 1 with the curve's name, which PKCS#8 keeps outside and other implementations need inside. */
    private static byte[] withCurve(PrivateKey key) throws IOException {
        var scalar = ((ECPrivateKey) key).getS();
        return new org.bouncycastle.asn1.sec.ECPrivateKey(P256_BITS, scalar, SECObjectIdentifiers.secp256r1)
                .getEncoded();
    }

    @Override
    public KeyPair load(byte[] privateData) throws GeneralSecurityException {
        return new KeyPair(privateData.clone(), publicHalf(privateKey(privateData)));
    }

    private PrivateKey privateKey(byte[] privateData) throws GeneralSecurityException {
        try {
            var inner = ASN1Primitive.fromByteArray(privateData);
            var wrapped = new PrivateKeyInfo(identifier(inner), inner).getEncoded();
            return KeyFactory.getInstance(keyAlgorithm).generatePrivate(new PKCS8EncodedKeySpec(wrapped));
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidKeyException("private key is not DER", e);
        }
    }

    @Override
    public Signer signer(byte[] privateData) throws GeneralSecurityException {
        var key = privateKey(privateData);
        return message -> {
            var signature = Signature.getInstance(signatureAlgorithm);
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        };
    }

    @Override
    public Verifier verifier(byte[] publicData) throws GeneralSecurityException {
        var key = KeyFactory.getInstance(keyAlgorithm).generatePublic(new X509EncodedKeySpec(publicData));
        check(key);
        return (message, signed) -> {
            var signature = Signature.getInstance(signatureAlgorithm);
            signature.initVerify(key);
            signature.update(message);
            return signature.verify(signed);
        };
    }

    private static void requireStrength(BigInteger modulus) throws InvalidKeyException {
        var bits = modulus.bitLength();
        if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
            throw new InvalidKeyException("RSA key of " + bits + " bits; 2048 to 8192 are accepted");
        }
    }
}
