package io.adit.devnet.chain;

import io.adit.chain.actor.NetworkPolicy;
import io.adit.core.fil.SectorSize;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.devnet.policy.ChainPolicy;
import java.time.Duration;
import java.time.Instant;

/**
 * What a chain is from its first block on; a log that was begun with other settings is not continued, see
 * {@link #continuing}.
 *
 * @param policy windows and block time; only the block time may change between runs
 * @param sectorSize of the block producers' own miners; providers may choose any size the devnet has
 * @param networkVersion 28 or 29
 * @param genesisTime timestamp of the genesis block, whole seconds
 * @param seed secret from which the faucet's, the producers' and the beacon's keys are derived, 32 bytes
 */
public record ChainSettings(
        ChainPolicy policy, SectorSize sectorSize, long networkVersion, Instant genesisTime, byte[] seed) {
    /** EIP-155 chain ID of Lotus development networks. */
    public static final long CHAIN_ID = 31_415_926;

    public static final String NETWORK_NAME = "adit-devnet";
    private static final int MAX_NAME = 32;
    private static final int SEED_LENGTH = 32;

    public ChainSettings {
        if (networkVersion != 28 && networkVersion != 29) {
            throw new IllegalArgumentException("network version " + networkVersion + ": the devnet knows 28 and 29");
        }
        if (sectorSize != SectorSize.KIB_2 && sectorSize != SectorSize.MIB_8) {
            throw new IllegalArgumentException("sector size " + sectorSize + ": the devnet knows 2 KiB and 8 MiB");
        }
        if (seed.length != SEED_LENGTH) {
            throw new IllegalArgumentException("the seed must be of 32 bytes, not " + seed.length);
        }
        seed = seed.clone();
    }

    @Override
    public byte[] seed() {
        return seed.clone();
    }

    /** The rules of the network version. */
    public NetworkPolicy rules() {
        return NetworkPolicy.of(networkVersion);
    }

    byte[] toCbor() {
        return new CborWriter()
                .array(6)
                .text(policy.name())
                .uint(policy.blockTime().toMillis())
                .uint(sectorSize.bytes())
                .uint(networkVersion)
                .uint(genesisTime.getEpochSecond())
                .bytes(seed)
                .toByteArray();
    }

    static ChainSettings fromCbor(byte[] cbor) {
        var reader = new CborReader(cbor);
        reader.array(6);
        var policy = ChainPolicy.named(reader.text(MAX_NAME)).withBlockTime(Duration.ofMillis(reader.uint()));
        return new ChainSettings(
                policy,
                SectorSize.ofBytes(reader.uint()),
                reader.uint(),
                Instant.ofEpochSecond(reader.uint()),
                reader.bytes(SEED_LENGTH));
    }

    /**
     * These settings for a chain that exists: its own, with this block time.
     *
     * @throws IllegalArgumentException when policy, sector size or network version are not those of the chain
     */
    public ChainSettings continuing(ChainSettings begun) {
        requireSame("policy", begun.policy.name(), policy.name());
        requireSame("sector size", begun.sectorSize, sectorSize);
        requireSame("network version", begun.networkVersion, networkVersion);
        return new ChainSettings(policy, begun.sectorSize, begun.networkVersion, begun.genesisTime, begun.seed);
    }

    private static void requireSame(String what, Object begun, Object wanted) {
        if (!begun.equals(wanted)) {
            throw new IllegalArgumentException("this chain was begun with " + what + " " + begun
                    + " and cannot go on with " + wanted + "; leave the option away or begin with an empty directory");
        }
    }

    /** Seconds between two epochs, rounded up: what Lotus's whole-second fields can say. */
    public long blockDelaySeconds() {
        return Math.ceilDiv(policy.blockTime().toMillis(), 1_000L);
    }
}
