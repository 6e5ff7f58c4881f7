package io.adit.core.error;

/** A stable name for one way to fail. One enum per module implements it. */
public interface ErrorCode {
    /** The code as it is printed and searched for, for example {@code MALFORMED_CBOR}. */
    String name();

    /** Who can do something about it. */
    ErrorKind kind();

    /** The long form: what it means, what usually causes it, what to do. */
    String explanation();
}
