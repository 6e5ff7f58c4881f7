package io.adit.market.retrieve;

import io.adit.core.fil.Commitment;
import io.adit.core.ipld.BlockSource;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.market.index.BlockLocation;
import io.adit.market.index.PieceIndex;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The blocks of all pieces, for the length of one request. Keeps the files it opens, a few at a time; not for use by
 * several threads.
 */
final class StoredBlocks implements BlockSource, AutoCloseable {
    private static final int MAX_OPEN = 8;
    private static final int MAX_UNREADABLE = 1024;

    private final PieceIndex index;
    private final PieceCatalog catalog;
    private final ContentPolicy policy;
    private final Map<Commitment, OpenPiece> open = new LinkedHashMap<>();
    private final Set<BlockLocation> unreadable = new HashSet<>();

    StoredBlocks(PieceIndex index, PieceCatalog catalog) {
        this(index, catalog, ContentPolicy.SERVE_ALL);
    }

    /** Blocks of which those that the operator does not serve are refused. */
    StoredBlocks(PieceIndex index, PieceCatalog catalog, ContentPolicy policy) {
        this.index = index;
        this.catalog = catalog;
        this.policy = policy;
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

    record InPiece(OpenPiece piece, BlockLocation location) implements Place {
        long offset() {
            return location.offset();
        }

        @Override
        public int length() {
            return location.length();
        }

        @Override
        public byte[] read() throws IOException {
            return piece.read(offset(), length());
        }
    }

    /** Finds a block in any indexed piece of which there is a copy; valid until the next call. */
    Optional<Place> find(Cid cid) throws IOException {
        return find(cid, new Search(Integer.MAX_VALUE));
    }

    /**
     * As {@link #find(Cid)}, as far as the search goes.
     *
     * @throws IOException where the block would be in a file that cannot be opened, and in no other one
     * @throws RefusedException where the operator does not serve it
     */
    Optional<Place> find(Cid cid, Search search) throws IOException {
        if (policy.isBlocked(cid)) {
            throw new RefusedException(RefusalCode.BLOCKED, "this content is not served", "");
        }
        if (cid.multihash().code() == Multihash.IDENTITY) {
            return Optional.of(new Inline(cid.multihash().digest()));
        }
        Optional<IOException> failed = Optional.empty();
        int tried = 0;
        for (var location : index.lookup(cid.multihash(), search::looked)) {
            if (search.isAbsent(location.piece()) || unreadable.contains(location)) {
                continue;
            }
            if (tried++ == search.mostCopies()) {
                break;
            }
            search.tried();
            try {
                var piece = open(location.piece());
                if (piece.isPresent()) {
                    return Optional.of(new InPiece(piece.get(), location));
                }
            } catch (IOException e) {
                failed = Optional.of(e);
            }
            search.absent(location.piece());
        }
        if (failed.isPresent()) {
            throw failed.get();
        }
        return Optional.empty();
    }

    /** Finds a block elsewhere from now on, until the files are let go of: it could not be read there. */
    void avoid(BlockLocation location) {
        if (unreadable.size() < MAX_UNREADABLE) {
            unreadable.add(location);
        }
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
        unreadable.clear();
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
