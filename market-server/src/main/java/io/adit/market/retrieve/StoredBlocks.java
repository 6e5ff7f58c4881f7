package io.adit.market.retrieve;

import io.adit.core.fil.Commitment;
import io.adit.core.ipld.BlockSource;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.market.index.PieceIndex;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The blocks of all pieces, for the length of one request. Keeps the files it opens, a few at a time; not for use by
 * several threads.
 */
final class StoredBlocks implements BlockSource, AutoCloseable {
    private static final int MAX_OPEN = 8;

    private final PieceIndex index;
    private final PieceCatalog catalog;
    private final Map<Commitment, OpenPiece> open = new LinkedHashMap<>();

    StoredBlocks(PieceIndex index, PieceCatalog catalog) {
        this.index = index;
        this.catalog = catalog;
    }

    /** Where a block can be read: either inline in its CID or in an open piece. */
    sealed interface Place {
        int length();

        byte[] read() throws IOException;
    }

    record Inline(byte[] data) implements Place {
        @Override
        public int length() {
            return data.length;
        }

        @Override
        public byte[] read() {
            return data;
        }
    }

    record InPiece(OpenPiece piece, long offset, int length) implements Place {
        @Override
        public byte[] read() throws IOException {
            return piece.read(offset, length);
        }
    }

    /** Finds a block in any indexed piece of which there is a copy; valid until the next call. */
    Optional<Place> find(Cid cid) throws IOException {
        if (cid.multihash().code() == Multihash.IDENTITY) {
            return Optional.of(new Inline(cid.multihash().digest()));
        }
        for (var location : index.lookup(cid.multihash())) {
            var piece = open(location.piece());
            if (piece.isPresent()) {
                return Optional.of(new InPiece(piece.get(), location.offset(), location.length()));
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<byte[]> get(Cid cid) throws IOException {
        var place = find(cid);
        return place.isEmpty() ? Optional.empty() : Optional.of(place.get().read());
    }

    @Override
    public void close() throws IOException {
        for (var piece : open.values()) {
            piece.close();
        }
        open.clear();
    }

    private Optional<OpenPiece> open(Commitment commP) throws IOException {
        var known = open.get(commP);
        if (known != null) {
            return Optional.of(known);
        }
        if (!(catalog.find(commP) instanceof PieceLookup.Here here)) {
            return Optional.empty();
        }
        if (open.size() == MAX_OPEN) {
            var oldest = open.keySet().iterator().next();
            closed(oldest);
        }
        try {
            var opened = OpenPiece.open(here.piece());
            open.put(commP, opened);
            return Optional.of(opened);
        } catch (RefusedException e) {
            // This copy is gone or cut short; another piece may hold the same block.
            return Optional.empty();
        }
    }

    private void closed(Commitment oldest) throws IOException {
        var piece = open.remove(oldest);
        if (piece != null) {
            piece.close();
        }
    }
}
