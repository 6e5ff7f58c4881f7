package io.adit.sealing.pipeline;

import io.adit.core.fil.SectorId;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.task.Outcome;
import io.adit.core.task.Resources;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.proofs.SectorFiles;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.SectorMover;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Optional;

/**
 * Removes layers and trees, drops the unsealed file of a sector without deals, and moves the rest to a path that stores.
 * The sector is proven all the while: each file keeps one complete copy under its name.
 */
final class FinalizeTask extends SectorTask {

    private final SectorMover mover;

    FinalizeTask(SealingContext context, SealingMetrics metrics) {
        super(context, SealingStep.FINALIZE, metrics);
        this.mover = new SectorMover(context.paths());
    }

    @Override
    public Resources needs(Task task) {
        return StepResources.of(SealingStep.FINALIZE, context.settings().sectorSize());
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) throws IOException {
        var paths = context.paths();
        var cache = paths.require(id, SectorFileType.CACHE);
        var sealed = paths.require(id, SectorFileType.SEALED);
        var unsealed = paths.find(id, SectorFileType.UNSEALED);
        // Where the unsealed file is gone its name is not read by clearing; any path of the layout will do.
        context.proofs().clearCache(new SectorFiles(unsealed.orElse(sealed), sealed, cache));
        PhaseOutput.remove(cache);
        if (sector.pieces().stream().allMatch(piece -> piece.deal().isEmpty())) {
            paths.remove(id, SectorFileType.UNSEALED);
        }
        mover.toStore(id, context.settings().sectorSize(), EnumSet.allOf(SectorFileType.class));
        return Outcome.done(tx -> {
            MessageKeys.forget(tx, sector.number());
            context.change(
                    tx,
                    sector.number(),
                    current -> current.withState(SectorState.Proving).withError(Optional.empty()));
            tx.tasks().signal(SectorIntake.provenSignal(sector.number()));
        });
    }
}
