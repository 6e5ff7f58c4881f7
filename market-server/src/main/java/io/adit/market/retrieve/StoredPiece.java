package io.adit.market.retrieve;

import io.adit.core.fil.PieceInfo;
import java.nio.file.Path;

/**
 * A piece that can be served.
 *
 * @param rawSize bytes of payload; what is served is the payload, not the zeros that fill the piece
 * @param file holds the payload, before Fr32 padding
 * @param offset where the payload begins in it; 0 unless the piece lies in an aggregate
 */
public record StoredPiece(PieceInfo piece, long rawSize, Path file, long offset) {
    /** A piece with a file of its own. */
    public StoredPiece(PieceInfo piece, long rawSize, Path file) {
        this(piece, rawSize, file, 0);
    }
}
