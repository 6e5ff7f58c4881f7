package io.adit.chain.node;

import io.adit.core.fil.Epoch;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;

/**
 * What the node was built for (Lotus {@code api.NetworkParams}).
 *
 * @param blockDelaySeconds seconds between epochs
 * @param consensusMinerMinPower bytes of power a miner needs to win blocks
 * @param preCommitChallengeDelay epochs between a pre-commit and its seed
 * @param forkUpgradeParams upgrade heights by Lotus's name of the upgrade
 * @param eip155ChainId Ethereum chain ID; 314 is mainnet
 * @param genesisTimestamp seconds since 1970 of epoch 0
 */
public record NetworkParams(
        String networkName,
        long blockDelaySeconds,
        BigInteger consensusMinerMinPower,
        long preCommitChallengeDelay,
        Map<String, Epoch> forkUpgradeParams,
        long eip155ChainId,
        long genesisTimestamp) {

    public NetworkParams {
        forkUpgradeParams = Map.copyOf(forkUpgradeParams);
    }

    /** When an epoch begins by the clock. */
    public Instant timeOf(Epoch epoch) {
        return Instant.ofEpochSecond(
                Math.addExact(genesisTimestamp, Math.multiplyExact(epoch.value(), blockDelaySeconds)));
    }

    /** The epoch that it is at a time; negative before genesis. */
    public Epoch epochAt(Instant time) {
        return new Epoch(Math.floorDiv(time.getEpochSecond() - genesisTimestamp, blockDelaySeconds));
    }
}
