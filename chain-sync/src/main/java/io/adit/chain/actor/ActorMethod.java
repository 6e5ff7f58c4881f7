package io.adit.chain.actor;

/** A method of a built-in actor. */
public sealed interface ActorMethod permits MinerMethod, MarketMethod, PowerMethod, MultisigMethod {
    /** The number that a message carries. */
    long number();

    /** The name as the actors' source and Lotus write it, for example {@code PreCommitSectorBatch2}. */
    String methodName();
}
