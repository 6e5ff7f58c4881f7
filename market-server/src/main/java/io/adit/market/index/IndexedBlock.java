package io.adit.market.index;

import io.adit.core.ipld.Multihash;

/**
 * One block as found while scanning a piece.
 *
 * @param multihash what the block hashes to
 * @param offset first byte of the block within the piece's payload
 * @param length the block's length in bytes
 */
public record IndexedBlock(Multihash multihash, long offset, int length) {}
