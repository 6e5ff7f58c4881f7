package io.adit.chain.type;

/** What randomness is drawn for, so that one use never sees another's value (go-state-types {@code crypto}). */
public enum DomainSeparationTag {
    TICKET_PRODUCTION(1),
    ELECTION_PROOF_PRODUCTION(2),
    WINNING_POST_CHALLENGE_SEED(3),
    WINDOWED_POST_CHALLENGE_SEED(4),
    SEAL_RANDOMNESS(5),
    INTERACTIVE_SEAL_CHALLENGE_SEED(6),
    WINDOWED_POST_DEADLINE_ASSIGNMENT(7),
    MARKET_DEAL_CRON_SEED(8),
    POST_CHAIN_COMMIT(9),
    EVM_PREV_RANDAO(10);

    private final long number;

    DomainSeparationTag(long number) {
        this.number = number;
    }

    /** The number hashed and sent to a node. */
    public long number() {
        return number;
    }
}
