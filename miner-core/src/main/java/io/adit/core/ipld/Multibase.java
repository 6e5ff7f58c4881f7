package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Text encodings of bytes with a one-letter prefix (<a href="https://github.com/multiformats/multibase">multibase</a>):
 * base16 {@code f}, base32 {@code b} and {@code B}, base36 {@code k}, base58btc {@code z}, base64url {@code u}. Without
 * padding, and strict: unused trailing bits must be zero.
 */
public final class Multibase {
    /** Longest text that is decoded. Base 36 and 58 take quadratic time, so a bound is needed. */
    public static final int MAX_TEXT = 4096;

    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
    private static final String BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static final String BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /** The value of each ASCII character in base 32, or -1: every CID and address in the store is read with it. */
    private static final byte[] BASE32_VALUES = values(BASE32);

    private Multibase() {}

    private static byte[] values(String alphabet) {
        var values = new byte[128];
        Arrays.fill(values, (byte) -1);
        for (int i = 0; i < alphabet.length(); i++) {
            values[alphabet.charAt(i)] = (byte) i;
        }
        return values;
    }

    /** Decodes text that begins with its multibase letter. */
    public static byte[] decode(String text) {
        requireShort(text);
        if (text.isEmpty()) {
            throw new InvalidValueException("multibase text", "empty", "a base letter followed by digits");
        }
        var digits = text.substring(1);
        return switch (text.charAt(0)) {
            case 'b' -> decodeBase32(digits);
            case 'B' -> decodeBase32(upperOnly(digits).toLowerCase(Locale.ROOT));
            case 'z' -> decodeBase58(digits);
            case 'u' -> decodeBase64Url(digits);
            case 'f' -> decodeBase16(digits);
            case 'k' -> decodeDigits(digits, BASE36);
            default -> throw new InvalidValueException("multibase prefix", text.charAt(0), "one of b B f k u z");
        };
    }

    /** RFC 4648 base32, lower case, no padding, no multibase prefix. */
    public static String base32(byte[] data) {
        var out = new StringBuilder((data.length * 8 + 4) / 5);
        int buffer = 0;
        int bits = 0;
        for (byte b : data) {
            buffer = (buffer << 8) | (b & 0xff);
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                out.append(BASE32.charAt(buffer >>> bits & 31));
            }
        }
        if (bits > 0) {
            out.append(BASE32.charAt(buffer << (5 - bits) & 31));
        }
        return out.toString();
    }

    public static byte[] decodeBase32(String text) {
        requireShort(text);
        var out = new byte[text.length() * 5 / 8];
        int buffer = 0;
        int bits = 0;
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int value = c < BASE32_VALUES.length ? BASE32_VALUES[c] : -1;
            buffer = (buffer << 5) | (value < 0 ? digit(BASE32, c) : value);
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                out[at++] = (byte) (buffer >>> bits);
            }
        }
        if (bits >= 5 || (buffer & (1 << bits) - 1) != 0) {
            throw new InvalidValueException("base32 text", text, "of a whole number of bytes, trailing bits zero");
        }
        return out;
    }

    /** Base58 with the Bitcoin alphabet, no multibase prefix. */
    public static String base58btc(byte[] data) {
        return encodeDigits(data, BASE58);
    }

    public static byte[] decodeBase58(String text) {
        return decodeDigits(text, BASE58);
    }

    /** RFC 4648 base64url, no padding, no multibase prefix. */
    public static String base64Url(byte[] data) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(data);
    }

    public static byte[] decodeBase64Url(String text) {
        requireShort(text);
        byte[] data;
        try {
            data = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidValueException("base64url text", text, "RFC 4648 base64url without padding");
        }
        if (!base64Url(data).equals(text)) {
            throw new InvalidValueException("base64url text", text, "RFC 4648 base64url without padding");
        }
        return data;
    }

    private static byte[] decodeBase16(String text) {
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidValueException("base16 text", text, "pairs of hexadecimal digits");
        }
    }

    private static String encodeDigits(byte[] data, String alphabet) {
        int base = alphabet.length();
        var digits = new int[data.length * 2 + 1];
        int used = 0;
        for (byte b : data) {
            int carry = b & 0xff;
            for (int i = 0; i < used || carry > 0; i++) {
                carry += digits[i] << 8;
                digits[i] = carry % base;
                carry /= base;
                used = Math.max(used, i + 1);
            }
        }
        var out = new StringBuilder(used + 8);
        for (int i = 0; i < data.length && data[i] == 0; i++) {
            out.append(alphabet.charAt(0));
        }
        for (int i = used - 1; i >= 0; i--) {
            out.append(alphabet.charAt(digits[i]));
        }
        return out.toString();
    }

    private static byte[] decodeDigits(String text, String alphabet) {
        requireShort(text);
        int base = alphabet.length();
        var reversed = new int[text.length() + 1];
        int used = 0;
        for (int c = 0; c < text.length(); c++) {
            int carry = digit(alphabet, text.charAt(c));
            for (int i = 0; i < used || carry > 0; i++) {
                carry += reversed[i] * base;
                reversed[i] = carry & 0xff;
                carry >>>= 8;
                used = Math.max(used, i + 1);
            }
        }
        int zeros = 0;
        while (zeros < text.length() && text.charAt(zeros) == alphabet.charAt(0)) {
            zeros++;
        }
        var out = new byte[zeros + used];
        for (int i = 0; i < used; i++) {
            out[out.length - 1 - i] = (byte) reversed[i];
        }
        return out;
    }

    private static int digit(String alphabet, char c) {
        int value = alphabet.indexOf(c);
        if (value < 0) {
            throw new InvalidValueException("base" + alphabet.length() + " digit", c, "one of " + alphabet);
        }
        return value;
    }

    private static String upperOnly(String text) {
        if (!text.equals(text.toUpperCase(Locale.ROOT))) {
            throw new InvalidValueException("base32upper text", text, "upper case only");
        }
        return text;
    }

    private static void requireShort(String text) {
        if (text.length() > MAX_TEXT) {
            throw new InvalidValueException("length of encoded text", text.length(), "at most " + MAX_TEXT);
        }
    }
}
