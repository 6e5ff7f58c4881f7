package io.adit.libp2p.noise;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The Noise specification's SymmetricState (section 5.2) for ChaCha20-Poly1305 and SHA-256. */
final class SymmetricState {
    private static final String PROTOCOL = "Noise_XX_25519_ChaChaPoly_SHA256";

    private byte[] hash = PROTOCOL.getBytes(StandardCharsets.US_ASCII);
    private byte[] chainingKey = hash.clone();
    private byte[] cipherKey = new byte[0];
    private long nonce;

    SymmetricState() throws GeneralSecurityException {
        mixHash(new byte[0]); // the prologue, which libp2p leaves empty
    }

    void mixHash(byte[] data) throws GeneralSecurityException {
        var digest = MessageDigest.getInstance("SHA-256");
        digest.update(hash);
        hash = digest.digest(data);
    }

    void mixKey(byte[] inputKey) throws GeneralSecurityException {
        var derived = derive(inputKey);
        chainingKey = derived.first;
        cipherKey = derived.second;
        nonce = 0;
    }

    byte[] encryptAndHash(byte[] plain) throws GeneralSecurityException {
        var sealed = cipherKey.length == 0 ? plain : cipher(Cipher.ENCRYPT_MODE, plain);
        mixHash(sealed);
        return sealed;
    }

    byte[] decryptAndHash(byte[] sealed) throws GeneralSecurityException {
        var plain = cipherKey.length == 0 ? sealed : cipher(Cipher.DECRYPT_MODE, sealed);
        mixHash(sealed);
        return plain;
    }

    /** Keys for the messages of the initiator and of the responder. */
    DerivedKeys split() throws GeneralSecurityException {
        return derive(new byte[0]);
    }

    record DerivedKeys(byte[] first, byte[] second) {}

    private DerivedKeys derive(byte[] inputKey) throws GeneralSecurityException {
        var temporary = hmac(chainingKey, inputKey);
        var first = hmac(temporary, new byte[] {1});
        var chained = Arrays.copyOf(first, first.length + 1);
        chained[first.length] = 2;
        return new DerivedKeys(first, hmac(temporary, chained));
    }

    private byte[] cipher(int mode, byte[] data) throws GeneralSecurityException {
        var iv = new byte[12];
        ByteBuffer.wrap(iv).order(ByteOrder.LITTLE_ENDIAN).putLong(4, nonce++);
        var cipher = Cipher.getInstance("ChaCha20-Poly1305");
        cipher.init(mode, new SecretKeySpec(cipherKey, "ChaCha20"), new IvParameterSpec(iv));
        cipher.updateAAD(hash);
        return cipher.doFinal(data);
    }

    private static byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(data);
    }
}
