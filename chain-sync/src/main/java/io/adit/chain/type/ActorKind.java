package io.adit.chain.type;

/** The actors whose exit codes from 32 on {@link ExitCode} knows. */
public enum ActorKind {
    MINER,
    MARKET,
    POWER
}
