package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;

/**
 * What the chain keeps of a pre-committed sector until it is proven or given up.
 *
 * @param preCommitDeposit locked until proven; burnt if it never is
 * @param preCommitEpoch the seed is drawn PreCommitChallengeDelay epochs later
 */
public record SectorPreCommitOnChainInfo(SectorPreCommitInfo info, TokenAmount preCommitDeposit, Epoch preCommitEpoch)
        implements CborRecord {

    /** Reads the exact CBOR. */
    public static SectorPreCommitOnChainInfo fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SectorPreCommitOnChainInfo::read);
    }

    static SectorPreCommitOnChainInfo read(CborReader reader) {
        reader.array(3);
        return new SectorPreCommitOnChainInfo(
                SectorPreCommitInfo.read(reader), ChainCbor.tokenAmount(reader), ChainCbor.epoch(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(3);
        info.writeTo(writer);
        writer.bytes(preCommitDeposit.cborBytes());
        writer.integer(preCommitEpoch.value());
    }
}
