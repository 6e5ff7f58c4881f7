package io.adit.market.client;

import io.adit.core.fil.PieceInfo;
import io.adit.core.ipld.Cid;
import java.nio.file.Path;

/**
 * A file made ready for a deal.
 *
 * @param car the CAR that the provider fetches
 * @param root the file's root CID: the name under which anyone can ask for it
 * @param piece CommP of the CAR, computed by the client, and its padded size
 * @param carSize the CAR's length in bytes
 */
public record PackedPiece(Path car, Cid root, PieceInfo piece, long carSize) {}
