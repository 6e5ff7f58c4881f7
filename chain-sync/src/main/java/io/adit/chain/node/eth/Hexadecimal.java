package io.adit.chain.node.eth;

import io.adit.core.error.InvalidValueException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Bytes of a fixed number as Ethereum writes them. */
final class Hexadecimal {
    private static final Pattern DIGITS = Pattern.compile("0x[0-9a-f]*");

    private Hexadecimal() {}

    static String of(String what, String text, int bytes) {
        if (text.length() != 2 + 2 * bytes) {
            throw new InvalidValueException(what, text.length(), "0x and " + 2 * bytes + " hexadecimal digits");
        }
        var lower = text.toLowerCase(Locale.ROOT);
        if (!DIGITS.matcher(lower).matches()) {
            throw new InvalidValueException(what, text, "0x and " + 2 * bytes + " hexadecimal digits");
        }
        return lower;
    }
}
