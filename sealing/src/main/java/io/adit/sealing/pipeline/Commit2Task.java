package io.adit.sealing.pipeline;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorId;
import io.adit.core.state.Bytes;
import io.adit.core.state.SectorRecord;
import io.adit.core.task.CrashPoints;
import io.adit.core.task.Outcome;
import io.adit.core.task.Resources;
import io.adit.core.task.RetryPolicy;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.sealing.SealingError;
import io.adit.sealing.storage.SectorFileType;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * C2: makes the Groth16 proof and verifies it before anything remembers it. A proof that does not hold is thrown away
 * and made again, by whichever worker comes next; after the configured attempts the sector waits for the operator.
 */
final class Commit2Task extends SectorTask {

    private final SealingMetrics metrics;

    Commit2Task(SealingContext context, SealingMetrics metrics) {
        super(context, SealingStep.COMMIT_2, metrics);
        this.metrics = metrics;
    }

    @Override
    public Resources needs(Task task) {
        return StepResources.of(SealingStep.COMMIT_2, context.settings().sectorSize());
    }

    @Override
    public RetryPolicy retry() {
        return new RetryPolicy(
                context.settings().proofAttempts(), Duration.ofSeconds(1), 2, Duration.ofMinutes(5), 0.2);
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) throws IOException {
        if (sector.seed().isEmpty()) {
            return context.next(sector.number(), SealingStep.SEED_WAIT, current -> current);
        }
        if (sector.proof().isPresent()
                && SealCheck.holds(
                        context.proofs(), sector, id, sector.proof().get().array())) {
            return context.next(sector.number(), SealingStep.COMMIT_SEND, current -> current);
        }
        var cache = context.paths().require(id, SectorFileType.CACHE);
        Optional<byte[]> phase1 = PhaseOutput.read(
                cache, PhaseOutput.COMMIT_1, sector.seed().get().value());
        if (phase1.isEmpty()) {
            return context.next(sector.number(), SealingStep.COMMIT_1, current -> current);
        }
        byte[] proof = context.proofs().commit2(phase1.get(), id);
        CrashPoints.reach("sector.commit2.proven");
        if (!SealCheck.holds(context.proofs(), sector, id, proof)) {
            metrics.proofRejected();
            throw new AditException(
                    SealingError.PROOF_INVALID,
                    "proving sector " + sector.number().value() + ": the proof made here does not verify here; it was"
                            + " not sent");
        }
        return context.next(
                sector.number(), SealingStep.COMMIT_SEND, current -> current.withProof(Optional.of(new Bytes(proof))));
    }
}
