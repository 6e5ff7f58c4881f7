package io.adit.core.state;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Pieces inside aggregates, in SQL. */
final class SqlSubPieceTable implements SubPieceTable {
    /** There is an unsealed copy of what it lies in. */
    private static final String STORED =
            "EXISTS (SELECT 1 FROM piece WHERE piece.comm_p = sub_piece.parent AND piece.file IS NOT NULL)";

    private final Handle handle;

    SqlSubPieceTable(Handle handle) {
        this.handle = handle;
    }

    @Override
    public void insertIfAbsent(List<SubPieceRecord> pieces) {
        for (var piece : pieces) {
            new Row()
                    .cid("parent", piece.parent().asUnsealedCid())
                    .number("position", piece.position())
                    .cid("comm_p", piece.piece().pieceCidV1())
                    .number("size", piece.piece().size().bytes())
                    .number("raw_size", piece.rawSize())
                    .number("byte_offset", piece.offset())
                    .flag("car", piece.car())
                    .insertIfAbsent(handle, "sub_piece", "parent, position");
        }
    }

    @Override
    public List<SubPieceRecord> find(Commitment piece, int most) {
        return select("comm_p = :value ORDER BY parent, position LIMIT " + most, piece);
    }

    @Override
    public Optional<SubPieceRecord> findStored(Commitment piece) {
        return select("comm_p = :value AND " + STORED + " ORDER BY parent, position LIMIT 1", piece).stream()
                .findFirst();
    }

    @Override
    public boolean isStoredBeside(Commitment piece, Commitment parent) {
        return handle.createQuery("SELECT 1 FROM sub_piece WHERE comm_p = :piece AND parent <> :parent AND " + STORED
                        + " LIMIT 1")
                .bind("piece", piece.asUnsealedCid().toString())
                .bind("parent", parent.asUnsealedCid().toString())
                .mapTo(Long.class)
                .findOne()
                .isPresent();
    }

    @Override
    public List<SubPieceRecord> in(Commitment parent) {
        return select("parent = :value ORDER BY position", parent);
    }

    private List<SubPieceRecord> select(String where, Commitment value) {
        return handle.createQuery("SELECT * FROM sub_piece WHERE " + where)
                .bind("value", value.asUnsealedCid().toString())
                .map((row, context) -> read(row))
                .list();
    }

    private static SubPieceRecord read(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        return new SubPieceRecord(
                columns.commitment("parent"),
                (int) columns.number("position"),
                new PieceInfo(columns.commitment("comm_p"), new PaddedSize(columns.number("size"))),
                columns.number("raw_size"),
                columns.number("byte_offset"),
                columns.flag("car"));
    }
}
