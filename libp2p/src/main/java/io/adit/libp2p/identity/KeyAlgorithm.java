package io.adit.libp2p.identity;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;

/** What one key type must do. Private and public data are in the form that the peer-ids specification gives them. */
interface KeyAlgorithm {
    record KeyPair(byte[] privateData, byte[] publicData) {}

    interface Signer {
        byte[] sign(byte[] message) throws GeneralSecurityException;
    }

    interface Verifier {
        boolean verify(byte[] message, byte[] signature) throws GeneralSecurityException;
    }

    KeyPair generate(SecureRandom random) throws GeneralSecurityException;

    /** The pair of a private key read from elsewhere; refuses one whose public half does not belong to it. */
    KeyPair load(byte[] privateData) throws GeneralSecurityException;

    Signer signer(byte[] privateData) throws GeneralSecurityException;

    Verifier verifier(byte[] publicData) throws GeneralSecurityException;

    static KeyAlgorithm of(KeyType type) {
        return switch (type) {
            case ED25519 -> new Ed25519Algorithm();
            case SECP256K1 -> new Secp256k1Algorithm();
            case RSA -> JcaAlgorithm.RSA;
            case ECDSA -> JcaAlgorithm.ECDSA;
        };
    }
}
