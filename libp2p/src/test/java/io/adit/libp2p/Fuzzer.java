package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Feeds a decoder with what strangers might send: the inputs kept under {@code resources/fuzz} and mutations of them, the
 * same in every run. {@code -Dfuzz.seconds=600} goes on for that long with other seeds. What a decoder may throw is up to
 * the target; what it may allocate is held to a cap. A failure names its input in hex: keep it in the corpus.
 */
public final class Fuzzer {
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 0);
    private static final int MAX_INPUT = 16 << 10;
    private static final byte[] EDGES = {0, 1, 4, 12, 0x7f, (byte) 0x80, (byte) 0xff};

    private final List<byte[]> corpus;
    private final long allocationCap;
    private final ThreadMXBean allocations = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** One decoder; throws what it never should. */
    @FunctionalInterface
    public interface Target {
        void take(byte[] input, Random random) throws Exception;
    }

    private Fuzzer(List<byte[]> corpus, long allocationCap) {
        this.corpus = corpus;
        this.allocationCap = allocationCap;
    }

    /** @param allocationCap bytes that one input may make the calling thread allocate */
    public static Fuzzer of(String name, long allocationCap) {
        try (var in = Fuzzer.class.getResourceAsStream("/fuzz/" + name + ".txt")) {
            var text = new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.US_ASCII);
            return new Fuzzer(
                    text.lines()
                            .filter(line -> !line.startsWith("#"))
                            .map(HexFormat.of()::parseHex)
                            .toList(),
                    allocationCap);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Fuzzer of(List<byte[]> corpus, long allocationCap) {
        return new Fuzzer(corpus, allocationCap);
    }

    /** @param mutations how many, unless a time is given */
    public void run(int mutations, Target target) {
        corpus.forEach(input -> check(input, 0, target));
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        for (var seed = 1L; SECONDS == 0 ? seed <= mutations : System.nanoTime() < end; seed++) {
            var random = new Random(seed * 0x9E3779B97F4A7C15L);
            check(mutation(random), seed, target);
        }
    }

    private void check(byte[] input, long seed, Target target) {
        if (allocated(input, seed, target) >= allocationCap) {
            // The first time some path is taken classes are loaded, which is not the input's doing.
            assertThat(allocated(input, seed, target))
                    .as("allocated for seed %d, input %s", seed, HexFormat.of().formatHex(input))
                    .isLessThan(allocationCap);
        }
    }

    private long allocated(byte[] input, long seed, Target target) {
        var before = allocations.getCurrentThreadAllocatedBytes();
        try {
            target.take(input.clone(), new Random(seed));
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + ", input " + HexFormat.of().formatHex(input) + ": " + e, e);
        }
        return allocations.getCurrentThreadAllocatedBytes() - before;
    }

    private byte[] mutation(Random random) {
        var input = pick(random).clone();
        for (var steps = 1 + random.nextInt(6); steps > 0; steps--) {
            input = mutated(input, random);
        }
        return input.length <= MAX_INPUT ? input : Arrays.copyOf(input, MAX_INPUT);
    }

    private byte[] pick(Random random) {
        return corpus.get(random.nextInt(corpus.size()));
    }

    private byte[] mutated(byte[] input, Random random) {
        var at = random.nextInt(input.length + 1);
        var length = random.nextInt(Math.min(32, input.length - at) + 1);
        return switch (random.nextInt(7)) {
            case 0 -> replaced(input, at, length, new byte[0]);
            case 1 -> {
                var noise = new byte[length];
                random.nextBytes(noise);
                yield replaced(input, at, length, noise);
            }
            case 2 -> replaced(input, at, 0, Arrays.copyOfRange(input, at, at + length));
            case 3 -> replaced(input, at, Math.min(1, length), new byte[] {EDGES[random.nextInt(EDGES.length)]});
            case 4 -> Arrays.copyOf(input, at);
            case 5 -> replaced(input, at, input.length - at, tail(pick(random), random));
            default -> {
                var flipped = input.clone();
                if (at < flipped.length) {
                    flipped[at] ^= (byte) (1 << random.nextInt(8));
                }
                yield flipped;
            }
        };
    }

    private static byte[] tail(byte[] other, Random random) {
        return Arrays.copyOfRange(other, random.nextInt(other.length + 1), other.length);
    }

    private static byte[] replaced(byte[] input, int at, int removed, byte[] inserted) {
        var result = new byte[input.length - removed + inserted.length];
        System.arraycopy(input, 0, result, 0, at);
        System.arraycopy(inserted, 0, result, at, inserted.length);
        System.arraycopy(input, at + removed, result, at + inserted.length, input.length - at - removed);
        return result;
    }
}
