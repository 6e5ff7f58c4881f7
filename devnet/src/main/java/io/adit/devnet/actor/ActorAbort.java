package io.adit.devnet.actor;

import org.jspecify.annotations.Nullable;

/** An actor's refusal: the exit code that ends the call, with the text that the real actor would trace. */
public final class ActorAbort extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public static final long SYS_SENDER_INVALID = 1;
    public static final long SYS_SENDER_STATE_INVALID = 2;
    public static final long SYS_INVALID_RECEIVER = 5;
    public static final long SYS_INSUFFICIENT_FUNDS = 6;
    public static final long SYS_OUT_OF_GAS = 7;
    public static final long SYS_ASSERTION_FAILED = 10;
    public static final long ILLEGAL_ARGUMENT = 16;
    public static final long NOT_FOUND = 17;
    public static final long FORBIDDEN = 18;
    public static final long INSUFFICIENT_FUNDS = 19;
    public static final long ILLEGAL_STATE = 20;
    public static final long SERIALIZATION = 21;
    public static final long UNHANDLED_MESSAGE = 22;
    public static final long ASSERTION_FAILED = 24;
    public static final long DEAL_EXPIRED = 32;
    public static final long DEAL_NOT_ACTIVATED = 33;

    private final long exitCode;

    public ActorAbort(long exitCode, String message) {
        this(exitCode, message, null);
    }

    private ActorAbort(long exitCode, String message, @Nullable Throwable cause) {
        // Aborts are verdicts, made by the thousand in tests; their Java stack says nothing about the message.
        super(message, cause, false, false);
        this.exitCode = exitCode;
    }

    public long exitCode() {
        return exitCode;
    }

    static ActorAbort illegalArgument(String message) {
        return new ActorAbort(ILLEGAL_ARGUMENT, message);
    }

    static ActorAbort notFound(String message) {
        return new ActorAbort(NOT_FOUND, message);
    }

    static ActorAbort forbidden(String message) {
        return new ActorAbort(FORBIDDEN, message);
    }

    static ActorAbort insufficientFunds(String message) {
        return new ActorAbort(INSUFFICIENT_FUNDS, message);
    }

    static ActorAbort illegalState(String message) {
        return new ActorAbort(ILLEGAL_STATE, message);
    }

    static ActorAbort serialization(Throwable cause) {
        return new ActorAbort(SERIALIZATION, "Serialization error for Cbor protocol: " + cause.getMessage(), cause);
    }

    static ActorAbort unhandled(long method) {
        return new ActorAbort(UNHANDLED_MESSAGE, "invalid method: " + method);
    }

    /** This abort with what was being done put before its text. */
    ActorAbort during(String what) {
        return new ActorAbort(exitCode, what + ": " + getMessage());
    }
}
