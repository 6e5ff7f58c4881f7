package io.adit.sealing.proving;

import io.adit.core.fil.Epoch;
import java.util.Optional;

/**
 * A partition that the chain has no proof of although its window is open and soon closes, or that the full node no longer knows
 * of although it did before.
 *
 * @param close first epoch at which no proof is accepted any more
 * @param epochsLeft epochs from the head, or by the clock, to that one; 0 when it has passed
 * @param phase how far this node is with it, where it has begun
 * @param note what went wrong last, in words; may be empty
 */
public record MarginAlarm(
        long deadline,
        long partition,
        Epoch close,
        long epochsLeft,
        Optional<PartitionProof.Phase> phase,
        String note) {
    /** In words. */
    public String sentence() {
        return "%s to prove deadline %d partition %d before epoch %s (phase %s): %s"
                .formatted(
                        epochsLeft > 0 ? "only " + epochsLeft + " epochs left" : "no time left",
                        deadline,
                        partition,
                        close,
                        phase.map(Enum::name).orElse("not begun"),
                        note.isEmpty() ? "no failure is known" : note);
    }
}
