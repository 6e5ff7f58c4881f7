package io.adit.core.state;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads typed values out of a row. */
final class Columns {
    private static final long NANOS = 1_000_000_000L;

    private final ResultSet row;

    Columns(ResultSet row) {
        this.row = row;
    }

    static long nanos(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), NANOS), instant.getNano());
    }

    static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS));
    }

    String text(String column) throws SQLException {
        String value = row.getString(column);
        if (value == null) {
            throw new AditException(
                    StateErrorCode.STATE_CORRUPT, "reading the state database: column " + column + " is empty");
        }
        return value;
    }

    Optional<String> optionalText(String column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }

    long number(String column) throws SQLException {
        return row.getLong(column);
    }

    OptionalLong optionalNumber(String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
    }

    boolean flag(String column) throws SQLException {
        return row.getLong(column) != 0;
    }

    Bytes bytes(String column) throws SQLException {
        return optionalBytes(column)
                .orElseThrow(() -> new AditException(
                        StateErrorCode.STATE_CORRUPT, "reading the state database: column " + column + " is empty"));
    }

    Optional<Bytes> optionalBytes(String column) throws SQLException {
        return Optional.ofNullable(row.getBytes(column)).map(Bytes::new);
    }

    Instant instant(String column) throws SQLException {
        return instant(row.getLong(column));
    }

    Optional<Instant> optionalInstant(String column) throws SQLException {
        OptionalLong value = optionalNumber(column);
        return value.isPresent() ? Optional.of(instant(value.getAsLong())) : Optional.empty();
    }

    <E extends Enum<E>> E name(String column, Class<E> type) throws SQLException {
        String value = text(column);
        try {
            return Enum.valueOf(type, value);
        } catch (IllegalArgumentException e) {
            throw new AditException(
                    StateErrorCode.STATE_CORRUPT,
                    "reading the state database: column " + column + " holds '" + value + "', which is no "
                            + type.getSimpleName(),
                    e);
        }
    }

    Cid cid(String column) throws SQLException {
        return Cid.parse(text(column));
    }

    Optional<Cid> optionalCid(String column) throws SQLException {
        return optionalText(column).map(Cid::parse);
    }

    Commitment commitment(String column) throws SQLException {
        return Commitment.fromCid(cid(column));
    }

    Optional<Commitment> optionalCommitment(String column) throws SQLException {
        return optionalCid(column).map(Commitment::fromCid);
    }

    Optional<Epoch> optionalEpoch(String column) throws SQLException {
        OptionalLong value = optionalNumber(column);
        return value.isPresent() ? Optional.of(new Epoch(value.getAsLong())) : Optional.empty();
    }

    Address address(String column) throws SQLException {
        return Address.parse(text(column));
    }

    TokenAmount amount(String column) throws SQLException {
        return TokenAmount.ofAtto(text(column));
    }
}
