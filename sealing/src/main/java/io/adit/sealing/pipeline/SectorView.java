package io.adit.sealing.pipeline;

import io.adit.core.state.SectorRecord;
import io.adit.core.task.Task;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One sector as the operator sees it.
 *
 * @param record everything remembered of it, the last error included
 * @param step the sealing step that is pending or running; empty once the sector is proving
 * @param files its files, where they lie now
 */
public record SectorView(SectorRecord record, Optional<Pending> step, List<Path> files) {

    /**
     * A step that is not done.
     *
     * @param step which
     * @param task its state, attempts and what it waits for
     */
    public record Pending(SealingStep step, Task task) {}
}
