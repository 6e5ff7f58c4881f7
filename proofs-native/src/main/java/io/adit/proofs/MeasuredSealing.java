package io.adit.proofs;

import io.adit.core.fil.PaddedSize;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What the parts of sealing that kernels do cost on this machine, beside the proof library in the same run.
 *
 * @param clock the CPU's cycles a second, as found out just before
 * @param ways each way to do each part; the library's, where it was measured, comes after the kernel's
 */
public record MeasuredSealing(double clock, List<Way> ways) {
    private static final String CLOCK = "clock=";
    private static final double MEBIBYTE = 1 << 20;
    private static final int NODE_BYTES = 32;

    public MeasuredSealing {
        ways = List.copyOf(ways);
    }

    /**
     * One way to do one part.
     *
     * @param bench what is done: {@code tree-d}, {@code encode}, {@code decode}, {@code labels-1} (one sector, into files) or
     *     {@code labels-16} (16 sectors at a time, in memory)
     * @param name a kernel's name, or {@link MeasuredKernel#LIBRARY}
     * @param bytes data that a run works on
     * @param seconds CPU-seconds of each run, sorted
     */
    public record Way(String bench, String name, long bytes, List<Double> seconds) {
        public Way {
            seconds = seconds.stream().sorted().toList();
        }

        /** MiB a CPU-second, in the run in the middle. */
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
            return bytes / MEBIBYTE / Math.max(taken, 1e-9);
        }
    }

    /**
     * Does each part with the kernels and with the library, in turns; what they make is equal. Files are made in the
     * directory for temporary ones.
     *
     * @param size data of the trees and encodings, from 64 KiB to 1 GiB, held in memory; labels are of sectors of 8 MiB, and of
     *     2 KiB where this is smaller
     * @throws ProofsException when there is no native library, or what is asked is refused
     */
    public static MeasuredSealing measure(NativeLibrary library, PaddedSize size, int runs) {
        AditKernels.bindToMeasure(library);
        var answer =
                AditKernels.answer((out, length) -> AditKernels.adit_measure_sealing(size.bytes(), runs, out, length));
        return parse(new String(answer, StandardCharsets.UTF_8).lines().toList());
    }

    private static MeasuredSealing parse(List<String> lines) {
        double clock = Double.parseDouble(lines.getFirst().substring(CLOCK.length()));
        var ways = lines.stream().skip(1).map(MeasuredSealing::way).toList();
        return new MeasuredSealing(clock, ways);
    }

    private static Way way(String line) {
        int split = line.indexOf('=');
        var names = List.of(line.substring(0, split).split(" "));
        var seconds = Arrays.stream(line.substring(split + 1).split(","))
                .map(Double::valueOf)
                .toList();
        return new Way(names.get(0), names.get(1), Long.parseLong(names.get(2)), seconds);
    }

    /** Cycles for each node of 32 bytes, in the run in the middle. */
    public double cycles(Way way) {
        return clock * NODE_BYTES / (way.median() * MEBIBYTE);
    }
}
