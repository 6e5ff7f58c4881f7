package io.adit.libp2p;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Feeds a decoder with what strangers might send: the inputs kept under {@code resources/fuzz} and mutations of them, the
 * same in every run. {@code -Dfuzz.seconds=600} goes on for that long with other seeds. What a decoder may throw is up to
 * the target; what it may allocate is held to a cap. A failure names its input in hex, and leaves it in {@code target/fuzz}:
 * keep it in the corpus. With a time given, each target says how many inputs it took.
 */
public final class Fuzzer {
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 0);
    private static final int MAX_INPUT = 16 << 10;
    private static final byte[] EDGES = {0, 1, 4, 12, 0x7f, (byte) 0x80, (byte) 0xff};

    private static final Path FOUND = Path.of("target", "fuzz");

    private final String name;
    private final List<byte[]> corpus;
    private final long allocationCap;
    private long inputs;
    private long mostAllocated;
    private final ThreadMXBean allocations = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** One decoder; throws what it never should. */
    @FunctionalInterface
    public interface Target {
        void take(byte[] input, Random random) throws Exception;
    }

    private Fuzzer(String name, List<byte[]> corpus, long allocationCap) {
        this.name = name;
        this.corpus = corpus;
        this.allocationCap = allocationCap;
    }

    /** @param allocationCap bytes that one input may make the calling thread allocate */
    public static Fuzzer of(String name, long allocationCap) {
        try (var in = Fuzzer.class.getResourceAsStream("/fuzz/" + name + ".txt")) {
            var text = new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.US_ASCII);
            return new Fuzzer(
                    name,
                    text.lines()
                            .filter(line -> !line.startsWith("#"))
                            .map(HexFormat.of()::parseHex)
                            .toList(),
                    allocationCap);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Fuzzer of(String name, List<byte[]> corpus, long allocationCap) {
        return new Fuzzer(name, corpus, allocationCap);
    }

    /** @param mutations how many, unless a time is given */
    public void run(int mutations, Target target) {
        corpus.forEach(input -> check(input, 0, target));
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        for (var seed = 1L; SECONDS == 0 ? seed <= mutations : System.nanoTime() < end; seed++) {
            var random = new Random(seed * 0x9E3779B97F4A7C15L);
            check(mutation(random), seed, target);
        }
        if (SECONDS > 0) {
            System.out.printf(
                    "fuzz %s: %,d inputs in %d s, at most %,d of %,d bytes allocated%n",
                    name, inputs, SECONDS, mostAllocated, allocationCap);
        }
    }

    private void check(byte[] input, long seed, Target target) {
        inputs++;
        var bytes = allocated(input, seed, target);
        if (bytes > mostAllocated) {
            // The first time some path is taken classes are loaded, which is not the input's doing.
            bytes = allocated(input, seed, target);
            mostAllocated = Math.max(mostAllocated, bytes);
        }
        if (bytes >= allocationCap) {
            throw found(input, seed, new AssertionError("allocated " + bytes + " of " + allocationCap + " bytes"));
        }
    }

    private AssertionError found(byte[] input, long seed, Throwable reason) {
        var hex = HexFormat.of().formatHex(input);
        try {
            Files.createDirectories(FOUND);
            Files.writeString(FOUND.resolve(name + "-" + seed + ".hex"), hex + "\n");
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
        return new AssertionError(name + ", seed " + seed + ", input " + hex + ": " + reason, reason);
    }

    private long allocated(byte[] input, long seed, Target target) {
        var before = allocations.getCurrentThreadAllocatedBytes();
        try {
            target.take(input.clone(), new Random(seed));
        } catch (Exception | AssertionError | StackOverflowError e) {
            throw found(input, seed, e);
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
