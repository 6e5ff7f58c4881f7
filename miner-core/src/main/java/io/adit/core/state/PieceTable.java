package io.adit.core.state;

import io.adit.core.fil.Commitment;
import io.adit.core.ipld.Cid;
import java.util.List;
import java.util.Optional;

/** Pieces by CommP. */
public interface PieceTable {
    /** Adds a piece unless its CommP is known; answers whether it was new. */
    boolean insertIfAbsent(PieceRecord piece);

    /** The piece with this commitment. */
    Optional<PieceRecord> find(Commitment commP);

    /** Pieces whose client named this payload root. */
    List<PieceRecord> findByDataRoot(Cid dataRoot);

    /** All pieces, oldest first. */
    List<PieceRecord> list();

    /**
     * Replaces the stored piece if its version is still the given one.
     *
     * @return the record with its new version
     * @throws io.adit.core.error.AditException {@link StateErrorCode#STATE_STALE_RECORD}
     */
    PieceRecord update(PieceRecord piece);
}
