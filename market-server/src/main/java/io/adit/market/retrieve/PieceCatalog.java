package io.adit.market.retrieve;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.state.StateStore;

/** Which pieces can be served, and from where: the only way from a request to a file. */
@FunctionalInterface
public interface PieceCatalog {
    PieceLookup find(Commitment piece);

    /** The pieces of the state store. */
    static PieceCatalog of(StateStore store) {
        return piece -> {
            var record = store.read(tx -> tx.pieces().find(piece));
            if (record.isEmpty()) {
                return new PieceLookup.Unknown();
            }
            var known = record.get();
            return known.file()
                    .<PieceLookup>map(file -> new PieceLookup.Here(
                            new StoredPiece(new PieceInfo(known.commP(), known.size()), known.rawSize(), file)))
                    .orElseGet(PieceLookup.NoCopy::new);
        };
    }
}
