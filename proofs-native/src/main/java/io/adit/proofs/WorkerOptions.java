package io.adit.proofs;

import io.adit.core.error.InvalidValueException;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * How worker processes are run.
 *
 * @param directory working directories of the workers; owned by this node alone
 * @param sealingWorkers processes in the sealing lane; each uses every core and, at C2, gigabytes
 * @param windowWorkers processes that make window proofs; each has its own copy of the parameters in memory
 * @param sealingNiceness how far sealing steps back behind window PoSt and the node itself, 0 to 19
 * @param maxAttempts tries of one call before a dying or panicking worker becomes an error
 * @param startLimit how long a worker may take until it is ready
 * @param maxHeap heap of a worker's JVM, as {@code -Xmx} takes it; native memory is not counted
 * @param limits time limits that differ from {@link ProofOperation#defaultLimit()}
 */
@RecordBuilder
public record WorkerOptions(
        Path directory,
        NativeLibrary library,
        ProofSettings settings,
        int sealingWorkers,
        int windowWorkers,
        int sealingNiceness,
        int maxAttempts,
        Duration startLimit,
        String maxHeap,
        Map<ProofOperation, Duration> limits)
        implements WorkerOptionsBuilder.With {

    public WorkerOptions {
        if (sealingWorkers < 1 || sealingWorkers > 64) {
            throw new InvalidValueException("sealing workers", sealingWorkers, "1 to 64");
        }
        if (windowWorkers < 1 || windowWorkers > 16) {
            throw new InvalidValueException("window proof workers", windowWorkers, "1 to 16");
        }
        if (sealingNiceness < 0 || sealingNiceness > 19) {
            throw new InvalidValueException("sealing niceness", sealingNiceness, "0 to 19");
        }
        if (maxAttempts < 1 || maxAttempts > 10) {
            throw new InvalidValueException("attempts of a proof call", maxAttempts, "1 to 10");
        }
        limits = Map.copyOf(limits);
    }

    /** One sealing worker that gives way to everything else, three attempts, a minute to start. */
    public static WorkerOptions of(Path directory, NativeLibrary library, ProofSettings settings) {
        return new WorkerOptions(
                directory.toAbsolutePath(), library, settings, 1, 1, 10, 3, Duration.ofMinutes(1), "1g", Map.of());
    }

    /** With another time limit for one kind of call. */
    public WorkerOptions withLimit(ProofOperation operation, Duration limit) {
        var more = new EnumMap<ProofOperation, Duration>(ProofOperation.class);
        more.putAll(limits);
        more.put(operation, limit);
        return withLimits(more);
    }

    Duration limit(ProofOperation operation) {
        return limits.getOrDefault(operation, operation.defaultLimit());
    }

    int workers(WorkerLane lane) {
        return switch (lane) {
            case SEALING -> sealingWorkers;
            case POST -> windowWorkers;
            default -> 1;
        };
    }
}
