package io.adit.sealing.pipeline;

import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.PieceTree;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.UnpaddedSize;
import io.adit.core.state.SectorPiece;
import io.adit.core.state.SectorRecord;
import io.adit.core.task.CrashPoints;
import io.adit.core.task.Outcome;
import io.adit.core.task.Resources;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.core.task.TaskErrorCode;
import io.adit.sealing.SealingError;
import io.adit.sealing.storage.DurableFiles;
import io.adit.sealing.storage.Reservation;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.StoragePath.Purpose;
import io.adit.sealing.storage.StoragePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * Writes all pieces of a closed sector, padding included, into its unsealed file. The file is written whole under a
 * temporary name, each piece's commitment is compared with the deal's, and only then it gets its name; so a file with
 * that name and the sector's size is known to be right.
 */
final class AddPieceTask extends SectorTask {

    private final SectorAssignment assignment;

    AddPieceTask(SealingContext context, SealingMetrics metrics, SectorAssignment assignment) {
        super(context, SealingStep.ADD_PIECE, metrics);
        this.assignment = assignment;
    }

    @Override
    public Resources needs(Task task) {
        return StepResources.of(SealingStep.ADD_PIECE, context.settings().sectorSize());
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) throws IOException {
        var miner = id.miner().address();
        var seen = context.node().chainHead();
        var head = seen.key();
        assignment.seen(seen.height());
        if (context.node().stateMinerSectorAllocated(miner, sector.number(), head)) {
            var allocated = context.node().stateMinerAllocated(miner, head);
            return Outcome.done(tx -> assignment.renumber(tx, sector, allocated));
        }
        Optional<Path> written = context.paths().find(id, SectorFileType.UNSEALED);
        if (written.isEmpty()
                || Files.size(written.get()) != context.settings().sectorSize().bytes()) {
            context.paths().quarantine(id, SectorFileType.UNSEALED);
            write(sector, id, task);
        }
        List<PieceInfo> pieces =
                sector.pieces().stream().map(SectorPiece::piece).toList();
        Commitment commD =
                PieceTree.commD(pieces, context.settings().sectorSize().padded());
        return context.next(sector.number(), SealingStep.TICKET, current -> current.withCommD(Optional.of(commD)));
    }

    private void write(SectorRecord sector, SectorId id, TaskContext task) throws IOException {
        try (Reservation space = context.paths()
                .reserve(id, context.settings().sectorSize(), EnumSet.of(SectorFileType.UNSEALED), Purpose.SEALING)) {
            Path temporary =
                    space.path(SectorFileType.UNSEALED).unfinished(id, SectorFileType.UNSEALED, StoragePaths.WRITING);
            DurableFiles.deleteTree(temporary);
            var existing = new ArrayList<UnpaddedSize>();
            for (SectorPiece piece : sector.pieces()) {
                task.progress("piece " + (existing.size() + 1) + " of "
                        + sector.pieces().size());
                addPiece(sector, piece, temporary, existing);
                existing.add(piece.piece().size().unpadded());
                CrashPoints.reach("sector.addpiece.piece");
            }
            requireOwned(task);
            DurableFiles.publish(temporary, space.file(SectorFileType.UNSEALED));
        }
    }

    private void addPiece(SectorRecord sector, SectorPiece piece, Path staged, List<UnpaddedSize> existing)
            throws IOException {
        Optional<Path> source = Optional.empty();
        if (piece.deal().isPresent()) {
            source = Optional.of(sourceOf(sector, piece));
        }
        PieceInfo written = context.proofs()
                .addPiece(sector.sealProof(), source, piece.piece().size().unpadded(), staged, List.copyOf(existing));
        if (!written.equals(piece.piece())) {
            throw new AditException(
                    SealingError.PIECE_DIFFERS,
                    "writing piece " + piece.piece().pieceCidV1() + " into sector "
                            + sector.number().value() + ": the bytes of "
                            + source.map(Path::toString).orElse("zeroes") + " give " + written.pieceCidV1());
        }
    }

    private Path sourceOf(SectorRecord sector, SectorPiece piece) throws IOException {
        var note = context.store()
                .read(tx -> piece.deal().flatMap(deal -> DealNotes.find(tx, deal)))
                .orElseThrow(() -> new AditException(
                        SealingError.PIECE_FILE_MISSING,
                        "sector " + sector.number().value() + " names a deal that sealing has no note of"));
        if (!Files.isRegularFile(note.file()) || Files.size(note.file()) != note.rawSize()) {
            throw new AditException(
                    SealingError.PIECE_FILE_MISSING,
                    "sector " + sector.number().value() + ": " + note.file() + " is not a file of " + note.rawSize()
                            + " bytes; fetch the deal's data again and retry the sector");
        }
        return note.file();
    }

    private static void requireOwned(TaskContext task) {
        if (!task.stillOwned()) {
            throw new AditException(
                    TaskErrorCode.TASK_LEASE_LOST, "publishing the unsealed file: another engine took the task over");
        }
    }
}
