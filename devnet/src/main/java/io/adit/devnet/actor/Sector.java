package io.adit.devnet.actor;

import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;

/**
 * A proven sector ({@code SectorOnChainInfo}), without the fields that are always empty since actors v14.
 *
 * @param activation epoch in which it was proven
 * @param powerBaseEpoch epoch from which its present power counts
 * @param flags 1 = SIMPLE_QA_POWER, 2 = FULL_QA_POWER (FIP-0118: ten times the power, whatever it holds)
 * @param dailyFee FIP-0100, attoFIL per proving period
 */
public record Sector(
        long number,
        RegisteredSealProof sealProof,
        Cid sealedCid,
        long activation,
        long expiration,
        BigInteger dealWeight,
        BigInteger verifiedDealWeight,
        BigInteger initialPledge,
        long powerBaseEpoch,
        long flags,
        BigInteger dailyFee) {
    public static final long SIMPLE_QA_POWER = 1;
    public static final long FULL_QA_POWER = 2;
    private static final BigInteger QUALITY = BigInteger.TEN;

    /** Raw and quality-adjusted power. Verified deals are frozen with FIP-0118 and never sold here, so quality is 1 or 10. */
    public Power power() {
        var raw = BigInteger.valueOf(sealProof.sectorSize().bytes());
        return new Power(raw, (flags & FULL_QA_POWER) != 0 ? raw.multiply(QUALITY) : raw);
    }

    /** The same sector with what it pledges and pays. */
    Sector priced(BigInteger pledge, BigInteger fee) {
        return new Sector(
                number,
                sealProof,
                sealedCid,
                activation,
                expiration,
                dealWeight,
                verifiedDealWeight,
                pledge,
                powerBaseEpoch,
                flags,
                fee);
    }

    void encode(CborWriter writer) {
        writer.array(11).uint(number).uint(sealProof.number()).cid(sealedCid);
        writer.integer(activation).integer(expiration);
        writer.bytes(dealWeight.toByteArray()).bytes(verifiedDealWeight.toByteArray());
        writer.bytes(initialPledge.toByteArray()).integer(powerBaseEpoch).uint(flags);
        writer.bytes(dailyFee.toByteArray());
    }
}
