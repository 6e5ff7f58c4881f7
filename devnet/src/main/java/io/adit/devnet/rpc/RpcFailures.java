package io.adit.devnet.rpc;

import java.util.concurrent.ConcurrentHashMap;

/** Calls that the control path has ordered to fail, by method. */
public final class RpcFailures {
    private static final String PREFIX = "Filecoin.";
    private final ConcurrentHashMap<String, Integer> left = new ConcurrentHashMap<>();

    /** The next {@code count} calls of a method answer with an error. */
    public void order(String method, int count) {
        left.merge(method.startsWith(PREFIX) ? method : PREFIX + method, count, Integer::sum);
    }

    /** Whether this call must fail; counts it. */
    boolean take(String wireName) {
        var failing = new boolean[1];
        left.computeIfPresent(wireName, (method, count) -> {
            failing[0] = true;
            return count > 1 ? count - 1 : null;
        });
        return failing[0];
    }
}
