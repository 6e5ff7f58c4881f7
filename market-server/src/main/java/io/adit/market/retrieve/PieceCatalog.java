package io.adit.market.retrieve;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import java.util.Optional;

/** Which pieces can be served, and from where: the only way from a request to a file. */
@FunctionalInterface
public interface PieceCatalog {
    PieceLookup find(Commitment piece);

    /** The pieces of the state store. */
    static PieceCatalog of(StateStore store) {
        return piece -> {
            var record = store.read(tx -> tx.pieces().find(piece));
            var own = record.flatMap(known -> known.file()
                    .<PieceLookup>map(file -> new PieceLookup.Here(
                            new StoredPiece(new PieceInfo(known.commP(), known.size()), known.rawSize(), file))));
            return own.or(() -> store.read(tx -> inAggregate(tx, piece)))
                    .orElseGet(() -> record.isPresent() ? new PieceLookup.NoCopy() : new PieceLookup.Unknown());
        };
    }

    /** A piece that lies in another one: there as long as one of those is. */
    private static Optional<PieceLookup> inAggregate(Tx tx, Commitment piece) {
        var here = tx.subPieces()
                .findStored(piece)
                .flatMap(place -> tx.pieces()
                        .find(place.parent())
                        .flatMap(PieceRecord::file)
                        .<PieceLookup>map(file -> new PieceLookup.Here(
                                new StoredPiece(place.piece(), place.rawSize(), file, place.offset()))));
        return here.or(() -> tx.subPieces().find(piece, 1).stream().findFirst().map(place -> new PieceLookup.NoCopy()));
    }
}
