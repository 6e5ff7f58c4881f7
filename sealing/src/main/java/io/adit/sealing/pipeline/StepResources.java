package io.adit.sealing.pipeline;

import io.adit.core.fil.SectorSize;
import io.adit.core.task.Resources;

/**
 * What the heavy steps need. Large sectors: lotus-miner's resource table; up to 512 MiB: measured with
 * filecoin-proofs 19.1 (C2 peaks at 2.8 GiB for 2 KiB and 3.2 GiB for 8 MiB; the others stay under 0.5 GiB). Labelling
 * holds two layers, each as large as the sector, and the worker's own memory beside them.
 */
final class StepResources {

    private static final long GIB = 1L << 30;
    /** A worker's JVM, the library and what passes through while labels are made. */
    private static final long BESIDE_LAYERS = 2 * GIB;

    private StepResources() {}

    static Resources of(SealingStep step, SectorSize size) {
        boolean large = size.bytes() > GIB;
        long factor = large ? size.bytes() / (32 * GIB) : 1;
        return switch (step) {
            case ADD_PIECE -> new Resources(1, large ? 4 * GIB : GIB / 4, 0, 0);
            case PRE_COMMIT_1 -> new Resources(1, large ? 2 * size.bytes() + BESIDE_LAYERS : GIB / 4, 1, 0);
            case PRE_COMMIT_2 -> new Resources(1, large ? 15 * GIB * factor : GIB / 2, 1, 0);
            case COMMIT_1 -> new Resources(1, large ? GIB : GIB / 4, 1, 0);
            case COMMIT_2 -> new Resources(1, large ? 30 * GIB * factor : 3 * GIB, 1, 0);
            // One core hashes what is moved; more moves at once than cores would only slow each other down.
            case FINALIZE -> new Resources(1, GIB / 4, 0, 0);
            default -> Resources.NONE;
        };
    }
}
