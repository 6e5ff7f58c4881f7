package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;

/**
 * One sector of a non-interactive commit (FIP-0092).
 *
 * @param sealingNumber the number that went into the replica ID
 * @param sealerId the miner itself
 * @param sealRandEpoch ticket epoch
 */
public record SectorNIActivationInfo(
        SectorNumber sealingNumber,
        ActorId sealerId,
        Cid sealedCid,
        SectorNumber sectorNumber,
        Epoch sealRandEpoch,
        Epoch expiration)
        implements CborRecord {

    /** Reads the exact CBOR. */
    public static SectorNIActivationInfo fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SectorNIActivationInfo::read);
    }

    static SectorNIActivationInfo read(CborReader reader) {
        reader.array(6);
        return new SectorNIActivationInfo(
                ChainCbor.sectorNumber(reader),
                new ActorId(reader.uint()),
                reader.cid(),
                ChainCbor.sectorNumber(reader),
                ChainCbor.epoch(reader),
                ChainCbor.epoch(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(6);
        writer.uint(sealingNumber.value());
        writer.uint(sealerId.value());
        writer.cid(sealedCid);
        writer.uint(sectorNumber.value());
        writer.integer(sealRandEpoch.value());
        writer.integer(expiration.value());
    }
}
