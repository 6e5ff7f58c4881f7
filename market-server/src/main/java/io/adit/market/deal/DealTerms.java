package io.adit.market.deal;

import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;

/**
 * What this provider takes.
 *
 * @param pricePerGibEpoch attoFIL per GiB of padded piece and epoch
 * @param minPieceSize smallest padded piece
 * @param maxPieceSize largest padded piece
 * @param sectorSize no piece is larger than a sector
 * @param startBuffer epochs that transfer, publishing and sealing may take; a deal must not start earlier than this from
 *     now
 * @param minDuration epochs; the market actor's 180 days unless the operator asks for more
 * @param maxDuration epochs; the market actor's 1278 days unless the operator allows less
 * @param maxStagingBytes room for pieces on their way to a sector
 */
public record DealTerms(
        TokenAmount pricePerGibEpoch,
        PaddedSize minPieceSize,
        PaddedSize maxPieceSize,
        SectorSize sectorSize,
        long startBuffer,
        long minDuration,
        long maxDuration,
        long maxStagingBytes) {
    private static final long GIB = 1L << 30;

    /** The least price per epoch for a piece, rounded up. */
    public TokenAmount minPricePerEpoch(long paddedBytes) {
        return pricePerGibEpoch
                .times(paddedBytes)
                .plus(TokenAmount.ofAtto(GIB - 1))
                .dividedBy(GIB);
    }
}
