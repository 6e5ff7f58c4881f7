package io.adit.proofs;

/**
 * Work that never waits for work of another lane: each has worker processes of its own.
 *
 * <p>A window PoSt has a deadline of minutes and costs power when missed; sealing runs for hours and waits for nobody.
 */
public enum WorkerLane {
    /** Window PoSt. */
    POST,
    /** Winning PoSt: a window PoSt may take half an hour, and a block has less than half a minute. */
    WINNING,
    /** Every verification: what is sent, and what others send, is judged at once whatever is being proven. */
    VERIFY,
    /** The phases of sealing and aggregation. */
    SEALING,
    /** Pieces, unsealing, tidying: what deals and retrievals wait for. */
    DATA
}
