package io.adit.core.config;

import io.adit.core.error.InvalidValueException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes as operators write it: {@code 8MiB}, {@code 2 KiB}, {@code 1GB}, {@code 512}. */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})\\s*([a-zA-Z]*)");
    private static final long KILO = 1000;
    private static final long KIBI = 1024;
    private static final Map<String, Long> UNITS = Map.ofEntries(
            Map.entry("", 1L),
            Map.entry("b", 1L),
            Map.entry("kb", KILO),
            Map.entry("mb", KILO * KILO),
            Map.entry("gb", KILO * KILO * KILO),
            Map.entry("tb", KILO * KILO * KILO * KILO),
            Map.entry("kib", KIBI),
            Map.entry("mib", KIBI * KIBI),
            Map.entry("gib", KIBI * KIBI * KIBI),
            Map.entry("tib", KIBI * KIBI * KIBI * KIBI));

    /** Sizes are not negative. */
    public ByteSize {
        if (bytes < 0) {
            throw new InvalidValueException("size", bytes, "0 or more bytes");
        }
    }

    /** Reads a number and a unit. */
    public static ByteSize parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        Long unit = matcher.matches() ? UNITS.get(matcher.group(2).toLowerCase(Locale.ROOT)) : null;
        if (unit == null) {
            throw new InvalidValueException("size", text, "a number with B, KiB, MiB, GiB, TiB, KB, MB, GB or TB");
        }
        try {
            return new ByteSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), unit));
        } catch (ArithmeticException e) {
            throw new InvalidValueException("size", text, "less than 8 EiB");
        }
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** The largest binary unit that leaves a whole number. */
    @Override
    public String toString() {
        long value = bytes;
        String unit = "B";
        for (String next : new String[] {"KiB", "MiB", "GiB", "TiB"}) {
            if (value == 0 || value % KIBI != 0) {
                break;
            }
            value /= KIBI;
            unit = next;
        }
        return value + unit;
    }
}
