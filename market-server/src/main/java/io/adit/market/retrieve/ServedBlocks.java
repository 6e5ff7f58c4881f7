package io.adit.market.retrieve;

import io.adit.core.ipld.Cid;
import io.adit.market.index.BlockLocation;
import io.adit.market.index.PieceIndex;
import java.io.IOException;
import java.util.Optional;

/**
 * Blocks by CID for those who serve them by other protocols than HTTP: from the same pieces, under the same policy. Keeps a few
 * files open; not for use by several threads, but the blocks that it finds are.
 */
public final class ServedBlocks implements AutoCloseable {
    private final StoredBlocks blocks;
    private final ContentPolicy policy;

    public ServedBlocks(PieceIndex index, PieceCatalog catalog, ContentPolicy policy) {
        this.blocks = new StoredBlocks(index, catalog);
        this.policy = policy;
    }

    /** A block that is here; its file stays open until it is closed. */
    public interface Block extends AutoCloseable {
        /** In bytes. */
        int length();

        /** Reads {@code count} of its bytes from {@code from} on into {@code target} at {@code offset}. */
        void read(int from, byte[] target, int offset, int count) throws IOException;

        /** Whether reading it needs no disk. */
        default boolean isAtHand() {
            return false;
        }

        @Override
        void close() throws IOException;

        /** One whose bytes are at hand. */
        static Block of(byte[] data) {
            return new Held(data);
        }
    }

    private record Held(byte[] data) implements Block {
        @Override
        public boolean isAtHand() {
            return true;
        }

        @Override
        public int length() {
            return data.length;
        }

        @Override
        public void read(int from, byte[] target, int offset, int count) {
            System.arraycopy(data, from, target, offset, count);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private record InFile(OpenPiece piece, BlockLocation location) implements Block {
        @Override
        public int length() {
            return location.length();
        }

        @Override
        public void read(int from, byte[] target, int offset, int count) throws IOException {
            piece.read(location.offset() + from, target, offset, count);
        }

        @Override
        public void close() throws IOException {
            piece.close();
        }
    }

    /** Finds a block; empty where no piece holds it of which there is a copy, or where the operator does not serve it. */
    public Optional<Block> find(Cid cid, Search search) throws IOException {
        if (policy.isBlocked(cid)) {
            return Optional.empty();
        }
        return blocks.find(cid, search).map(place -> switch (place) {
            case StoredBlocks.Inline inline -> new Held(inline.data());
            case StoredBlocks.InPiece stored -> new InFile(stored.piece().retained(), stored.location());
        });
    }

    /** A block that could not be read is found elsewhere from now on, or not at all, until the files are let go of. */
    public void avoid(Block block) {
        if (block instanceof InFile inFile) {
            blocks.avoid(inFile.location());
        }
    }

    /** Lets go of the files, but for those of blocks that are not closed; they are opened again when they are needed. */
    @Override
    public void close() throws IOException {
        blocks.close();
    }
}
