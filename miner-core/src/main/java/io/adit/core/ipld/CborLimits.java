package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;

/**
 * What a {@link CborReader} accepts beyond the fixed rules of DAG-CBOR.
 *
 * @param maxDepth containers and tags inside one another, 1 to 1024
 * @param keyOrder whether map keys must be sorted, and whether repeated ones are refused
 */
public record CborLimits(int maxDepth, KeyOrder keyOrder) {
    /** Strict DAG-CBOR, 128 levels. */
    public static final CborLimits STRICT = new CborLimits(128, KeyOrder.SORTED);

    /** As {@link #STRICT}, but map keys in any order: for wire peers whose encoders do not sort. */
    public static final CborLimits ANY_KEY_ORDER = new CborLimits(128, KeyOrder.ANY);

    /**
     * As {@link #STRICT}, but keys are taken as they come: for looking through blocks that anybody made, where remembering
     * the keys of a map would take twenty times its bytes.
     */
    public static final CborLimits UNCHECKED_KEYS = new CborLimits(128, KeyOrder.UNCHECKED);

    /** How map keys must follow one another. */
    public enum KeyOrder {
        /** Shorter first, then by bytes, as DAG-CBOR says. */
        SORTED,
        /** Any order, but none twice; all keys of a map are remembered for that. */
        ANY,
        /** Any order, and some perhaps twice; nothing is remembered. */
        UNCHECKED
    }

    public CborLimits {
        if (maxDepth < 1 || maxDepth > 1024) {
            throw new InvalidValueException("CBOR depth limit", maxDepth, "between 1 and 1024");
        }
    }
}
