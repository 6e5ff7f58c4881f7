package io.adit.chain.actor;

import io.adit.core.fil.Epoch;
import java.util.Optional;

/** The upgrades that gave the chain its present rules; the new version holds from the epoch after the upgrade's on. */
public enum NetworkUpgrade {
    TUK_TUK(24, 4_461_240, 2_078_794),
    TEEP(25, 4_878_840, 2_523_454),
    /** End of the ramp of FIP-0081. */
    TOCK(26, 4_878_840 + 90 * 2880, 2_523_454 + 7 * 2880),
    GOLDEN_WEEK(27, 5_348_280, 3_007_294),
    FIRE_HORSE(28, 6_052_800, 3_694_534),
    /** FIP-0118. */
    SOLSTICE(29, 6_470_279, 4_109_133);

    private final long networkVersion;
    private final long mainnet;
    private final long calibnet;

    NetworkUpgrade(long networkVersion, long mainnet, long calibnet) {
        this.networkVersion = networkVersion;
        this.mainnet = mainnet;
        this.calibnet = calibnet;
    }

    /** The network version that it brought. */
    public long networkVersion() {
        return networkVersion;
    }

    /** Its epoch on mainnet. */
    public Epoch mainnet() {
        return new Epoch(mainnet);
    }

    /** Its epoch on the calibration network. */
    public Epoch calibnet() {
        return new Epoch(calibnet);
    }

    /** The upgrade to this version. */
    public static Optional<NetworkUpgrade> to(long networkVersion) {
        for (var upgrade : values()) {
            if (upgrade.networkVersion == networkVersion) {
                return Optional.of(upgrade);
            }
        }
        return Optional.empty();
    }
}
