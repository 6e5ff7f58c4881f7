package io.adit.core.state;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Storage paths in SQL. */
final class SqlPathTable implements PathTable {
    private final Handle handle;

    SqlPathTable(Handle handle) {
        this.handle = handle;
    }

    @Override
    public void put(PathRecord path) {
        boolean added = row(path)
                .instant("declared_at", path.declaredAt())
                .number("version", path.version())
                .insertIfAbsent(handle, "storage_path", "id");
        if (!added) {
            row(path).update(handle, "storage_path", "id", path.version());
        }
    }

    @Override
    public Optional<PathRecord> find(String id) {
        return handle.createQuery("SELECT * FROM storage_path WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne();
    }

    @Override
    public List<PathRecord> list() {
        return handle.createQuery("SELECT * FROM storage_path ORDER BY declared_at, id")
                .map((row, context) -> read(row))
                .list();
    }

    @Override
    public boolean remove(String id) {
        return handle.createUpdate("DELETE FROM storage_path WHERE id = :id")
                        .bind("id", id)
                        .execute()
                == 1;
    }

    private static Row row(PathRecord path) {
        return new Row()
                .text("id", path.id())
                .text("directory", path.directory().toString())
                .flag("seal", path.seal())
                .flag("store", path.store())
                .number("weight", path.weight())
                .number("max_bytes", path.maxBytes());
    }

    private static PathRecord read(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        return new PathRecord(
                columns.text("id"),
                Path.of(columns.text("directory")),
                columns.flag("seal"),
                columns.flag("store"),
                columns.number("weight"),
                columns.number("max_bytes"),
                columns.instant("declared_at"),
                columns.number("version"));
    }
}
