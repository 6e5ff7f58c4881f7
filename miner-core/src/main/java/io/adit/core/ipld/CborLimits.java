package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;

/**
 * What a {@link CborReader} accepts beyond the fixed rules of DAG-CBOR.
 *
 * @param maxDepth containers and tags inside one another, 1 to 1024
 * @param keyOrder whether map keys must be sorted; repeated keys are refused either way
 */
public record CborLimits(int maxDepth, KeyOrder keyOrder) {
    /** Strict DAG-CBOR, 128 levels. */
    public static final CborLimits STRICT = new CborLimits(128, KeyOrder.SORTED);

    /** As {@link #STRICT}, but map keys in any order: for wire peers whose encoders do not sort. */
    public static final CborLimits ANY_KEY_ORDER = new CborLimits(128, KeyOrder.ANY);

    /** How map keys must follow one another. */
    public enum KeyOrder {
        /** Shorter first, then by bytes, as DAG-CBOR says. */
        SORTED,
        ANY
    }

    public CborLimits {
        if (maxDepth < 1 || maxDepth > 1024) {
            throw new InvalidValueException("CBOR depth limit", maxDepth, "between 1 and 1024");
        }
    }
}
