package io.adit.proofs;

import java.time.Duration;

/** The operations of {@link Proofs}, with the lane they run in and how long they may take unless configured. */
public enum ProofOperation {
    ADD_PIECE(WorkerLane.DATA, Duration.ofHours(6)),
    COMM_D(WorkerLane.DATA, Duration.ofMinutes(5)),
    CLEAR_CACHE(WorkerLane.DATA, Duration.ofHours(1)),
    UNSEAL(WorkerLane.DATA, Duration.ofDays(1)),
    PRE_COMMIT_1(WorkerLane.SEALING, Duration.ofDays(2)),
    PRE_COMMIT_2(WorkerLane.SEALING, Duration.ofDays(1)),
    COMMIT_1(WorkerLane.SEALING, Duration.ofHours(2)),
    COMMIT_2(WorkerLane.SEALING, Duration.ofDays(1)),
    AGGREGATE_SEALS(WorkerLane.SEALING, Duration.ofHours(2)),
    VERIFY_SEAL(WorkerLane.VERIFY, Duration.ofMinutes(10)),
    VERIFY_AGGREGATE_SEALS(WorkerLane.VERIFY, Duration.ofMinutes(20)),
    /** More than a window and its lookback on mainnet: who proves for a deadline says how much time there is for it. */
    WINDOW_POST(WorkerLane.POST, Duration.ofMinutes(40)),
    VERIFY_WINDOW_POST(WorkerLane.VERIFY, Duration.ofMinutes(10)),
    WINNING_POST_CHALLENGE(WorkerLane.WINNING, Duration.ofMinutes(1)),
    /** Two epochs of mainnet: a worker that hangs in a disk must not cost more blocks than that. */
    WINNING_POST(WorkerLane.WINNING, Duration.ofMinutes(1)),
    VERIFY_WINNING_POST(WorkerLane.VERIFY, Duration.ofMinutes(1));

    private final WorkerLane lane;
    private final Duration defaultLimit;

    ProofOperation(WorkerLane lane, Duration defaultLimit) {
        this.lane = lane;
        this.defaultLimit = defaultLimit;
    }

    public WorkerLane lane() {
        return lane;
    }

    public Duration defaultLimit() {
        return defaultLimit;
    }
}
