package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * What the chain keeps of a proven sector (layout since actors v16: 16 fields; a sector untouched since before FIP-0100 has 15
 * and no daily fee).
 *
 * @param sealProof registered seal proof number
 * @param sealedCid CommR
 * @param activation when the proof was accepted
 * @param dealWeight bytes times epochs of deals
 * @param verifiedDealWeight bytes times epochs of data with ten times the power, before FIP-0118
 * @param expectedDayReward unused since actors v16
 * @param expectedStoragePledge unused since actors v16
 * @param powerBaseEpoch when the power was last reckoned
 * @param replacedDayReward unused since actors v16
 * @param sectorKeyCid the sealed CID before the first replica update
 * @param flags {@link #SIMPLE_QA_POWER}, {@link #FULL_QA_POWER}
 * @param dailyFee charged by the deadline's cron (FIP-0100)
 */
public record SectorOnChainInfo(
        SectorNumber sectorNumber,
        long sealProof,
        Cid sealedCid,
        List<Long> deprecatedDealIds,
        Epoch activation,
        Epoch expiration,
        BigInteger dealWeight,
        BigInteger verifiedDealWeight,
        TokenAmount initialPledge,
        Optional<TokenAmount> expectedDayReward,
        Optional<TokenAmount> expectedStoragePledge,
        Epoch powerBaseEpoch,
        Optional<TokenAmount> replacedDayReward,
        Optional<Cid> sectorKeyCid,
        long flags,
        TokenAmount dailyFee)
        implements CborRecord {

    /** Power reckoned as FIP-0045 says. */
    public static final long SIMPLE_QA_POWER = 1;

    /** Ten times the raw power whatever the sector holds (FIP-0118). */
    public static final long FULL_QA_POWER = 2;

    public SectorOnChainInfo {
        deprecatedDealIds = List.copyOf(deprecatedDealIds);
    }

    /** Reads the exact CBOR. */
    public static SectorOnChainInfo fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, SectorOnChainInfo::read);
    }

    static SectorOnChainInfo read(CborReader reader) {
        boolean hasDailyFee = ChainCbor.arrayOf(reader, 15, 16) == 16;
        return new SectorOnChainInfo(
                ChainCbor.sectorNumber(reader),
                reader.integer(),
                reader.cid(),
                ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "deal IDs", CborReader::uint),
                ChainCbor.epoch(reader),
                ChainCbor.epoch(reader),
                ChainCbor.bigInteger(reader),
                ChainCbor.bigInteger(reader),
                ChainCbor.tokenAmount(reader),
                ChainCbor.optional(reader, ChainCbor::tokenAmount),
                ChainCbor.optional(reader, ChainCbor::tokenAmount),
                ChainCbor.epoch(reader),
                ChainCbor.optional(reader, ChainCbor::tokenAmount),
                ChainCbor.optional(reader, CborReader::cid),
                reader.uint(),
                hasDailyFee ? ChainCbor.tokenAmount(reader) : TokenAmount.ZERO);
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(16).uint(sectorNumber.value()).integer(sealProof).cid(sealedCid);
        writer.array(deprecatedDealIds.size());
        deprecatedDealIds.forEach(writer::uint);
        writer.integer(activation.value()).integer(expiration.value());
        writer.bytes(ChainCbor.bigIntegerBytes(dealWeight)).bytes(ChainCbor.bigIntegerBytes(verifiedDealWeight));
        writer.bytes(initialPledge.cborBytes());
        ChainCbor.optional(writer, expectedDayReward, value -> writer.bytes(value.cborBytes()));
        ChainCbor.optional(writer, expectedStoragePledge, value -> writer.bytes(value.cborBytes()));
        writer.integer(powerBaseEpoch.value());
        ChainCbor.optional(writer, replacedDayReward, value -> writer.bytes(value.cborBytes()));
        ChainCbor.optional(writer, sectorKeyCid, writer::cid);
        writer.uint(flags).bytes(dailyFee.cborBytes());
    }

    /** Whether it counts ten times whatever it holds (FIP-0118). */
    public boolean hasFullQualityPower() {
        return (flags & FULL_QA_POWER) != 0;
    }
}
