package io.adit.proofs;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** What can go wrong between a caller and a proof. */
public enum ProofsError implements ErrorCode {
    LIBRARY_MISSING(
            ErrorKind.OPERATOR,
            "The native proof library was not found or does not run on this CPU. Run proofs-native/build.sh, or name it"
                    + " in ADIT_NATIVE_LIBRARY."),
    PARAMETERS_MISSING(
            ErrorKind.OPERATOR,
            "Proof parameters for this sector size are not in the parameter directory. For a devnet they are made by"
                    + " adit-params; for a real network they must be downloaded and checked first."),
    PARAMETER_GENERATION_FAILED(
            ErrorKind.OPERATOR, "Making the devnet parameters failed; most often the disk is full or not writable."),
    INVALID_INPUT(
            ErrorKind.BUG,
            "The proof library refused what it was given: wrong length, unknown number, bad commitment."),
    PROOF_FAILED(
            ErrorKind.HARDWARE,
            "The proof library could not finish: a sector file is missing or damaged, or the disk failed."),
    NATIVE_PANIC(ErrorKind.BUG, "The proof library panicked, again after the worker process had been restarted."),
    WORKER_DIED(
            ErrorKind.HARDWARE,
            "The worker process died during the call, again after a restart. An out-of-memory kill is the usual"
                    + " reason: see the kernel log, give the machine more memory or prove smaller sectors."),
    WORKER_START_FAILED(
            ErrorKind.OPERATOR, "A worker process could not be started; what it printed is in the node's log."),
    WORKER_TIMEOUT(
            ErrorKind.HARDWARE,
            "A proof call took longer than its limit, twice, and its workers were stopped. A disk that no longer answers is the"
                    + " usual reason: see the kernel log, and which path the sectors of the call lie on."),
    WORKER_PROTOCOL(ErrorKind.BUG, "A worker process and the node do not understand each other."),
    CLOSED(ErrorKind.BUG, "The proofs were used after they had been closed."),
    INTERRUPTED(ErrorKind.BUG, "The calling thread was interrupted while it waited for a proof.");

    private final ErrorKind kind;
    private final String explanation;

    ProofsError(ErrorKind kind, String explanation) {
        this.kind = kind;
        this.explanation = explanation;
    }

    @Override
    public ErrorKind kind() {
        return kind;
    }

    @Override
    public String explanation() {
        return explanation;
    }
}
