package io.adit.benchmarks;

import io.adit.core.fil.CommP;
import io.adit.core.fil.PieceInfo;
import java.lang.management.ManagementFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * CommP of a piece in Java against its floor on this machine: the same number of 64-byte SHA-256 hashes and nothing else, in the same
 * run and thread. Prints one JSON row: bench, metric, unit, adit, peer, peerName, ratio, runs.
 */
public final class CommPBenchmark {
    private static final int PIECE = 16 << 20;
    private static final int RUNS = 9;
    private static final int WARM_UP = 3;

    private CommPBenchmark() {}

    public static void main(String[] arguments) throws NoSuchAlgorithmException {
        var payload = new byte[PIECE / 128 * 127];
        new Random(1).nextBytes(payload);
        var expected = commit(payload);
        var ours = new double[RUNS];
        var floor = new double[RUNS];
        for (int run = -WARM_UP; run < RUNS; run++) {
            long before = cpuNanos();
            var piece = commit(payload);
            long middle = cpuNanos();
            hashNodes();
            long after = cpuNanos();
            if (!piece.equals(expected)) {
                throw new IllegalStateException("CommP changed between runs");
            }
            if (run >= 0) {
                ours[run] = mebibytesPerSecond(middle - before);
                floor[run] = mebibytesPerSecond(after - middle);
            }
        }
        Arrays.sort(ours);
        Arrays.sort(floor);
        double median = ours[RUNS / 2];
        double limit = floor[RUNS / 2];
        System.out.printf(
                Locale.ROOT,
                "{\"bench\":\"commp\",\"metric\":\"padded data\",\"unit\":\"MiB per CPU-second\",\"adit\":%.0f,\"peer\":%.0f,"
                        + "\"peerName\":\"64-byte SHA-256 alone\",\"peerVersion\":\"%s\",\"ratio\":%.2f,\"runs\":%d}%n",
                median,
                limit,
                Runtime.version(),
                median / limit,
                RUNS);
    }

    /** The native kernels have {@code adit bench kernels}. */
    private static PieceInfo commit(byte[] payload) {
        var commP = CommP.inJava();
        commP.update(payload, 0, payload.length);
        return commP.finish();
    }

    /** As many hashes as the piece's tree has inner nodes. */
    private static void hashNodes() throws NoSuchAlgorithmException {
        var digest = MessageDigest.getInstance("SHA-256");
        var node = new byte[64];
        try {
            for (int i = 0; i < PIECE / 32 - 1; i++) {
                digest.update(node);
                digest.digest(node, 0, 32);
            }
        } catch (java.security.DigestException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double mebibytesPerSecond(long nanos) {
        return PIECE / (double) (1 << 20) / (nanos / 1e9);
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
