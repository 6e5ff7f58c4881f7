package io.adit.market.mk20;

import io.adit.core.error.InvalidValueException;
import java.math.BigInteger;
import java.time.InstantSource;
import java.util.Locale;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** A deal's name in the HTTP market: 128 bits, as text 26 characters of Crockford's base 32. The same bits are its UUID here. */
public record Ulid(UUID uuid) {
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 26;
    private static final int BITS = 5;

    /**
     * Reads the text form in upper or lower case.
     *
     * @throws InvalidValueException when it is none
     */
    public static Ulid parse(String text) {
        var given = text.length() == LENGTH ? text.toUpperCase(Locale.ROOT) : "";
        if (given.isEmpty() || given.charAt(0) > '7') {
            throw malformed(text);
        }
        var value = BigInteger.ZERO;
        for (int i = 0; i < LENGTH; i++) {
            int digit = ALPHABET.indexOf(given.charAt(i));
            if (digit < 0) {
                throw malformed(text);
            }
            value = value.shiftLeft(BITS).or(BigInteger.valueOf(digit));
        }
        return new Ulid(new UUID(value.shiftRight(Long.SIZE).longValue(), value.longValue()));
    }

    /** A new name: the milliseconds of now, and 80 random bits. */
    public static Ulid create(InstantSource clock, RandomGenerator random) {
        long time = clock.millis() << 16 | random.nextInt(1 << 16);
        return new Ulid(new UUID(time, random.nextLong()));
    }

    private static InvalidValueException malformed(String text) {
        return new InvalidValueException(
                "identifier",
                text.length() > LENGTH + BITS ? text.length() + " characters" : text,
                "a ULID: 26 characters of 0-9 and A-Z without I, L, O and U, the first at most 7");
    }

    @Override
    public String toString() {
        var value = new BigInteger(Long.toUnsignedString(uuid.getMostSignificantBits()))
                .shiftLeft(Long.SIZE)
                .or(new BigInteger(Long.toUnsignedString(uuid.getLeastSignificantBits())));
        var text = new StringBuilder(LENGTH);
        for (int i = LENGTH - 1; i >= 0; i--) {
            text.append(ALPHABET.charAt(value.shiftRight(i * BITS).intValue() & 31));
        }
        return text.toString();
    }
}
