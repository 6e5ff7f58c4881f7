package io.adit.market.deal;

import io.adit.core.config.NodeConfig;
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
 * @param expectedSealing epochs that sealing takes, waiting for its turn included
 * @param minDuration epochs; the market actor's 180 days unless the operator asks for more
 * @param maxDuration epochs; the market actor's 1278 days unless the operator allows less
 * @param maxExpiration epochs from now that a sector may live; the deal must end by then
 * @param maxStagingBytes room for pieces whose sector is not proven yet
 */
public record DealTerms(
        TokenAmount pricePerGibEpoch,
        PaddedSize minPieceSize,
        PaddedSize maxPieceSize,
        SectorSize sectorSize,
        long startBuffer,
        long expectedSealing,
        long minDuration,
        long maxDuration,
        long maxExpiration,
        long maxStagingBytes) {
    /** 180 days, the market actor's least duration of a deal. */
    public static final long CHAIN_MIN_DURATION = 180 * 2880L;

    /** 1278 days, the market actor's longest deal and the furthest expiration of a new sector (FIP-0052). */
    public static final long CHAIN_MAX_DURATION = 1278 * 2880L;

    /**
     * Sealing lets a sector live two days longer than its last deal and asks for two days less than the chain's most, both
     * because the chain moves on between asking and being heard.
     */
    private static final long EXPIRATION_MARGIN = 4 * 2880L;

    private static final long GIB = 1L << 30;

    /** The configured terms within the chain's bounds. */
    public static DealTerms of(NodeConfig.Market market, SectorSize sectorSize) {
        return new DealTerms(
                market.pricePerGibEpoch(),
                new PaddedSize(market.minPieceSize().bytes()),
                new PaddedSize(market.maxPieceSize().bytes()),
                sectorSize,
                market.startBufferEpochs(),
                market.expectedSealEpochs(),
                CHAIN_MIN_DURATION,
                CHAIN_MAX_DURATION,
                CHAIN_MAX_DURATION - EXPIRATION_MARGIN,
                market.stagingBytes());
    }

    /** The largest piece that both the ask and a sector allow. */
    public PaddedSize largestPiece() {
        return new PaddedSize(Math.min(maxPieceSize.bytes(), sectorSize.bytes()));
    }

    /** The least price per epoch for a piece, rounded up. */
    public TokenAmount minPricePerEpoch(long paddedBytes) {
        return pricePerEpoch(pricePerGibEpoch, paddedBytes);
    }

    /** What a piece costs for one epoch, rounded up: a small one would cost nothing otherwise. */
    public static TokenAmount pricePerEpoch(TokenAmount pricePerGibEpoch, long paddedBytes) {
        return pricePerGibEpoch
                .times(paddedBytes)
                .plus(TokenAmount.ofAtto(GIB - 1))
                .dividedBy(GIB);
    }
}
