package io.adit.market.deal;

import io.adit.core.fil.CommP;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.StateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether a file that has a piece's name is the piece that a deal asks for. The name is the piece CID of version 1, which says
 * nothing about the size: a deal may name the right CID and a size that is a lie, and a sector made from that fails with all
 * the other deals in it.
 */
final class HeldPiece {
    private final StateStore store;
    private final PieceFiles files;

    HeldPiece(StateStore store, PieceFiles files) {
        this.store = store;
        this.files = files;
    }

    /** The size for which the file's CommP was checked; empty where only hashing it tells. */
    private Optional<PaddedSize> checkedSize(PieceInfo piece) {
        return store.read(tx -> tx.pieces().find(piece.commP()))
                .filter(row -> row.file().isPresent())
                .map(PieceRecord::size)
                .or(() -> files.checkedSize(piece));
    }

    /** Why the data that is here is known not to be the piece, without reading it. */
    Optional<String> knownDifference(PieceInfo piece) {
        return checkedSize(piece)
                .filter(size -> !size.equals(piece.size()))
                .map(size -> "the data with the piece CID "
                        + piece.pieceCidV1() + " has a piece size of " + size.bytes() + " bytes, given "
                        + piece.size().bytes());
    }

    /** Why the file is not the piece; it is hashed where nothing is known about it. */
    Optional<String> difference(PieceInfo piece, Path file) throws IOException {
        if (checkedSize(piece).isPresent()) {
            return knownDifference(piece);
        }
        if (Files.size(file) > piece.size().unpadded().bytes()) {
            return Optional.of("the data with the piece CID " + piece.pieceCidV1() + " has " + Files.size(file)
                    + " bytes, more than a piece of " + piece.size().bytes() + " bytes holds");
        }
        var found = hash(file, piece.size());
        return found.equals(piece)
                ? Optional.empty()
                : Optional.of("given " + piece.pieceCidV1() + " with a piece size of "
                        + piece.size().bytes() + " bytes while the data has " + found.pieceCidV1() + " at that size");
    }

    /** The piece of a size that a file's bytes make. */
    static PieceInfo hash(Path file, PaddedSize size) throws IOException {
        var commP = new CommP();
        try (var in = Files.newInputStream(file)) {
            var buffer = new byte[1 << 20];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                commP.update(buffer, 0, n);
            }
            return commP.finish(size);
        } finally {
            commP.abandon();
        }
    }
}
