package io.adit.libp2p.noise;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One direction of an established Noise session: ChaCha20-Poly1305 with a counter as nonce. Messages must be sealed and
 * opened in order, by one thread at a time.
 */
public final class TransportCipher {
    /** Longest Noise message, tag included. */
    public static final int MAX_MESSAGE = 65535;
    /** Bytes that sealing adds. */
    public static final int TAG = 16;

    private static final int NONCE_OFFSET = 4;

    private final Cipher cipher;
    private final SecretKeySpec key;
    private final int mode;
    private final byte[] nonce = new byte[12];
    private final ByteBuffer nonceCounter = ByteBuffer.wrap(nonce).order(ByteOrder.LITTLE_ENDIAN);
    private long counter;

    private TransportCipher(byte[] key, int mode) throws GeneralSecurityException {
        this.cipher = Cipher.getInstance("ChaCha20-Poly1305");
        this.key = new SecretKeySpec(key, "ChaCha20");
        this.mode = mode;
    }

    static TransportCipher sealing(byte[] key) throws GeneralSecurityException {
        return new TransportCipher(key, Cipher.ENCRYPT_MODE);
    }

    static TransportCipher opening(byte[] key) throws GeneralSecurityException {
        return new TransportCipher(key, Cipher.DECRYPT_MODE);
    }

    /**
     * Seals or opens {@code length} bytes in place, with the next nonce.
     *
     * @return the number of bytes that now stand at {@code offset}: {@link #TAG} more when sealing, fewer when opening
     * @throws GeneralSecurityException if what was to be opened is not what the other side sealed as its next message
     */
    public int applyInPlace(byte[] buffer, int offset, int length) throws GeneralSecurityException {
        if (counter == -1) {
            throw new GeneralSecurityException("all nonces of this session are used up");
        }
        nonceCounter.putLong(NONCE_OFFSET, counter++);
        cipher.init(mode, key, new IvParameterSpec(nonce));
        return cipher.doFinal(buffer, offset, length, buffer, offset);
    }
}
