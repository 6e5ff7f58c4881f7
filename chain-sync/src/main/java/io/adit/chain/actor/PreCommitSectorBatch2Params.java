package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * Parameters of {@link MinerMethod#PRE_COMMIT_SECTOR_BATCH2}. No return value. The value of the message covers the
 * deposits.
 *
 * @param sectors 1 to 256 on present networks
 */
public record PreCommitSectorBatch2Params(List<SectorPreCommitInfo> sectors) implements CborRecord {

    public PreCommitSectorBatch2Params {
        sectors = List.copyOf(sectors);
    }

    /** Reads the exact CBOR. */
    public static PreCommitSectorBatch2Params fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, PreCommitSectorBatch2Params::read);
    }

    static PreCommitSectorBatch2Params read(CborReader reader) {
        reader.array(1);
        return new PreCommitSectorBatch2Params(
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "sectors", SectorPreCommitInfo::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(1);
        ChainCbor.list(writer, sectors);
    }
}
