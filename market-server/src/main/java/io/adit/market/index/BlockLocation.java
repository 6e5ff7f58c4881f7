package io.adit.market.index;

import io.adit.core.fil.Commitment;

/**
 * Where a block's bytes lie.
 *
 * @param piece CommP of the piece that holds it
 * @param offset first byte of the block within the piece's payload, in bytes before Fr32 padding
 * @param length the block's length in bytes
 */
public record BlockLocation(Commitment piece, long offset, int length) {}
