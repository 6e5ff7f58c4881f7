package io.adit.ops.demo;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Adds up the CPU time of this process and of all its descendants. It looks several times a second, so that of a process that
 * ends between two readings no more than the last moment is missed; the sum never falls.
 */
final class CpuMeter implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(100);

    /** A process's number may be used again after its end. */
    private record Key(long pid, long startMillis) {}

    private final ProcessHandle root = ProcessHandle.current();
    private final Map<Key, Duration> seen = new HashMap<>();
    private final Thread watch = Thread.ofPlatform().daemon().name("cpu-meter").start(this::look);

    /** CPU time used so far, user and system. */
    synchronized Duration read() {
        Stream.concat(Stream.of(root), root.descendants()).forEach(process -> {
            var info = process.info();
            info.totalCpuDuration().ifPresent(used -> seen.merge(key(process, info), used, CpuMeter::longer));
        });
        return seen.values().stream().reduce(Duration.ZERO, Duration::plus);
    }

    private static Key key(ProcessHandle process, ProcessHandle.Info info) {
        return new Key(
                process.pid(),
                info.startInstant().map(java.time.Instant::toEpochMilli).orElse(0L));
    }

    private void look() {
        try {
            while (true) {
                Thread.sleep(LOOK);
                read();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Duration longer(Duration left, Duration right) {
        return left.compareTo(right) >= 0 ? left : right;
    }

    @Override
    public void close() {
        watch.interrupt();
    }
}
