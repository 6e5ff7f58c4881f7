package io.adit.market.index;

import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.ipld.CarException;
import io.adit.core.ipld.CarLimits;
import io.adit.core.ipld.CarReader;
import io.adit.core.state.PieceRecord;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Feeds the index from pieces on disk. The CAR is read once from beginning to end, one block in memory at a time, and
 * every block is hashed: what the index names has the bytes that it says.
 *
 * <p>Zeros after the archive, as padding leaves them, end it. CAR version 2 and blocks with hash functions that cannot be
 * checked make the piece refused.
 */
public final class PieceIndexer {
    private final PieceIndex index;

    public PieceIndexer(PieceIndex index) {
        this.index = index;
    }

    /**
     * Indexes a piece from the unpadded copy its record names; a piece indexed before is left as it is.
     *
     * @throws AditException {@link IndexErrorCode#INDEX_STORE} when the piece or the index cannot be read or written,
     *     {@link IndexErrorCode#INDEX_NO_COPY} when there is no unpadded copy
     */
    public IndexOutcome index(PieceRecord piece) {
        var file = piece.file()
                .orElseThrow(() -> new AditException(
                        IndexErrorCode.INDEX_NO_COPY,
                        "cannot index piece " + piece.commP().asUnsealedCid() + ": it has no unsealed copy"));
        return index(piece.commP(), file);
    }

    /** As {@link #index(PieceRecord)}, from a file that begins with the piece's payload. */
    public IndexOutcome index(Commitment piece, Path file) {
        return index(piece, file, 0, Long.MAX_VALUE);
    }

    /** As {@link #index(PieceRecord)}, of a piece whose payload is a part of the file; offsets count from its beginning. */
    public IndexOutcome index(Commitment piece, Path file, long offset, long length) {
        var known = index.find(piece).filter(found -> found.state() == PieceState.INDEXED);
        if (known.isPresent()) {
            return new IndexOutcome.Indexed(known.get().entries());
        }
        try (var in = part(file, offset, length);
                var car = new CarReader(in, CarLimits.IN_PIECE)) {
            return new IndexOutcome.Indexed(index.index(piece, new BlocksOf(car)));
        } catch (CarException e) {
            var reason = String.valueOf(e.getMessage());
            index.refuse(piece, reason);
            return new IndexOutcome.Refused(IndexErrorCode.INDEX_PIECE_MALFORMED, reason);
        } catch (IOException | UncheckedIOException e) {
            throw new AditException(
                    IndexErrorCode.INDEX_STORE,
                    "cannot read piece " + piece.asUnsealedCid() + " from " + file + " to index it",
                    e);
        }
    }

    /** Takes a piece's blocks out of the index. */
    public void forget(Commitment piece) {
        if (index.find(piece).isPresent()) {
            index.remove(piece);
        }
    }

    private static InputStream part(Path file, long offset, long length) throws IOException {
        var whole = Files.newInputStream(file);
        try {
            whole.skipNBytes(offset);
            return new Part(whole, length);
        } catch (IOException e) {
            whole.close();
            throw e;
        }
    }

    /** The next bytes of a stream and no more. */
    private static final class Part extends FilterInputStream {
        private long left;

        Part(InputStream whole, long length) {
            super(whole);
            left = length;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left == 0 && length > 0) {
                return -1;
            }
            int count = super.read(target, offset, (int) Math.min(length, left));
            left -= Math.max(0, count);
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(Math.min(count, left));
            left -= skipped;
            return skipped;
        }
    }

    /** Where the blocks are looked up. */
    public PieceIndex index() {
        return index;
    }

    /** Whether every block of the piece can be found. */
    public boolean isIndexed(Commitment piece) {
        return index.isIndexed(piece);
    }

    /** Whether the piece was indexed, or refused as one that cannot be. */
    public boolean hasDecided(Commitment piece) {
        return index.find(piece)
                .filter(known -> known.state() != PieceState.INDEXING)
                .isPresent();
    }

    /** A CAR's blocks as an iterator; read failures come out unchecked. */
    private static final class BlocksOf implements Iterator<IndexedBlock> {
        private final CarReader car;
        private Optional<CarReader.Entry> next = Optional.empty();
        private boolean ended;

        BlocksOf(CarReader car) {
            this.car = car;
        }

        @Override
        public boolean hasNext() {
            if (next.isEmpty() && !ended) {
                next = read();
                ended = next.isEmpty();
            }
            return !ended;
        }

        @Override
        public IndexedBlock next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            var entry = next.orElseThrow();
            next = Optional.empty();
            return new IndexedBlock(entry.cid().multihash(), entry.dataOffset(), entry.dataLength());
        }

        private Optional<CarReader.Entry> read() {
            try {
                return car.next();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
