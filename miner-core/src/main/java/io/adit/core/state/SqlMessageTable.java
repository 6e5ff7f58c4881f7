package io.adit.core.state;

import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/** Messages in SQL. */
final class SqlMessageTable implements MessageTable {
    private final Handle handle;

    SqlMessageTable(Handle handle) {
        this.handle = handle;
    }

    @Override
    public boolean insertIfAbsent(MessageRecord message) {
        return row(message)
                .instant("created_at", message.createdAt())
                .number("version", message.version())
                .insertIfAbsent(handle, "message", "intent_key");
    }

    @Override
    public Optional<MessageRecord> find(String intentKey) {
        return select("WHERE intent_key = :value", intentKey).stream().findFirst();
    }

    @Override
    public Optional<MessageRecord> findByCid(Cid cid) {
        return select(
                        "WHERE cid = :value OR intent_key IN"
                                + " (SELECT intent_key FROM message_candidate WHERE cid = :value)",
                        cid.toString())
                .stream()
                .findFirst();
    }

    @Override
    public List<MessageRecord> listInState(MessageState state) {
        return select("WHERE state = :value ORDER BY priority DESC, created_at, intent_key", state.name());
    }

    @Override
    public List<MessageRecord> listUnderWay() {
        // Without the sender: a planner that took its index would go through all that was ever sent.
        return handle.createQuery("SELECT * FROM message WHERE state IN ('SIGNED', 'PUSHED') ORDER BY nonce")
                .map((row, context) -> read(row))
                .list();
    }

    @Override
    public List<MessageRecord> recent(int limit) {
        return select("ORDER BY created_at DESC, intent_key LIMIT :value", limit);
    }

    @Override
    public List<MessageRecord> listFromNonce(Address from, long lowest) {
        return handle.createQuery(
                        "SELECT * FROM message WHERE from_address = :from AND nonce >= :lowest ORDER BY nonce")
                .bind("from", from.toString())
                .bind("lowest", lowest)
                .map((row, context) -> read(row))
                .list();
    }

    @Override
    public OptionalLong highestNonce(Address from) {
        return handle.createQuery("SELECT nonce FROM message WHERE from_address = :from AND nonce IS NOT NULL"
                        + " ORDER BY nonce DESC LIMIT 1")
                .bind("from", from.toString())
                .mapTo(Long.class)
                .findOne()
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    @Override
    public MessageRecord update(MessageRecord message) {
        return message.withVersion(row(message).update(handle, "message", "intent_key", message.version()));
    }

    @Override
    public void addCandidate(MessageCandidate candidate) {
        new Row()
                .cid("cid", candidate.cid())
                .text("intent_key", candidate.intentKey())
                .number("number", candidate.number())
                .text("purpose", candidate.purpose().name())
                .bytes("signed_message", candidate.signedMessage())
                .number("signed_epoch", candidate.signedAt().value())
                .flag("taken", candidate.taken())
                .instant("created_at", candidate.createdAt())
                .insert(handle, "message_candidate");
    }

    @Override
    public List<MessageCandidate> candidates(String intentKey) {
        return handle.createQuery("SELECT * FROM message_candidate WHERE intent_key = :key ORDER BY number")
                .bind("key", intentKey)
                .map((row, context) -> readCandidate(row))
                .list();
    }

    @Override
    public List<MessageRecord> signedSince(Instant since) {
        return select(
                "WHERE intent_key IN (SELECT intent_key FROM message_candidate WHERE created_at >= :value)"
                        + " ORDER BY intent_key",
                Columns.nanos(since));
    }

    @Override
    public void candidateTaken(Cid cid) {
        handle.createUpdate("UPDATE message_candidate SET taken = 1 WHERE cid = :cid")
                .bind("cid", cid.toString())
                .execute();
    }

    @Override
    public void removeCandidates(String intentKey) {
        handle.createUpdate("DELETE FROM message_candidate WHERE intent_key = :key")
                .bind("key", intentKey)
                .execute();
    }

    @Override
    public void removeCandidate(Cid cid) {
        handle.createUpdate("DELETE FROM message_candidate WHERE cid = :cid")
                .bind("cid", cid.toString())
                .execute();
    }

    @Override
    public int dateCandidates(Epoch signedAt) {
        return handle.createUpdate("UPDATE message_candidate SET signed_epoch = :epoch WHERE signed_epoch < 0")
                .bind("epoch", signedAt.value())
                .execute();
    }

    private List<MessageRecord> select(String where, Object value) {
        return handle.createQuery("SELECT * FROM message " + where)
                .bind("value", value)
                .map((row, context) -> read(row))
                .list();
    }

    private static Row row(MessageRecord message) {
        return new Row()
                .text("intent_key", message.intentKey())
                .text("from_address", message.from().toString())
                .text("to_address", message.to().toString())
                .text("amount", message.value().attoText())
                .number("method", message.method())
                .bytes("params", message.params())
                .text("max_fee", message.maxFee().attoText())
                .number("priority", message.priority())
                .epoch("due_epoch", message.due())
                .text("state", message.state().name())
                .number("nonce", message.nonce())
                .bytes("signed_message", message.signedMessage())
                .cid("cid", message.cid())
                .epoch("mined_height", message.minedHeight())
                .number("exit_code", message.exitCode())
                .bytes("return_value", message.returnValue())
                .text("gas_cost", message.gasCost().map(TokenAmount::attoText))
                .text("error", message.error())
                .instant("updated_at", message.updatedAt());
    }

    private static MessageRecord read(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        return new MessageRecord(
                columns.text("intent_key"),
                columns.address("from_address"),
                columns.address("to_address"),
                columns.amount("amount"),
                columns.number("method"),
                columns.bytes("params"),
                columns.amount("max_fee"),
                Math.toIntExact(columns.number("priority")),
                columns.optionalEpoch("due_epoch"),
                columns.name("state", MessageState.class),
                columns.optionalNumber("nonce"),
                columns.optionalBytes("signed_message"),
                columns.optionalCid("cid"),
                columns.optionalEpoch("mined_height"),
                columns.optionalNumber("exit_code"),
                columns.optionalBytes("return_value"),
                columns.optionalText("gas_cost").map(TokenAmount::ofAtto),
                columns.optionalText("error"),
                columns.instant("created_at"),
                columns.instant("updated_at"),
                columns.number("version"));
    }

    private static MessageCandidate readCandidate(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        return new MessageCandidate(
                columns.text("intent_key"),
                Math.toIntExact(columns.number("number")),
                columns.cid("cid"),
                columns.name("purpose", MessageCandidate.Purpose.class),
                columns.bytes("signed_message"),
                new Epoch(columns.number("signed_epoch")),
                columns.flag("taken"),
                columns.instant("created_at"));
    }
}
