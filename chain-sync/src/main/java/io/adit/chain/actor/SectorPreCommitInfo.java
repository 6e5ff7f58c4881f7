package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.List;
import java.util.Optional;

/**
 * The promise to prove one sector (builtin-actors miner {@code SectorPreCommitInfo}).
 *
 * @param sealProof registered seal proof number, unchecked: the actor refuses unknown ones with exit code 16
 * @param sealedCid CommR as a sealed commitment CID
 * @param sealRandEpoch the epoch of the ticket; may be negative on a young chain
 * @param dealIds always empty since network version 29, which refuses others (FIP-0118)
 * @param expiration when the sector is to expire
 * @param unsealedCid CommD; absent for a sector of zeros
 */
public record SectorPreCommitInfo(
        long sealProof,
        SectorNumber sectorNumber,
        Cid sealedCid,
        Epoch sealRandEpoch,
        List<Long> dealIds,
        Epoch expiration,
        Optional<Cid> unsealedCid)
        implements CborRecord {

    public SectorPreCommitInfo {
        dealIds = List.copyOf(dealIds);
    }

    /** Reads the exact CBOR. */
    public static SectorPreCommitInfo fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SectorPreCommitInfo::read);
    }

    static SectorPreCommitInfo read(CborReader reader) {
        reader.array(7);
        return new SectorPreCommitInfo(
                reader.integer(),
                ChainCbor.sectorNumber(reader),
                reader.cid(),
                ChainCbor.epoch(reader),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "deal IDs", CborReader::uint),
                ChainCbor.epoch(reader),
                ChainCbor.optional(reader, CborReader::cid));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(7);
        writer.integer(sealProof);
        writer.uint(sectorNumber.value());
        writer.cid(sealedCid);
        writer.integer(sealRandEpoch.value());
        writer.array(dealIds.size());
        dealIds.forEach(writer::uint);
        writer.integer(expiration.value());
        ChainCbor.optional(writer, unsealedCid, value -> writer.cid(value));
    }
}
