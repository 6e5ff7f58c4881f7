package io.adit.libp2p.wire;

import java.math.BigInteger;

/** Base58 with Bitcoin's alphabet, the text form of peer IDs. Input is bounded, for the conversion takes quadratic time. */
public final class Base58 {
    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final BigInteger BASE = BigInteger.valueOf(58);
    private static final int MAX_CHARACTERS = 128;

    private Base58() {}

    public static String encode(byte[] bytes) {
        var text = new StringBuilder();
        var rest = new BigInteger(1, bytes);
        while (rest.signum() > 0) {
            var parts = rest.divideAndRemainder(BASE);
            text.append(ALPHABET.charAt(parts[1].intValue()));
            rest = parts[0];
        }
        for (var index = 0; index < bytes.length && bytes[index] == 0; index++) {
            text.append('1');
        }
        return text.reverse().toString();
    }

    /** @throws MalformedWireException for a character outside the alphabet or more than 128 characters */
    public static byte[] decode(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new MalformedWireException("base58 text is longer than " + MAX_CHARACTERS + " characters");
        }
        var value = BigInteger.ZERO;
        var zeros = 0;
        for (var index = 0; index < text.length(); index++) {
            var digit = ALPHABET.indexOf(text.charAt(index));
            if (digit < 0) {
                throw new MalformedWireException("not a base58 character at " + index);
            }
            if (digit == 0 && zeros == index) {
                zeros++;
            }
            value = value.multiply(BASE).add(BigInteger.valueOf(digit));
        }
        var magnitude = value.signum() == 0 ? new byte[0] : value.toByteArray();
        var skip = magnitude.length > 0 && magnitude[0] == 0 ? 1 : 0;
        var bytes = new byte[zeros + magnitude.length - skip];
        System.arraycopy(magnitude, skip, bytes, zeros, magnitude.length - skip);
        return bytes;
    }
}
