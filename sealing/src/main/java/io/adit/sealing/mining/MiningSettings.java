package io.adit.sealing.mining;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.Optional;

/**
 * What the network and the operator decide about making blocks.
 *
 * @param miner ID address
 * @param sectorSize the size of the miner's sectors
 * @param blockDelay between two epochs; whole seconds
 * @param propagationDelay after an epoch's time, until its blocks are taken to have come: then parents are chosen
 * @param equivocationDelay after the parents were chosen, until those of them that somebody made twice are taken out again
 * @param clockTolerance how far the wall clock may be behind the head, or be set at once, before no blocks are made
 * @param mostNullRounds how old the head may be, in epochs, before no blocks are made on it: an older one means that the
 *     node is not synced or the clock is wrong, and a block signed for a far epoch bars all epochs before it
 * @param readTimeout how long a challenged sector's files may take to answer
 * @param standIn a miner whose worker's key the full node's wallet has, in whose name the node makes our blocks; empty
 *     where the wallet has our own worker's key, or the node gives blocks without a signature
 */
@RecordBuilder
public record MiningSettings(
        Address miner,
        SectorSize sectorSize,
        Duration blockDelay,
        Duration propagationDelay,
        Duration equivocationDelay,
        Duration clockTolerance,
        long mostNullRounds,
        Duration readTimeout,
        Optional<Address> standIn)
        implements MiningSettingsBuilder.With {

    /** Times in order. */
    public MiningSettings {
        if (blockDelay.toSeconds() < 1) {
            throw new InvalidValueException("block delay", blockDelay, "at least 1 s");
        }
        if (propagationDelay.isNegative()
                || equivocationDelay.isNegative()
                || propagationDelay.plus(equivocationDelay).compareTo(blockDelay) >= 0) {
            throw new InvalidValueException(
                    "propagation and equivocation delay",
                    propagationDelay + " and " + equivocationDelay,
                    "together below the block delay of " + blockDelay);
        }
        if (mostNullRounds < 0) {
            throw new InvalidValueException("most null rounds", mostNullRounds, "not negative");
        }
    }

    /**
     * Lotus's proportions for a block delay: on mainnet 10 s and 2 s of 30 s, on its 2 KiB networks 1 s and none of 4 s.
     * Ten null rounds in a row do not happen on mainnet by chance (e^-50).
     */
    public static MiningSettings of(Address miner, SectorSize sectorSize, Duration blockDelay) {
        return new MiningSettings(
                miner,
                sectorSize,
                blockDelay,
                blockDelay.dividedBy(3),
                Duration.ofSeconds(blockDelay.toSeconds() / 15),
                Duration.ofSeconds(1),
                10,
                Duration.ofSeconds(10),
                Optional.empty());
    }
}
