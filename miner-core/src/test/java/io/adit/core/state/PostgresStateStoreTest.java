package io.adit.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PostgresStateStoreTest extends StateStoreContract {
    private final String url = TestPostgres.freshDatabase();

    @Override
    SqlStateStore open() {
        return SqlStateStore.postgres(url, "postgres", "postgres");
    }

    @Test
    void unreachableServerIsNamed() {
        assertCode(
                StateErrorCode.STATE_SERVER_AWAY,
                () -> SqlStateStore.postgres("jdbc:postgresql://127.0.0.1:1/none", "postgres", "postgres"));
    }

    @Test
    void serverThatFallsSilentIsAnError_notAWaitWithoutEnd() throws Exception {
        var server = URI.create(url.substring("jdbc:".length()));
        try (var between = new SilentForwarder(server.getPort());
                var store = SqlStateStore.postgres(
                        "jdbc:postgresql://127.0.0.1:" + between.port() + server.getPath() + "?socketTimeout=2",
                        "postgres",
                        "postgres")) {
            store.transactVoid(tx -> tx.meta().put("a", "1"));

            between.fallSilent();
            assertCode(
                    StateErrorCode.STATE_UNAVAILABLE,
                    () -> store.read(tx -> tx.meta().get("a")));
            between.speakAgain();

            Optional<String> read = store.read(tx -> tx.meta().get("a"));
            assertThat(read).hasValue("1");
        }
    }

    @Test
    void serverMayBeSilentForAMinute_unlessTheUrlSaysOtherwise() {
        var properties = PostgresDatabase.config(url, "postgres", "postgres").getDataSourceProperties();

        assertThat(properties).containsEntry("socketTimeout", "60").containsEntry("tcpKeepAlive", "true");
    }
}
