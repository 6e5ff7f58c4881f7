package io.adit.market.index;

/**
 * The index's size.
 *
 * @param pieces pieces whose blocks can be found
 * @param refused pieces that are not CARs that can be indexed
 * @param unfinished pieces begun or forgotten
 * @param entries blocks of indexed pieces
 * @param storedBytes bytes of the block entries on disk, those of forgotten pieces included
 */
public record IndexStatistics(long pieces, long refused, long unfinished, long entries, long storedBytes) {}
