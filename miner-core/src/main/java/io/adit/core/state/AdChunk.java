package io.adit.core.state;

import io.adit.core.fil.Commitment;
import io.adit.core.ipld.Cid;
import java.util.Optional;

/**
 * A chunk of multihashes, and how it is made again from its piece.
 *
 * @param offset of {@link AdKind#BLOCKS}: where in the payload the first block's section begins
 * @param entries multihashes in it
 * @param next the chunk that it points to: the one made before it
 */
public record AdChunk(Cid cid, Commitment piece, AdKind kind, long offset, int entries, Optional<Cid> next) {}
