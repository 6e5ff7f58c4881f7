package io.adit.core.state;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.ipld.Cid;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Pieces in SQL. */
final class SqlPieceTable implements PieceTable {
    private final Handle handle;

    SqlPieceTable(Handle handle) {
        this.handle = handle;
    }

    @Override
    public boolean insertIfAbsent(PieceRecord piece) {
        return row(piece)
                .instant("created_at", piece.createdAt())
                .number("version", piece.version())
                .insertIfAbsent(handle, "piece", "comm_p");
    }

    @Override
    public Optional<PieceRecord> find(Commitment commP) {
        return select("comm_p", commP.asUnsealedCid()).stream().findFirst();
    }

    @Override
    public List<PieceRecord> findByDataRoot(Cid dataRoot) {
        return select("data_root", dataRoot);
    }

    @Override
    public List<PieceRecord> list() {
        return handle.createQuery("SELECT * FROM piece ORDER BY created_at, comm_p")
                .map((row, context) -> read(row))
                .list();
    }

    @Override
    public PieceRecord update(PieceRecord piece) {
        return piece.withVersion(row(piece).update(handle, "piece", "comm_p", piece.version()));
    }

    private List<PieceRecord> select(String column, Cid value) {
        return handle.createQuery("SELECT * FROM piece WHERE " + column + " = :value ORDER BY created_at, comm_p")
                .bind("value", value.toString())
                .map((row, context) -> read(row))
                .list();
    }

    private static Row row(PieceRecord piece) {
        return new Row()
                .cid("comm_p", piece.commP().asUnsealedCid())
                .number("size", piece.size().bytes())
                .number("raw_size", piece.rawSize())
                .cid("data_root", piece.dataRoot())
                .text("file", piece.file().map(Path::toString))
                .flag("indexed", piece.indexed())
                .instant("updated_at", piece.updatedAt());
    }

    private static PieceRecord read(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        return new PieceRecord(
                columns.commitment("comm_p"),
                new PaddedSize(columns.number("size")),
                columns.number("raw_size"),
                columns.optionalCid("data_root"),
                columns.optionalText("file").map(Path::of),
                columns.flag("indexed"),
                columns.instant("created_at"),
                columns.instant("updated_at"),
                columns.number("version"));
    }
}
