package io.adit.sealing.pipeline;

import io.adit.core.fil.SectorId;
import io.adit.core.state.SectorPiece;
import io.adit.core.state.SectorRecord;
import io.adit.core.task.Outcome;
import io.adit.core.task.Resources;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.proofs.SealedCommitments;
import io.adit.proofs.SectorFiles;
import io.adit.sealing.storage.SectorFileType;
import java.io.IOException;

/** C1: opens the nodes that the seed challenges. Its output is kept for C2, with the seed it answers. */
final class Commit1Task extends SectorTask {

    Commit1Task(SealingContext context, SealingMetrics metrics) {
        super(context, SealingStep.COMMIT_1, metrics);
    }

    @Override
    public Resources needs(Task task) {
        return StepResources.of(SealingStep.COMMIT_1, context.settings().sectorSize());
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) throws IOException {
        if (sector.seed().isEmpty()
                || sector.ticket().isEmpty()
                || sector.commR().isEmpty()) {
            return context.next(sector.number(), SealingStep.SEED_WAIT, current -> current);
        }
        var seed = sector.seed().get().value();
        var cache = context.paths().require(id, SectorFileType.CACHE);
        if (PhaseOutput.read(cache, PhaseOutput.COMMIT_1, seed).isEmpty()) {
            var sealed = context.paths().require(id, SectorFileType.SEALED);
            var unsealed = context.paths().require(id, SectorFileType.UNSEALED);
            byte[] output = context.proofs()
                    .commit1(
                            sector.sealProof(),
                            new SectorFiles(unsealed, sealed, cache),
                            id,
                            sector.ticket().get().value(),
                            seed,
                            new SealedCommitments(
                                    sector.commR().get(), sector.commD().orElseThrow()),
                            sector.pieces().stream().map(SectorPiece::piece).toList());
            PhaseOutput.write(cache, PhaseOutput.COMMIT_1, seed, output);
        }
        return context.next(sector.number(), SealingStep.COMMIT_2, current -> current);
    }
}
