package io.adit.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * One random case of a property. Case {@code n} of a property is the same in every run; a failure names it, and {@link #only}
 * plays it alone. Values lean to the edges of their range, where encodings change their length.
 */
public final class Cases {
    private static final long[] EDGES = {
        0, 1, -1, 23, 24, -24, -25, 127, 128, 255, 256, 65_535, 65_536, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE
    };

    private final Random random;

    private Cases(long number) {
        random = new Random(number * 0x9E3779B97F4A7C15L);
    }

    /** What has to hold for each case. */
    public interface Property {
        void holds(Cases given) throws Exception;
    }

    /** Cases 0 to {@code count} - 1. */
    public static void repeat(int count, Property property) {
        for (int number = 0; number < count; number++) {
            only(number, property);
        }
    }

    /** One case, for looking at a failure. */
    public static void only(long number, Property property) {
        try {
            property.holds(new Cases(number));
        } catch (Exception | AssertionError e) {
            throw new AssertionError("case " + number + ": " + e.getMessage(), e);
        }
    }

    /** For whoever makes its values itself. */
    public Random random() {
        return random;
    }

    /** From {@code min} to {@code max}, both included. */
    public int between(int min, int max) {
        return random.nextInt(8) == 0 ? (random.nextBoolean() ? min : max) : random.nextInt(min, max + 1);
    }

    /** Any of the 2^64, of all magnitudes. */
    public long anyLong() {
        return random.nextInt(4) == 0
                ? EDGES[random.nextInt(EDGES.length)]
                : random.nextLong() >> random.nextInt(Long.SIZE);
    }

    public byte anyByte() {
        return (byte) random.nextInt();
    }

    /** At most {@code max} bytes: any, or of two values only, since what is read often repeats. */
    public byte[] bytes(int max) {
        var bytes = new byte[between(0, max)];
        random.nextBytes(bytes);
        if (random.nextInt(4) == 0) {
            byte one = anyByte();
            byte other = anyByte();
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = bytes[i] < 0 ? one : other;
            }
        }
        return bytes;
    }

    /** At most {@code max} UTF-16 units, among them surrogates without a partner. */
    public String anyText(int max) {
        return text(max, () -> (char) random.nextInt(random.nextBoolean() ? 128 : 1 << 16));
    }

    /** At most {@code max} characters that UTF-8 can write, of one to three bytes each. */
    public String unicode(int max) {
        return text(max, () -> (char) random.nextInt(random.nextBoolean() ? 128 : Character.MIN_SURROGATE));
    }

    private String text(int max, Supplier<Character> character) {
        var text = new StringBuilder();
        for (int left = between(0, max); left > 0; left--) {
            text.append(character.get().charValue());
        }
        return text.toString();
    }

    /** At most {@code max} of what {@code item} makes. */
    public <T> List<T> list(int max, Supplier<T> item) {
        var list = new ArrayList<T>();
        for (int left = between(0, max); left > 0; left--) {
            list.add(item.get());
        }
        return list;
    }
}
