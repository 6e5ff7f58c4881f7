package io.adit.proofs;

import io.adit.core.fil.PaddedSize;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What one way to hash a piece costs on this machine, beside the others in the same run.
 *
 * @param name a kernel's name, or {@link #LIBRARY}
 * @param size the padded piece
 * @param seconds CPU-seconds of each run, sorted
 */
public record MeasuredKernel(String name, PaddedSize size, List<Double> seconds) {
    /** The proof library that everybody else uses: the peer. */
    public static final String LIBRARY = "rust-fil-proofs";

    private static final String VERSION = "api=";
    private static final double MEBIBYTE = 1 << 20;

    public MeasuredKernel {
        seconds = seconds.stream().sorted().toList();
    }

    /**
     * Hashes the same piece with each kernel that this CPU has and with the library, in turns; their commitments are equal.
     *
     * @param size from 64 KiB to 1 GiB; it is held in memory
     * @return the kernels and, last, the library
     * @throws ProofsException when there is no native library, or what is asked is refused
     */
    public static List<MeasuredKernel> measure(NativeLibrary library, PaddedSize size, int runs) {
        AditKernels.bindToMeasure(library);
        var answer =
                AditKernels.answer((out, length) -> AditKernels.adit_measure_pieces(size.bytes(), runs, out, length));
        return new String(answer, StandardCharsets.UTF_8)
                .lines()
                .map(line -> parse(line, size))
                .toList();
    }

    /** The version of the peer in the library that {@link #measure} has loaded. */
    public static String libraryVersion() {
        return new String(AditKernels.answer(AditKernels::adit_version), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(VERSION))
                .map(line -> line.substring(VERSION.length()))
                .findFirst()
                .orElse("");
    }

    private static MeasuredKernel parse(String line, PaddedSize size) {
        int split = line.indexOf('=');
        var seconds = Arrays.stream(line.substring(split + 1).split(","))
                .map(Double::valueOf)
                .toList();
        return new MeasuredKernel(line.substring(0, split), size, seconds);
    }

    /** MiB of padded data a CPU-second, in the run in the middle. */
    public double median() {
        return rate(seconds.get(seconds.size() / 2));
    }

    /** In the slowest run. */
    public double least() {
        return rate(seconds.getLast());
    }

    /** In the fastest run. */
    public double most() {
        return rate(seconds.getFirst());
    }

    private double rate(double taken) {
        return size.bytes() / MEBIBYTE / Math.max(taken, 1e-9);
    }
}
