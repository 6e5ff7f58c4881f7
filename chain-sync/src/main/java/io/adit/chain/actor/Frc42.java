package io.adit.chain.actor;

import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.Hashes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Numbers of methods that contracts may call: hashes of their names (FRC-0042). */
public final class Frc42 {
    /** Numbers below this are the built-in actors' own. */
    public static final long FIRST_METHOD_NUMBER = 1L << 24;

    private Frc42() {}

    /**
     * The number of the method of this name: the first four bytes, big-endian, of blake2b-512 of {@code "1|" + name} that
     * are at least 2^24.
     *
     * @param name ASCII letters, digits and underscores, the first a capital letter or underscore; {@code Constructor} is 1
     */
    public static long methodNumber(String name) {
        if (!name.matches("[A-Z_][A-Za-z0-9_]*")) {
            throw new InvalidValueException("FRC-0042 method name", name, "letters, digits, _; first A-Z or _");
        }
        if (name.equals("Constructor")) {
            return 1;
        }
        var hash = ByteBuffer.wrap(Hashes.blake2b(("1|" + name).getBytes(StandardCharsets.US_ASCII), 64));
        while (hash.remaining() >= 4) {
            long number = Integer.toUnsignedLong(hash.getInt());
            if (number >= FIRST_METHOD_NUMBER) {
                return number;
            }
        }
        throw new InvalidValueException("FRC-0042 method name", name, "one whose hash gives a number over 2^24");
    }
}
