package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * An amount of FIL in attoFIL, the smallest unit: 1 FIL is 10^18 attoFIL. May be negative.
 *
 * <p>At most 127 bytes of magnitude, as the chain's encoding allows.
 */
public record TokenAmount(BigInteger atto) implements Comparable<TokenAmount> {
    /** Longest CBOR content: a sign byte and 127 bytes of magnitude. */
    public static final int MAX_CBOR_BYTES = 128;

    public static final TokenAmount ZERO = new TokenAmount(BigInteger.ZERO);

    private static final int DECIMALS = 18;
    private static final int MAX_TEXT = 400;

    public TokenAmount {
        if (atto.abs().bitLength() > 8 * (MAX_CBOR_BYTES - 1)) {
            throw new InvalidValueException("token amount", atto.bitLength() + " bits", "at most 127 bytes");
        }
    }

    public static TokenAmount ofAtto(long atto) {
        return new TokenAmount(BigInteger.valueOf(atto));
    }

    /** Reads attoFIL in decimal, as JSON-RPC sends amounts. */
    public static TokenAmount ofAtto(String decimal) {
        if (decimal.length() > MAX_TEXT) {
            throw new InvalidValueException("length of a token amount", decimal.length(), "at most " + MAX_TEXT);
        }
        try {
            return new TokenAmount(new BigInteger(decimal));
        } catch (NumberFormatException e) {
            throw new InvalidValueException("token amount in attoFIL", decimal, "a decimal integer");
        }
    }

    /** Reads FIL: "1.5", "-2", "0.000000000000000001 FIL". */
    public static TokenAmount ofFil(String text) {
        var digits = text.endsWith(" FIL") ? text.substring(0, text.length() - 4) : text;
        if (digits.length() > MAX_TEXT || !digits.matches("[+-]?(\\d+(\\.\\d{0,18})?|\\.\\d{1,18})")) {
            throw new InvalidValueException("amount of FIL", text, "a decimal number with at most 18 decimals");
        }
        return new TokenAmount(new BigDecimal(digits).movePointRight(DECIMALS).toBigIntegerExact());
    }

    /** Whole FIL. */
    public static TokenAmount ofFil(long fil) {
        return new TokenAmount(BigInteger.valueOf(fil).multiply(BigInteger.TEN.pow(DECIMALS)));
    }

    /**
     * Reads the content of the chain's CBOR byte string: nothing for zero, otherwise a sign byte (0 or 1) and the
     * magnitude, big-endian.
     */
    public static TokenAmount fromCborBytes(byte[] bytes) {
        if (bytes.length == 0) {
            return ZERO;
        }
        if (bytes.length > MAX_CBOR_BYTES) {
            throw new InvalidValueException("token amount length", bytes.length, "at most " + MAX_CBOR_BYTES);
        }
        if (bytes[0] != 0 && bytes[0] != 1) {
            throw new InvalidValueException("token amount sign byte", bytes[0], "0 or 1");
        }
        return new TokenAmount(new BigInteger(bytes[0] == 0 ? 1 : -1, bytes, 1, bytes.length - 1));
    }

    /** The content of the chain's CBOR byte string. */
    public byte[] cborBytes() {
        if (atto.signum() == 0) {
            return new byte[0];
        }
        var twos = atto.abs().toByteArray();
        var magnitude = twos[0] == 0 ? Arrays.copyOfRange(twos, 1, twos.length) : twos;
        var out = new byte[1 + magnitude.length];
        out[0] = (byte) (atto.signum() < 0 ? 1 : 0);
        System.arraycopy(magnitude, 0, out, 1, magnitude.length);
        return out;
    }

    public TokenAmount plus(TokenAmount other) {
        return new TokenAmount(atto.add(other.atto));
    }

    public TokenAmount minus(TokenAmount other) {
        return new TokenAmount(atto.subtract(other.atto));
    }

    public TokenAmount times(long factor) {
        return new TokenAmount(atto.multiply(BigInteger.valueOf(factor)));
    }

    /** Division that drops the remainder. */
    public TokenAmount dividedBy(long divisor) {
        return new TokenAmount(atto.divide(BigInteger.valueOf(divisor)));
    }

    public TokenAmount negate() {
        return new TokenAmount(atto.negate());
    }

    public TokenAmount max(TokenAmount other) {
        return compareTo(other) >= 0 ? this : other;
    }

    public TokenAmount min(TokenAmount other) {
        return compareTo(other) <= 0 ? this : other;
    }

    public boolean isZero() {
        return atto.signum() == 0;
    }

    public boolean isNegative() {
        return atto.signum() < 0;
    }

    @Override
    public int compareTo(TokenAmount other) {
        return atto.compareTo(other.atto);
    }

    /** The attoFIL in decimal, as JSON-RPC sends amounts. */
    public String attoText() {
        return atto.toString();
    }

    /** For people: "1.5 FIL". */
    @Override
    public String toString() {
        return isZero()
                ? "0 FIL"
                : new BigDecimal(atto, DECIMALS).stripTrailingZeros().toPlainString() + " FIL";
    }
}
