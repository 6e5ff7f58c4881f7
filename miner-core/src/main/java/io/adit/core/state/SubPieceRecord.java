package io.adit.core.state;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;

/**
 * A piece that lies inside an aggregate (FRC-0058).
 *
 * @param parent the aggregate's commitment
 * @param position its number in the aggregate's index, from 0
 * @param rawSize bytes of its payload
 * @param offset where its payload begins in the aggregate's, in bytes before Fr32 padding
 * @param car whether its payload is a CAR whose blocks are to be found
 */
public record SubPieceRecord(
        Commitment parent, int position, PieceInfo piece, long rawSize, long offset, boolean car) {}
