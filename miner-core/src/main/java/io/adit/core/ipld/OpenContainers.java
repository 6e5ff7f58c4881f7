package io.adit.core.ipld;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The arrays and maps that a reader or writer is inside of, with how many items each still lacks.
 *
 * <p>An explicit stack, so that depth costs a few bytes and never the thread's stack.
 */
final class OpenContainers {
    private static final byte[] NO_KEY = {};

    private final int maxDepth;
    private long[] missing = new long[8];
    private boolean[] isMap = new boolean[8];
    private boolean[] hasKey = new boolean[8];
    private final List<byte[]> previousKeys = new ArrayList<>();
    private final List<Set<String>> keysSeen = new ArrayList<>();
    private int depth;

    OpenContainers(int maxDepth) {
        this.maxDepth = maxDepth;
    }

    /** Opens a container of {@code items} items; false when that would be one too deep. */
    boolean push(long items, boolean map) {
        if (depth == maxDepth) {
            return false;
        }
        if (items == 0) {
            itemDone();
            return true;
        }
        if (depth == missing.length) {
            missing = Arrays.copyOf(missing, depth * 2);
            isMap = Arrays.copyOf(isMap, depth * 2);
            hasKey = Arrays.copyOf(hasKey, depth * 2);
        }
        missing[depth] = items;
        isMap[depth] = map;
        hasKey[depth] = false;
        previousKeys.add(NO_KEY);
        keysSeen.add(Set.of());
        depth++;
        return true;
    }

    /** One item of the innermost container is complete; closes every container that this completes. */
    void itemDone() {
        while (depth > 0 && --missing[depth - 1] == 0) {
            depth--;
            previousKeys.removeLast();
            keysSeen.removeLast();
        }
    }

    boolean isEmpty() {
        return depth == 0;
    }

    int depth() {
        return depth;
    }

    /** Whether the next item is a map's key. */
    boolean atKey() {
        return depth > 0 && isMap[depth - 1] && (missing[depth - 1] & 1) == 0;
    }

    boolean firstKey() {
        return !hasKey[depth - 1];
    }

    byte[] previousKey() {
        return previousKeys.get(depth - 1);
    }

    void previousKey(byte[] key) {
        previousKeys.set(depth - 1, key);
        hasKey[depth - 1] = true;
    }

    /** The keys of the innermost map so far, for readers that do not ask for sorted keys. */
    Set<String> keysSeen() {
        if (keysSeen.get(depth - 1).isEmpty()) {
            keysSeen.set(depth - 1, new HashSet<>());
        }
        return keysSeen.get(depth - 1);
    }

    /** Items that the innermost container lacks, 0 outside of containers. */
    long innermostMissing() {
        return depth == 0 ? 0 : missing[depth - 1];
    }

    long missing() {
        long sum = 0;
        for (int i = 0; i < depth; i++) {
            sum += missing[i];
        }
        return sum;
    }

    /** DAG-CBOR's order of map keys: shorter first, then by unsigned bytes. */
    static int compareKeys(byte[] left, byte[] right) {
        return left.length != right.length
                ? Integer.compare(left.length, right.length)
                : Arrays.compareUnsigned(left, right);
    }
}
