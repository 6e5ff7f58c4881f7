package io.adit.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A database that an older release has filled is brought up to date and read; run against SQLite and PostgreSQL. */
abstract class MigrationContract {
    /** The newest schema: each one before it has rows of its own here. */
    private static final int NEWEST = 8;

    private static final Instant THEN = Instant.parse("2026-03-01T12:00:00.000000123Z");
    private static final Address SENDER = Address.actor("a sender".getBytes(StandardCharsets.UTF_8));

    abstract DataSource source();

    abstract String bytesType();

    /** As a node opens it. */
    abstract SqlStateStore open();

    private Flyway flyway(String target) {
        return Flyway.configure()
                .dataSource(source())
                .locations("classpath:io/adit/core/state/migrations")
                .placeholders(Map.of("bytes", bytesType()))
                .target(target)
                .load();
    }

    private static Cid cid(String of) {
        return Cid.dagCbor(of.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] bytes(String of) {
        return of.getBytes(StandardCharsets.UTF_8);
    }

    private static void insert(Connection connection, String table, Map<String, Object> columns) throws SQLException {
        var names = new ArrayList<>(columns.keySet());
        var places = String.join(", ", names.stream().map(name -> "?").toList());
        var sql = "INSERT INTO " + table + " (" + String.join(", ", names) + ") VALUES (" + places + ")";
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < names.size(); i++) {
                statement.setObject(i + 1, columns.get(names.get(i)));
            }
            statement.executeUpdate();
        }
    }

    private static void message(Connection connection, String key, String state, long nonce) throws SQLException {
        var columns = new HashMap<String, Object>(Map.of(
                "intent_key",
                key,
                "from_address",
                SENDER.toString(),
                "to_address",
                "f01000",
                "amount",
                "1500000000000000000",
                "method",
                28L,
                "params",
                bytes("params"),
                "max_fee",
                "50000000000000000",
                "priority",
                20L,
                "state",
                state,
                "version",
                4L));
        columns.put("created_at", Columns.nanos(THEN));
        columns.put("updated_at", Columns.nanos(THEN.plusSeconds(7)));
        if (nonce >= 0) {
            columns.put("nonce", nonce);
            columns.put("signed_message", bytes("signed " + key));
            columns.put("cid", cid(key).toString());
        }
        insert(connection, "message", columns);
    }

    /** What the first release wrote: a sector with a piece, a deal, a piece, a task, and messages in every state. */
    private void fillFirst() throws SQLException {
        try (var connection = source().getConnection()) {
            insert(connection, "meta", Map.of("name", "node", "value", "one"));
            try (var statement = connection.createStatement()) {
                statement.executeUpdate("UPDATE counter SET value = 12 WHERE name = 'sector.next'");
            }
            long now = Columns.nanos(THEN);
            insert(
                    connection,
                    "sector",
                    Map.of(
                            "number",
                            7L,
                            "seal_proof",
                            5L,
                            "state",
                            "PreCommit1",
                            "created_at",
                            now,
                            "updated_at",
                            now,
                            "version",
                            2L));
            var commitment = StateFixtures.commitment(new SplittableRandom(3))
                    .asUnsealedCid()
                    .toString();
            insert(
                    connection,
                    "piece",
                    Map.of(
                            "comm_p", commitment,
                            "size", 2048L,
                            "raw_size", 2000L,
                            "indexed", 1L,
                            "created_at", now,
                            "updated_at", now,
                            "version", 1L));
            insert(
                    connection,
                    "sector_piece",
                    Map.of("sector", 7L, "position", 0L, "comm_p", commitment, "size", 2048L));
            insert(
                    connection,
                    "task",
                    Map.of(
                            "kind",
                            "seal",
                            "task_key",
                            "7",
                            "payload",
                            "{}",
                            "priority",
                            1L,
                            "state",
                            "READY",
                            "attempts",
                            0L,
                            "not_before",
                            now,
                            "fence",
                            0L,
                            "enqueued_at",
                            now));
            message(connection, "wanted", "INTENT", -1);
            message(connection, "signed", "SIGNED", 3);
            message(connection, "pushed", "PUSHED", 4);
            message(connection, "done", "DONE", 1);
            message(connection, "failed", "FAILED", 2);
        }
    }

    /** What the second release wrote on top of it. */
    private void fillSecond() throws SQLException {
        try (var connection = source().getConnection()) {
            message(connection, "replaced", "PUSHED", 5);
            for (int number = 1; number <= 2; number++) {
                insert(
                        connection,
                        "message_candidate",
                        Map.of(
                                "cid",
                                cid("replaced " + number).toString(),
                                "intent_key",
                                "replaced",
                                "number",
                                (long) number,
                                "purpose",
                                number == 1 ? "SEND" : "CANCEL",
                                "signed_message",
                                bytes("signed " + number),
                                "signed_epoch",
                                5_800_000L + number,
                                "taken",
                                1L,
                                "created_at",
                                Columns.nanos(THEN)));
            }
            try (var statement = connection.createStatement()) {
                statement.executeUpdate(
                        "UPDATE message SET due_epoch = 5900000, gas_cost = '123' WHERE intent_key = 'replaced'");
            }
        }
    }

    private void fill(int from) throws SQLException {
        flyway("1").migrate();
        fillFirst();
        if (from >= 2) {
            flyway("2").migrate();
            fillSecond();
        }
    }

    @Test
    void newest_isTheOneThatThisTestKnows() {
        assertThat(flyway("latest").info().all())
                .extracting(MigrationInfo::getVersion)
                .extracting(Object::toString)
                .containsExactly("1", "2", "3", "4", "5", "6", "7", "" + NEWEST);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void open_whenAnOlderReleaseFilledIt_keepsEveryRow(int release) throws SQLException {
        fill(release);

        try (var store = open()) {
            assertThat(store.<Optional<String>>read(tx -> tx.meta().get("node")))
                    .contains("one");
            var sector = store.<Optional<SectorRecord>>read(tx -> tx.sectors().find(new SectorNumber(7)))
                    .orElseThrow();
            assertThat(sector.state()).isEqualTo(SectorState.PreCommit1);
            assertThat(sector.pieces()).hasSize(1);
            assertThat(store.<Integer>read(tx -> tx.pieces().list().size())).isEqualTo(1);
            var states = store.<List<MessageRecord>>read(tx -> tx.messages().recent(20));
            assertThat(states).hasSize(release == 1 ? 5 : 6);
            var pushed = store.<Optional<MessageRecord>>read(tx -> tx.messages().find("pushed"))
                    .orElseThrow();
            assertThat(pushed.state()).isEqualTo(MessageState.PUSHED);
            assertThat(pushed.nonce()).hasValue(4);
            assertThat(pushed.value()).isEqualTo(TokenAmount.ofFil("1.5"));
            assertThat(pushed.createdAt()).isEqualTo(THEN);
            assertThat(pushed.due()).isEmpty();
            assertThat(pushed.gasCost()).isEmpty();
        }
    }

    private static List<MessageCandidate> candidates(SqlStateStore store, String key) {
        return store.read(tx -> tx.messages().candidates(key));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void open_whenTheFirstReleaseSignedMessages_hasThemAsCandidatesWhoseEpochIsNotKnown(int release)
            throws SQLException {
        fill(release);

        try (var store = open()) {
            assertThat(candidates(store, "wanted")).isEmpty();
            for (var key : List.of("signed", "pushed", "done", "failed")) {
                var only = candidates(store, key);
                assertThat(only).as(key).hasSize(1);
                assertThat(only.getFirst().cid()).isEqualTo(cid(key));
                assertThat(only.getFirst().signedMessage()).isEqualTo(new Bytes(bytes("signed " + key)));
                assertThat(only.getFirst().purpose()).isEqualTo(MessageCandidate.Purpose.SEND);
                assertThat(only.getFirst().taken()).as(key).isEqualTo(!key.equals("signed"));
                assertThat(only.getFirst().signedAt()).isEqualTo(Epoch.UNDEFINED);
            }
            assertThat(store.<Integer>transact(tx -> tx.messages().dateCandidates(new Epoch(6_000_000))))
                    .isEqualTo(4);
            assertThat(candidates(store, "pushed").getFirst().signedAt()).isEqualTo(new Epoch(6_000_000));
        }
    }

    @Test
    void open_whenTheSecondReleaseSignedMessages_keepsTheirEpochs() throws SQLException {
        fill(2);

        try (var store = open()) {
            store.<Integer>transact(tx -> tx.messages().dateCandidates(new Epoch(6_000_000)));
            assertThat(candidates(store, "replaced"))
                    .extracting(candidate -> candidate.signedAt().value())
                    .containsExactly(5_800_001L, 5_800_002L);
            var record = store.<Optional<MessageRecord>>read(tx -> tx.messages().find("replaced"))
                    .orElseThrow();
            assertThat(record.due()).contains(new Epoch(5_900_000));
            assertThat(record.gasCost()).contains(TokenAmount.ofAtto(123));
        }
    }

    @Test
    void open_whenItWasUpToDate_changesNothing() throws SQLException {
        fill(2);
        open().close();

        try (var store = open()) {
            assertThat(candidates(store, "replaced")).hasSize(2);
        }
    }
}
