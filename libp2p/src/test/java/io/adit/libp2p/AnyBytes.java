package io.adit.libp2p;

import java.util.Random;
import java.util.function.Consumer;

/** Random input for properties: the same in every run. A quarter of it is letters, which texts need. */
public final class AnyBytes {
    private AnyBytes() {}

    /** At most {@code max} bytes each time; a failure names the case. */
    public static void repeat(int cases, int max, Consumer<byte[]> property) {
        for (int number = 0; number < cases; number++) {
            var random = new Random(number * 0x9E3779B97F4A7C15L);
            var bytes = new byte[random.nextInt(max + 1)];
            random.nextBytes(bytes);
            if (number % 4 == 0) {
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) ('a' + Math.floorMod(bytes[i], 26));
                }
            }
            try {
                property.accept(bytes);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("case " + number + ": " + e.getMessage(), e);
            }
        }
    }
}
