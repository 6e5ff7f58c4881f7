package io.adit.proofs;

/**
 * What one finished proof call cost.
 *
 * @param wallMillis time inside the worker for a call that succeeded; otherwise time since it left the queue
 * @param cpuMillis CPU time of all the worker's threads during the successful try; 0 when there was none
 * @param attempts 1 unless workers died or panicked
 */
public record CallStats(
        ProofOperation operation, WorkerLane lane, long wallMillis, long cpuMillis, int attempts, boolean succeeded) {}
