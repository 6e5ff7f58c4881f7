package io.adit.core.state;

import io.adit.core.fil.Commitment;
import java.util.List;
import java.util.Optional;

/** Pieces inside aggregates. */
public interface SubPieceTable {
    /** Says what an aggregate holds; said again of the same aggregate, the first time counts. */
    void insertIfAbsent(List<SubPieceRecord> pieces);

    /** Where a piece lies; in several aggregates, perhaps, of which so many are named. */
    List<SubPieceRecord> find(Commitment piece, int most);

    /** Where a piece lies in an aggregate of which there is an unsealed copy. */
    Optional<SubPieceRecord> findStored(Commitment piece);

    /** Whether the piece lies in another aggregate than this one, of which there is an unsealed copy. */
    boolean isStoredBeside(Commitment piece, Commitment parent);

    /** What an aggregate holds, in its index's order; empty for a piece that is none. */
    List<SubPieceRecord> in(Commitment parent);
}
