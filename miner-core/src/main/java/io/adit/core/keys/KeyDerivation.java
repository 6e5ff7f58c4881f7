package io.adit.core.keys;

import io.adit.core.error.AditException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * The cost of turning a passphrase into a key with Argon2id (RFC 9106).
 *
 * @param memoryKib memory in KiB
 */
public record KeyDerivation(int memoryKib, int iterations, int lanes) {
    private static final int KEY_LENGTH = 32;
    private static final int MAX_MEMORY_KIB = 1 << 20;
    private static final int MAX_ROUNDS = 64;

    /** Bounds what a key file may ask for: 1 GiB, 64 iterations, 64 lanes. */
    public KeyDerivation {
        if (memoryKib < 8 * lanes
                || memoryKib > MAX_MEMORY_KIB
                || iterations < 1
                || iterations > MAX_ROUNDS
                || lanes < 1
                || lanes > MAX_ROUNDS) {
            throw new AditException(
                    KeyErrorCode.KEY_FILE_MALFORMED,
                    "Argon2 with " + memoryKib + " KiB, " + iterations + " iterations, " + lanes
                            + " lanes is outside the limits of " + MAX_MEMORY_KIB + " KiB, " + MAX_ROUNDS + " and "
                            + MAX_ROUNDS);
        }
    }

    /** RFC 9106's choice for little memory: 64 MiB, 3 iterations, 4 lanes; about half a second. */
    public static KeyDerivation standard() {
        return new KeyDerivation(64 * 1024, 3, 4);
    }

    /** A 32-byte key. */
    byte[] derive(char[] passphrase, byte[] salt) {
        ByteBuffer utf8 = StandardCharsets.UTF_8.encode(CharBuffer.wrap(passphrase));
        byte[] secret = new byte[utf8.remaining()];
        utf8.get(secret);
        var generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(memoryKib)
                .withIterations(iterations)
                .withParallelism(lanes)
                .withSalt(salt)
                .build());
        byte[] key = new byte[KEY_LENGTH];
        generator.generateBytes(secret, key);
        Arrays.fill(secret, (byte) 0);
        utf8.rewind().put(secret);
        return key;
    }
}
