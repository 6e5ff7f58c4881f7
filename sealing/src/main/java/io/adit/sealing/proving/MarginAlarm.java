package io.adit.sealing.proving;

import io.adit.core.fil.Epoch;
import java.util.Optional;

/**
 * A partition that the chain has no proof of although its window is open and soon closes.
 *
 * @param close first epoch at which no proof is accepted any more
 * @param epochsLeft epochs from the head to that one
 * @param phase how far this node is with it, where it has begun
 * @param note what went wrong last, in words; may be empty
 */
public record MarginAlarm(
        long deadline,
        long partition,
        Epoch close,
        long epochsLeft,
        Optional<PartitionProof.Phase> phase,
        String note) {}
