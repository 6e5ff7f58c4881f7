package io.adit.core.task;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marked places at which tests kill the process.
 *
 * <p>The environment variable {@code ADIT_KILL_AT=name:n} halts the process, without shutdown hooks or flushes, the n-th
 * time the place is reached; several are separated by commas. The engine reaches {@code <kind>.start}, {@code
 * <kind>.ran} (before the commit) and {@code <kind>.done} (after it) for every task. Without the variable, reaching a
 * place is two lookups. A simulation may {@link #watch} instead, and stop the strand that is there.
 */
public final class CrashPoints {
    private static final Logger LOG = LoggerFactory.getLogger(CrashPoints.class);
    /** The exit status of a process killed by SIGKILL, as a shell reports it. */
    static final int KILLED = 137;

    // Process-wide by nature: a kill point is a property of the process, not of any object in it.
    private static final Map<String, AtomicInteger> LEFT = parse(System.getenv().getOrDefault("ADIT_KILL_AT", ""));

    /** Set by a simulation for its own strands, which inherit it; a process that is no simulation has none. */
    private static final InheritableThreadLocal<Consumer<String>> WATCH = new InheritableThreadLocal<>();

    private CrashPoints() {}

    /** Has this thread, and those it starts from now on, tell of every place they reach. */
    public static void watch(Consumer<String> reached) {
        WATCH.set(reached);
    }

    /** Ends {@link #watch} for this thread. */
    public static void unwatch() {
        WATCH.remove();
    }

    /** Halts the process here if it was asked to. */
    public static void reach(String name) {
        var watch = WATCH.get();
        if (watch != null) {
            watch.accept(name);
        }
        AtomicInteger left = LEFT.get(name);
        if (left != null && left.decrementAndGet() == 0) {
            LOG.warn("killed at {} as ADIT_KILL_AT asked", name);
            Runtime.getRuntime().halt(KILLED);
        }
    }

    static Map<String, AtomicInteger> parse(String spec) {
        var points = new ConcurrentHashMap<String, AtomicInteger>();
        for (String point : spec.split(",")) {
            if (!point.isBlank()) {
                int colon = point.lastIndexOf(':');
                String name = colon < 0 ? point : point.substring(0, colon);
                int times = colon < 0
                        ? 1
                        : Integer.parseInt(point.substring(colon + 1).strip());
                points.put(name.strip(), new AtomicInteger(times));
            }
        }
        return points;
    }
}
