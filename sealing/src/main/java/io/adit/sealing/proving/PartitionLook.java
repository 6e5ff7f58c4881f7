package io.adit.sealing.proving;

import io.adit.chain.node.Partition;
import io.adit.core.error.AditException;
import io.adit.sealing.SealingError;
import java.util.List;
import java.util.Optional;

/**
 * What the full node says of a deadline's partitions.
 *
 * @param doubt why the answer cannot be all, if it cannot: sectors that the chain had there are in it no more
 */
record PartitionLook(long deadline, List<Partition> partitions, Optional<Doubt> doubt) {

    /**
     * Sectors are missing.
     *
     * @param partitions those that they are missing from, as far as that is known
     * @param words what is missing, and what speaks for or against it
     */
    record Doubt(List<Long> partitions, String words) {}

    /**
     * To be called when everything was done that could be done with the answer.
     *
     * @throws AditException {@code PARTITIONS_DOUBTED}
     */
    void requireWhole() {
        if (doubt.isPresent()) {
            throw new AditException(
                    SealingError.PARTITIONS_DOUBTED,
                    "looking at the partitions of deadline " + deadline + ": "
                            + doubt.get().words());
        }
    }
}
