package io.adit.core.state;

import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.Cid;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The columns of one row on its way into the database, and the three statements that put it there. */
final class Row {
    private final Map<String, @Nullable Object> columns = new LinkedHashMap<>();

    /** NUL characters become U+FFFD: PostgreSQL stores none, and words from outside (an error, a name) may hold one. */
    Row text(String column, String value) {
        columns.put(column, value.replace('\0', '\uFFFD'));
        return this;
    }

    Row text(String column, Optional<String> value) {
        return value.isPresent() ? text(column, value.get()) : nullable(column, null);
    }

    Row number(String column, long value) {
        columns.put(column, value);
        return this;
    }

    Row number(String column, OptionalLong value) {
        return nullable(column, value.isPresent() ? value.getAsLong() : null);
    }

    Row flag(String column, boolean value) {
        return number(column, value ? 1 : 0);
    }

    Row bytes(String column, Bytes value) {
        return nullable(column, value.array());
    }

    Row bytes(String column, Optional<Bytes> value) {
        return nullable(column, value.map(Bytes::array).orElse(null));
    }

    Row randomness(String column, Optional<Randomness> value) {
        return nullable(column, value.map(Randomness::bytes).orElse(null));
    }

    Row instant(String column, Instant value) {
        return number(column, Columns.nanos(value));
    }

    Row instant(String column, Optional<Instant> value) {
        return nullable(column, value.map(Columns::nanos).orElse(null));
    }

    Row cid(String column, Cid value) {
        return text(column, value.toString());
    }

    Row cid(String column, Optional<Cid> value) {
        return nullable(column, value.map(Cid::toString).orElse(null));
    }

    Row unsealed(String column, Optional<Commitment> value) {
        return nullable(column, value.map(c -> c.asUnsealedCid().toString()).orElse(null));
    }

    Row sealed(String column, Optional<Commitment> value) {
        return nullable(column, value.map(c -> c.asSealedCid().toString()).orElse(null));
    }

    Row epoch(String column, Optional<Epoch> value) {
        return nullable(column, value.map(Epoch::value).orElse(null));
    }

    Row sector(String column, Optional<SectorNumber> value) {
        return nullable(column, value.map(SectorNumber::value).orElse(null));
    }

    Row uuid(String column, Optional<UUID> value) {
        return nullable(column, value.map(UUID::toString).orElse(null));
    }

    private Row nullable(String column, @Nullable Object value) {
        columns.put(column, value);
        return this;
    }

    /** Inserts the row. */
    void insert(Handle handle, String table) {
        handle.createUpdate(insertSql(table)).bindMap(columns).execute();
    }

    /** Inserts the row unless one with the same key exists; answers whether it did. */
    boolean insertIfAbsent(Handle handle, String table, String keyColumns) {
        return handle.createUpdate(insertSql(table) + " ON CONFLICT (" + keyColumns + ") DO NOTHING")
                        .bindMap(columns)
                        .execute()
                == 1;
    }

    /**
     * Replaces the row that has the same key and the expected version, and gives it the next version.
     *
     * @return the next version
     */
    long update(Handle handle, String table, String keyColumn, long version) {
        int changed = number("version", version + 1)
                .updateWhere(
                        handle,
                        table,
                        keyColumn + " = :" + keyColumn + " AND version = :expected_version",
                        Map.of("expected_version", version));
        if (changed == 0) {
            throw new AditException(
                    StateErrorCode.STATE_STALE_RECORD,
                    "updating " + table + " " + columns.get(keyColumn) + ": it is gone or no longer at version "
                            + version + "; read it again and repeat the change");
        }
        return version + 1;
    }

    /** Sets the columns in every row that meets the condition; answers how many. */
    int updateWhere(Handle handle, String table, String condition, Map<String, ?> parameters) {
        String assignments = columns.keySet().stream().map(c -> c + " = :" + c).collect(Collectors.joining(", "));
        return handle.createUpdate("UPDATE " + table + " SET " + assignments + " WHERE " + condition)
                .bindMap(columns)
                .bindMap(parameters)
                .execute();
    }

    private String insertSql(String table) {
        return "INSERT INTO " + table + " (" + String.join(", ", columns.keySet()) + ") VALUES ("
                + columns.keySet().stream().map(c -> ":" + c).collect(Collectors.joining(", ")) + ")";
    }
}
