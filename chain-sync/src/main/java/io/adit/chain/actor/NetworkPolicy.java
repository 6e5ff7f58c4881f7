package io.adit.chain.actor;

import io.adit.core.error.InvalidValueException;
import java.math.BigInteger;
import java.util.OptionalLong;

/**
 * Every rule in which the network versions that Adit knows differ, 28 (actors v18) and 29 (actors v19, FIP-0118), and nothing
 * else. No other code may ask for a version number.
 *
 * @param actorsVersion the actors' major version whose rules these are
 * @param preCommitMayNameDeals up to 28; from 29 a pre-commit with deal IDs is refused, and a deal is activated only by the
 *     notification in ProveCommitSectors3 or ProveReplicaUpdates3 (FIP-0118)
 * @param allocationsAreClaimed up to 28; from 29 DataCap, allocations and claims are frozen, and a verified allocation key is
 *     accepted and ignored (FIP-0118)
 * @param newSectorsHaveFullPower from 29 every new or updated sector counts ten times, whatever it holds (FIP-0118)
 * @param rewardIsSplit from 29 a miner earns only the consensus stream's part of the block reward, which falls from 95% to 50%
 *     (FIP-0118); the reward actor's state says how much now
 */
public record NetworkPolicy(
        long actorsVersion,
        boolean preCommitMayNameDeals,
        boolean allocationsAreClaimed,
        boolean newSectorsHaveFullPower,
        boolean rewardIsSplit) {

    /** Below this the rules are not known. */
    public static final long OLDEST_NETWORK_VERSION = 28;

    /** Above this the rules are taken to be this one's. */
    public static final long NEWEST_NETWORK_VERSION = 29;

    private static final long SOLSTICE_ACTORS = 19;
    private static final BigInteger FULL_POWER_FACTOR = BigInteger.TEN;

    /**
     * The rules of a network version; a version newer than 29 is taken to have 29's.
     *
     * @throws InvalidValueException below 28
     */
    public static NetworkPolicy of(long networkVersion) {
        if (networkVersion < OLDEST_NETWORK_VERSION) {
            throw new InvalidValueException("network version", networkVersion, "28 or later");
        }
        return ofActors(networkVersion - 10);
    }

    /**
     * The rules of a chain that says it has this version and whose miner actors run this code: where the code is known, it
     * decides.
     *
     * @param actorsVersion from {@link ActorCodes#actorsVersion}
     */
    public static NetworkPolicy of(long networkVersion, OptionalLong actorsVersion) {
        return actorsVersion.isPresent() ? of(actorsVersion.getAsLong() + 10) : of(networkVersion);
    }

    private static NetworkPolicy ofActors(long actorsVersion) {
        boolean solstice = actorsVersion >= SOLSTICE_ACTORS;
        return new NetworkPolicy(Math.min(actorsVersion, SOLSTICE_ACTORS), !solstice, !solstice, solstice, solstice);
    }

    /** Flags of a sector that is proven now (FIP-0045, FIP-0118). */
    public long newSectorFlags() {
        return newSectorsHaveFullPower
                ? SectorOnChainInfo.SIMPLE_QA_POWER | SectorOnChainInfo.FULL_QA_POWER
                : SectorOnChainInfo.SIMPLE_QA_POWER;
    }

    /** Quality-adjusted power of a sector without verified data that is proven now. */
    public BigInteger newSectorPower(long sectorBytes) {
        var raw = BigInteger.valueOf(sectorBytes);
        return newSectorsHaveFullPower ? raw.multiply(FULL_POWER_FACTOR) : raw;
    }

    /** Whether the miner actor has the method: 37 came with FIP-0118. */
    public boolean has(MinerMethod method) {
        return method != MinerMethod.UPGRADE_SECTOR_QUALITY || newSectorsHaveFullPower;
    }

    /** Whether the market actor has the method: 5 and 6 went with FIP-0118. */
    public boolean has(MarketMethod method) {
        return switch (method) {
            case VERIFY_DEALS_FOR_ACTIVATION, BATCH_ACTIVATE_DEALS -> preCommitMayNameDeals;
            default -> true;
        };
    }
}
