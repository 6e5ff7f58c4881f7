package io.adit.simulation;

import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;

/**
 * Something that must hold at every moment of a run. It hears of each event in the turn in which it happens, and says what
 * is wrong to the {@link Breaches} it was made with. All of it is looked at from outside of the node: what left it, what
 * the chain did with it, what its store holds.
 */
interface Invariant {

    /** A message leaves the node, for the first time or again. */
    default void pushed(SignedMessage message) {}

    /** A message is executed on the chain as it stands now. */
    default void executed(SignedMessage message, MessageReceipt receipt) {}

    /** A reorganisation takes an execution back. */
    default void undone(SignedMessage message, MessageReceipt receipt) {}

    /** The chain has another head; what it executed was told before. */
    default void headMoved() {}

    /** A strand of the node has had its turn. Must be cheap. */
    default void turnTaken() {}

    /** A process of the node is about to begin, after an earlier one or none. */
    default void starting() {}

    /** The story is over. */
    default void over() {}
}
