package io.adit.sealing.pipeline;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.SectorId;
import io.adit.core.state.SectorRecord;
import io.adit.core.task.CrashPoints;
import io.adit.core.task.Outcome;
import io.adit.core.task.Resources;
import io.adit.core.task.Task;
import io.adit.core.task.TaskContext;
import io.adit.proofs.SealedCommitments;
import io.adit.proofs.SectorFiles;
import io.adit.sealing.SealingError;
import io.adit.sealing.storage.DurableFiles;
import io.adit.sealing.storage.SectorFileType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** PC2: encodes the replica and builds its trees, giving CommR. Needs PC1's output and the unsealed file. */
final class PreCommit2Task extends SectorTask {

    PreCommit2Task(SealingContext context, SealingMetrics metrics) {
        super(context, SealingStep.PRE_COMMIT_2, metrics);
    }

    @Override
    public Resources needs(Task task) {
        return StepResources.of(SealingStep.PRE_COMMIT_2, context.settings().sectorSize());
    }

    @Override
    Outcome run(SectorRecord sector, SectorId id, TaskContext task) throws IOException {
        Optional<Path> cache = context.paths().find(id, SectorFileType.CACHE);
        if (sector.ticket().isEmpty() || cache.isEmpty()) {
            return context.next(sector.number(), SealingStep.TICKET, current -> current);
        }
        Randomness ticket = sector.ticket().get().value();
        Optional<byte[]> phase1 = PhaseOutput.read(cache.get(), PhaseOutput.PRE_COMMIT_1, ticket);
        if (phase1.isEmpty()) {
            return context.next(sector.number(), SealingStep.PRE_COMMIT_1, current -> current);
        }
        SealedCommitments sealed = seal(id, cache.get(), ticket, phase1.get());
        if (!sector.commD().equals(Optional.of(sealed.commD()))) {
            return new Outcome.Park(
                    SealingError.COMMD_DIFFERS,
                    "the sealed data's commitment is " + sealed.commD() + ", the pieces give "
                            + sector.commD().map(Commitment::toString).orElse("none"));
        }
        return context.next(
                sector.number(),
                SealingStep.PRE_COMMIT_SEND,
                current -> current.withCommR(Optional.of(sealed.commR())));
    }

    private SealedCommitments seal(SectorId id, Path cache, Randomness ticket, byte[] phase1) throws IOException {
        Optional<byte[]> known = PhaseOutput.read(cache, PhaseOutput.PRE_COMMIT_2, ticket);
        if (known.isPresent()) {
            return decode(known.get());
        }
        var files = new SectorFiles(
                context.paths().require(id, SectorFileType.UNSEALED),
                context.paths().require(id, SectorFileType.SEALED),
                cache);
        SealedCommitments sealed = context.proofs().preCommit2(phase1, files);
        CrashPoints.reach("sector.precommit2.sealed");
        DurableFiles.syncTree(cache);
        DurableFiles.syncFile(files.sealed());
        PhaseOutput.write(cache, PhaseOutput.PRE_COMMIT_2, ticket, encode(sealed));
        return sealed;
    }

    private static byte[] encode(SealedCommitments sealed) {
        byte[] both = Arrays.copyOf(sealed.commR().bytes(), 2 * Commitment.LENGTH);
        System.arraycopy(sealed.commD().bytes(), 0, both, Commitment.LENGTH, Commitment.LENGTH);
        return both;
    }

    private static SealedCommitments decode(byte[] both) {
        return new SealedCommitments(
                Commitment.of(Arrays.copyOf(both, Commitment.LENGTH)),
                Commitment.of(Arrays.copyOfRange(both, Commitment.LENGTH, 2 * Commitment.LENGTH)));
    }
}
