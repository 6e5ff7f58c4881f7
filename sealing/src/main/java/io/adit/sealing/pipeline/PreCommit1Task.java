package io.adit.sealing.pipeline;

import io.adit.core.fil.SectorId;
import io.adit.core.state.SectorPiece;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorTicket;
import io.adit.core.task.CrashPoints;
import io.adit.core.task.Outcome;
import io.adit.core.task.Resources;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.proofs.SectorFiles;
import io.adit.sealing.storage.DurableFiles;
import io.adit.sealing.storage.Reservation;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.StoragePath.Purpose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;

/** PC1: labels the sector. Complete when its output lies in the cache directory; anything less goes on after the last layer on disk. */
final class PreCommit1Task extends SectorTask {

    PreCommit1Task(SealingContext context, SealingMetrics metrics) {
        super(context, SealingStep.PRE_COMMIT_1, metrics);
    }

    @Override
    public Resources needs(Task task) {
        return StepResources.of(SealingStep.PRE_COMMIT_1, context.settings().sectorSize());
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) throws IOException {
        if (sector.ticket().isEmpty()) {
            return context.next(sector.number(), SealingStep.TICKET, current -> current);
        }
        var head = context.node().chainHead().key();
        if (context.node()
                .stateSectorGetInfo(id.miner().address(), sector.number(), head)
                .isPresent()) {
            // Labelling anew would destroy a replica that the chain expects to be proven.
            return context.next(sector.number(), SealingStep.COMMIT_WAIT, current -> current);
        }
        SectorTicket ticket = sector.ticket().get();
        var types = EnumSet.of(SectorFileType.SEALED, SectorFileType.CACHE);
        try (Reservation space = context.paths().reserve(id, context.settings().sectorSize(), types, Purpose.SEALING)) {
            var files = new SectorFiles(
                    context.paths().require(id, SectorFileType.UNSEALED),
                    space.file(SectorFileType.SEALED),
                    space.file(SectorFileType.CACHE));
            if (PhaseOutput.read(files.cache(), PhaseOutput.PRE_COMMIT_1, ticket.value())
                    .isEmpty()) {
                label(sector, id, ticket, files);
            }
        }
        return context.next(sector.number(), SealingStep.PRE_COMMIT_2, current -> current);
    }

    /** Labelling made these names; they must survive with what they name. */
    private static void syncParent(Path file) throws IOException {
        Path parent = file.getParent();
        if (parent != null) {
            DurableFiles.syncDirectory(parent);
        }
    }

    private void label(SectorRecord sector, SectorId id, SectorTicket ticket, SectorFiles files) throws IOException {
        Files.createDirectories(files.cache());
        var pieces = sector.pieces().stream().map(SectorPiece::piece).toList();
        byte[] output = context.proofs().preCommit1(sector.sealProof(), files, id, ticket.value(), pieces);
        CrashPoints.reach("sector.precommit1.labelled");
        DurableFiles.syncTree(files.cache());
        DurableFiles.syncFile(files.sealed());
        syncParent(files.sealed());
        syncParent(files.cache());
        PhaseOutput.write(files.cache(), PhaseOutput.PRE_COMMIT_1, ticket.value(), output);
    }
}
