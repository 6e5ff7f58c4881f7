package io.adit.market.retrieve;

import io.adit.core.fil.PieceInfo;
import java.nio.file.Path;

/**
 * A piece that can be served.
 *
 * @param rawSize bytes of payload; what is served is the payload, not the zeros that fill the piece
 * @param file begins with the payload, before Fr32 padding
 */
public record StoredPiece(PieceInfo piece, long rawSize, Path file) {}
