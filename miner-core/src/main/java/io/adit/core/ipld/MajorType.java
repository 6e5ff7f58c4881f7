package io.adit.core.ipld;

/** The eight CBOR major types (RFC 8949, section 3.1), in the order of their numbers. */
public enum MajorType {
    UINT,
    NEGATIVE,
    BYTES,
    TEXT,
    ARRAY,
    MAP,
    TAG,
    /** Booleans, null and floating point. */
    SIMPLE
}
