package io.adit.core.state;

import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Named values in SQL. */
final class SqlMetaTable implements MetaTable {
    private final Handle handle;

    SqlMetaTable(Handle handle) {
        this.handle = handle;
    }

    @Override
    public Optional<String> get(String name) {
        return handle.createQuery("SELECT value FROM meta WHERE name = :name")
                .bind("name", name)
                .mapTo(String.class)
                .findOne();
    }

    @Override
    public void put(String name, String value) {
        handle.createUpdate("INSERT INTO meta (name, value) VALUES (:name, :value)"
                        + " ON CONFLICT (name) DO UPDATE SET value = excluded.value")
                .bind("name", name)
                .bind("value", value)
                .execute();
    }

    @Override
    public boolean replace(String name, Optional<String> expected, String value) {
        var update = expected.isEmpty()
                ? handle.createUpdate("INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING")
                : handle.createUpdate("UPDATE meta SET value = :value WHERE name = :name AND value = :expected")
                        .bind("expected", expected.get());
        return update.bind("name", name).bind("value", value).execute() == 1;
    }

    @Override
    public void remove(String name) {
        handle.createUpdate("DELETE FROM meta WHERE name = :name")
                .bind("name", name)
                .execute();
    }
}
