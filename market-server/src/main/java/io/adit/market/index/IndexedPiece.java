package io.adit.market.index;

import io.adit.core.fil.Commitment;

/**
 * What the index knows of a piece.
 *
 * @param entries blocks written when it was indexed, repeated ones counted each time; 0 in other states
 * @param reason why it was refused; empty in other states
 */
public record IndexedPiece(Commitment piece, PieceState state, long entries, String reason) {}
