package io.adit.market.ipni;

import io.adit.core.fil.PieceCid;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.core.state.AdChunk;
import io.adit.core.state.AdKind;
import io.adit.market.retrieve.StoredPiece;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes chunks of multihashes from pieces, the same bytes each time: the blocks stand in the piece's order, identity hashes
 * are left out since nobody needs to look for them, and each chunk points to the one before. One chunk is in memory at a
 * time, however many blocks the piece has.
 */
final class EntryMaker {
    private final int capacity;

    EntryMaker() {
        this(EntryChunk.CAPACITY);
    }

    /** Chunks of at most so many multihashes. */
    EntryMaker(int capacity) {
        this.capacity = capacity;
    }

    /** Receives each chunk's block. */
    @FunctionalInterface
    interface Sink {
        void accept(Cid cid, byte[] block);
    }

    /** The multihashes of one chunk, and where the first of them is. */
    private record Part(long offset, List<Multihash> entries) {}

    /** Makes all chunks, the last one last; none of a piece without blocks. */
    List<AdChunk> make(AdKind kind, StoredPiece piece, Sink sink) throws IOException {
        var chunks = new ArrayList<AdChunk>();
        switch (kind) {
            case PIECE -> chunks.add(chunk(kind, piece, whole(piece), Optional.empty(), sink));
            case BLOCKS -> {
                try (var skim = CarSkim.open(piece, 0)) {
                    Optional<Cid> next = Optional.empty();
                    for (var part = read(skim, capacity); !part.entries().isEmpty(); part = read(skim, capacity)) {
                        var made = chunk(kind, piece, part, next, sink);
                        chunks.add(made);
                        next = Optional.of(made.cid());
                    }
                }
            }
        }
        return chunks;
    }

    private static AdChunk chunk(AdKind kind, StoredPiece piece, Part part, Optional<Cid> next, Sink sink) {
        var block = EntryChunk.encode(part.entries(), next);
        var cid = EntryChunk.cidOf(block);
        sink.accept(cid, block);
        return new AdChunk(
                cid, piece.piece().commP(), kind, part.offset(), part.entries().size(), next);
    }

    /** Makes a chunk again; empty if the piece no longer is what it was. */
    static Optional<byte[]> again(AdChunk chunk, StoredPiece piece) throws IOException {
        byte[] block = switch (chunk.kind()) {
            case PIECE -> EntryChunk.encode(whole(piece).entries(), chunk.next());
            case BLOCKS -> {
                try (var skim = CarSkim.open(piece, chunk.offset())) {
                    yield EntryChunk.encode(read(skim, chunk.entries()).entries(), chunk.next());
                }
            }
        };
        return EntryChunk.cidOf(block).equals(chunk.cid()) ? Optional.of(block) : Optional.empty();
    }

    private static Part whole(StoredPiece piece) {
        return new Part(0, List.of(PieceCid.v2(piece.piece(), piece.rawSize()).multihash()));
    }

    private static Part read(CarSkim skim, int most) throws IOException {
        var entries = new ArrayList<Multihash>();
        long offset = 0;
        while (entries.size() < most) {
            var section = skim.next();
            if (section.isEmpty()) {
                break;
            }
            if (section.get().multihash().code() != Multihash.IDENTITY) {
                offset = entries.isEmpty() ? section.get().offset() : offset;
                entries.add(section.get().multihash());
            }
        }
        return new Part(offset, entries);
    }
}
