package io.adit.proofs;

import java.util.Optional;

/** A live worker process and what it is doing. */
public record WorkerState(WorkerLane lane, long pid, Optional<ProofOperation> running) {}
