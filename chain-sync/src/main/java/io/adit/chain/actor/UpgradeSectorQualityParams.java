package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * Parameters of {@link MinerMethod#UPGRADE_SECTOR_QUALITY} (FIP-0118, from network version 29): all or nothing.
 */
public record UpgradeSectorQualityParams(List<SectorQualityUpgrade> upgrades) implements CborRecord {

    public UpgradeSectorQualityParams {
        upgrades = List.copyOf(upgrades);
    }

    /** Reads the exact CBOR. */
    public static UpgradeSectorQualityParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, UpgradeSectorQualityParams::read);
    }

    static UpgradeSectorQualityParams read(CborReader reader) {
        reader.array(1);
        return new UpgradeSectorQualityParams(
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "upgrades", SectorQualityUpgrade::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        ChainCbor.list(writer, upgrades);
    }
}
