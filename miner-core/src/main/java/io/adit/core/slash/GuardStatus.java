package io.adit.core.slash;

import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import java.util.Optional;

/**
 * How a guard stands.
 *
 * @param doubt why it permits nothing; empty when it does
 * @param detail more about the doubt, for the operator; may be empty
 * @param highWater the last epoch of a block that is or may be signed; -1 for none
 * @param floor the last epoch at which blocks may be signed that the log does not know; -1 for none
 * @param blocks how many signed blocks it knows
 * @param conflicts epochs with two different signed blocks: faults that are committed
 */
public record GuardStatus(
        Address miner,
        Optional<Doubt> doubt,
        String detail,
        Epoch highWater,
        Epoch floor,
        int blocks,
        long conflicts) {}
