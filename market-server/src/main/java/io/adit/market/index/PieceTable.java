package io.adit.market.index;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.adit.core.fil.Commitment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Column family {@code pieces}: ordinal to state, entries, CommP and reason; CommP to ordinal; the next free ordinal.
 * Every change is one synced batch. Ordinals are never used twice, so an entry left behind by a forgotten piece can
 * never be taken for one of another piece.
 */
final class PieceTable {
    private static final byte[] NEXT_ORDINAL = "next-ordinal".getBytes(US_ASCII);
    private static final byte ROW = 'o';
    private static final int MAX_REASON = 512;

    private final RocksDB db;
    private final ColumnFamilyHandle family;

    PieceTable(RocksDB db, ColumnFamilyHandle family) {
        this.db = db;
        this.family = family;
    }

    /** The piece's number; a new one is kept before anything is written under it. */
    int ordinalOf(Commitment piece) throws RocksDBException {
        var known = find(piece);
        if (known.isPresent()) {
            return known.get();
        }
        var stored = db.get(family, NEXT_ORDINAL);
        int ordinal = stored == null ? 1 : ByteBuffer.wrap(stored).getInt();
        try (var batch = new WriteBatch()) {
            batch.put(family, NEXT_ORDINAL, number(ordinal + 1));
            batch.put(family, piece.bytes(), number(ordinal));
            batch.put(family, rowKey(ordinal), row(new IndexedPiece(piece, PieceState.INDEXING, 0, "")));
            write(batch);
        }
        return ordinal;
    }

    Optional<Integer> find(Commitment piece) throws RocksDBException {
        var known = db.get(family, piece.bytes());
        return known == null
                ? Optional.empty()
                : Optional.of(ByteBuffer.wrap(known).getInt());
    }

    Optional<IndexedPiece> row(int ordinal) throws RocksDBException {
        var stored = db.get(family, rowKey(ordinal));
        return stored == null ? Optional.empty() : Optional.of(parse(stored));
    }

    void put(int ordinal, IndexedPiece piece) throws RocksDBException {
        try (var batch = new WriteBatch()) {
            batch.put(family, rowKey(ordinal), row(piece));
            write(batch);
        }
    }

    List<IndexedPiece> list() throws RocksDBException {
        var pieces = new ArrayList<IndexedPiece>();
        try (var cursor = db.newIterator(family)) {
            for (cursor.seek(new byte[] {ROW}); cursor.isValid(); cursor.next()) {
                var key = cursor.key();
                // A CommP may begin with the same byte; only row keys are five bytes long.
                if (key[0] != ROW) {
                    break;
                }
                if (key.length == 5) {
                    pieces.add(parse(cursor.value()));
                }
            }
            cursor.status();
        }
        return pieces;
    }

    private void write(WriteBatch batch) throws RocksDBException {
        try (var durable = new WriteOptions().setSync(true)) {
            db.write(durable, batch);
        }
    }

    private static byte[] row(IndexedPiece piece) {
        var reason = shortened(piece.reason()).getBytes(UTF_8);
        return ByteBuffer.allocate(1 + 8 + Commitment.LENGTH + reason.length)
                .put(piece.state().number())
                .putLong(piece.entries())
                .put(piece.piece().bytes())
                .put(reason)
                .array();
    }

    private static IndexedPiece parse(byte[] stored) {
        var row = ByteBuffer.wrap(stored);
        var state = PieceState.of(row.get());
        long entries = row.getLong();
        var commP = new byte[Commitment.LENGTH];
        row.get(commP);
        return new IndexedPiece(
                Commitment.of(commP), state, entries, UTF_8.decode(row).toString());
    }

    private static String shortened(String reason) {
        return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON);
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] rowKey(int ordinal) {
        return ByteBuffer.allocate(5).put(ROW).putInt(ordinal).array();
    }
}
