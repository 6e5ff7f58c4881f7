package io.adit.proofs;

/** Told of every finished proof call and every lost worker, on the calling thread; must be quick and not throw. */
public interface ProofsListener {

    /** A call ended, well or not. */
    void called(CallStats stats);

    /** A worker process had to be given up: it died, panicked or took too long. */
    default void workerLost(WorkerLane lane, ProofOperation during, String reason) {}
}
