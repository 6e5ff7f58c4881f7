package io.adit.chain.type;

import java.util.Map;
import java.util.Optional;

/**
 * Exit codes of messages: below 16 the machine speaks, from 16 on the actor (FVM {@code ExitCode}, builtin-actors). Codes from
 * 32 on mean something else in every actor, so {@link #explain} is told which one it was.
 */
public enum ExitCode {
    OK(0, "done"),
    SYS_SENDER_INVALID(1, "the sender is not an account that exists; send it some FIL first"),
    SYS_SENDER_STATE_INVALID(2, "the sender's nonce or balance does not allow the message"),
    SYS_ILLEGAL_INSTRUCTION(4, "the actor's code ran into a fault"),
    SYS_INVALID_RECEIVER(5, "there is no such receiver and none can be made from that address"),
    SYS_INSUFFICIENT_FUNDS(6, "the sender's balance is smaller than the value sent"),
    SYS_OUT_OF_GAS(7, "the gas limit was too low for the work; estimate again and raise it"),
    SYS_ILLEGAL_EXIT_CODE(9, "the actor ended with a code that only the machine may use"),
    SYS_ASSERTION_FAILED(10, "the message broke a rule of the machine itself, such as a negative value"),
    SYS_MISSING_RETURN(11, "the actor returned a block that does not exist"),
    USR_ILLEGAL_ARGUMENT(16, "the actor refused the parameters"),
    USR_NOT_FOUND(17, "the actor does not know the sector, partition or deal named in the parameters"),
    USR_FORBIDDEN(18, "not allowed: a wrong caller, or not now (too early to prove, deadline not disputable)"),
    USR_INSUFFICIENT_FUNDS(19, "the actor's balance is too small for what was asked"),
    USR_ILLEGAL_STATE(20, "the actor's state does not allow it, such as extending a faulty or unproven sector"),
    USR_SERIALIZATION(21, "the parameters are not the CBOR that this method takes"),
    USR_UNHANDLED_MESSAGE(22, "the actor has no such method in this network version"),
    USR_UNSPECIFIED(23, "the actor gave no particular reason"),
    USR_ASSERTION_FAILED(24, "the actor found its own state inconsistent"),
    USR_READ_ONLY(25, "a read-only call tried to write"),
    USR_NOT_PAYABLE(26, "value was sent to a method that takes none");

    private static final Map<Long, String> MINER_MEANINGS = Map.of(
            1000L, "the miner's balance invariants are broken; report this",
            1001L, "an actor to be notified of a piece could not be reached",
            1002L, "an actor notified of a piece aborted",
            1003L, "an actor notified of a piece answered with nonsense",
            1004L, "an actor notified of a piece refused it, for example a deal with other terms");
    private static final Map<Long, String> MARKET_MEANINGS = Map.of(
            32L, "the deal timed out: it was not activated before its start epoch",
            33L, "the deal is published but not activated yet");
    private static final Map<Long, String> POWER_MEANINGS = Map.of(32L, "too many proofs of commitment in one epoch");

    private final long code;
    private final String explanation;

    ExitCode(long code, String explanation) {
        this.code = code;
        this.explanation = explanation;
    }

    /** The number in a receipt. */
    public long code() {
        return code;
    }

    /** What it means, as the end of a sentence. */
    public String explanation() {
        return explanation;
    }

    /** The constant for a number that means the same in every actor. */
    public static Optional<ExitCode> of(long code) {
        for (var exit : values()) {
            if (exit.code == code) {
                return Optional.of(exit);
            }
        }
        return Optional.empty();
    }

    /** Number, name and meaning in words, for a message that the actor was to run. */
    public static String explain(long code, ActorKind actor) {
        return of(code).map(exit -> code + " " + exit.name() + ": " + exit.explanation)
                .orElseGet(() -> code + ": " + actorMeaning(code, actor));
    }

    private static String actorMeaning(long code, ActorKind actor) {
        var meanings = switch (actor) {
            case MINER -> MINER_MEANINGS;
            case MARKET -> MARKET_MEANINGS;
            case POWER -> POWER_MEANINGS;
        };
        return Optional.ofNullable(meanings.get(code))
                .orElse(code < 16 ? "a fault of the machine that has no name" : "a code of the actor's own");
    }
}
