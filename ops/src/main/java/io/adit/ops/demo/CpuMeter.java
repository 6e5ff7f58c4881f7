package io.adit.ops.demo;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Adds up the CPU time of this process and of all its descendants. A worker that ends between two
 * readings keeps what it had used at the last one, so the sum never falls.
 */
final class CpuMeter {
    private final ProcessHandle root = ProcessHandle.current();
    private final Map<Long, Duration> seen = new HashMap<>();

    /** CPU time used so far, user and system. */
    Duration read() {
        Stream.concat(Stream.of(root), root.descendants())
                .forEach(process -> process.info()
                        .totalCpuDuration()
                        .ifPresent(used -> seen.merge(process.pid(), used, CpuMeter::longer)));
        return seen.values().stream().reduce(Duration.ZERO, Duration::plus);
    }

    private static Duration longer(Duration left, Duration right) {
        return left.compareTo(right) >= 0 ? left : right;
    }
}
