package io.adit.core.state;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jdbi.v3.core.statement.DefaultStatementBuilder;
import org.jdbi.v3.core.statement.StatementBuilder;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * Keeps the prepared statements of one connection for their next use: SQLite compiles a statement each time it is
 * prepared, which takes longer than most of ours take to run. For one thread at a time, as its connection.
 */
final class PreparedOnce implements StatementBuilder {
    private static final int KEPT = 256;

    private final StatementBuilder preparing;
    /** Statements that nobody uses now, by their text; the one used longest ago comes first. */
    private final SequencedMap<String, PreparedStatement> idle = new LinkedHashMap<>();

    /** The texts of those in use: Jdbi gives a statement back with another text than it was prepared from. */
    private final IdentityHashMap<Statement, String> texts = new IdentityHashMap<>();

    PreparedOnce(Connection connection) {
        this.preparing = DefaultStatementBuilder.FACTORY.createStatementBuilder(connection);
    }

    @Override
    public PreparedStatement create(Connection connection, String sql, StatementContext context) throws SQLException {
        // Whoever asks for generated keys gets a statement of another kind.
        if (context.isReturningGeneratedKeys()) {
            return preparing.create(connection, sql, context);
        }
        var kept = idle.remove(sql);
        var statement = kept == null ? preparing.create(connection, sql, context) : kept;
        texts.put(statement, sql);
        return statement;
    }

    @Override
    public void close(Connection connection, String sql, Statement statement) throws SQLException {
        var text = texts.remove(statement);
        if (text != null && statement instanceof PreparedStatement prepared && !prepared.isClosed()) {
            prepared.clearParameters();
            var other = idle.put(text, prepared);
            if (other != null) {
                other.close();
            }
            if (idle.size() > KEPT) {
                idle.pollFirstEntry().getValue().close();
            }
        } else {
            preparing.close(connection, sql, statement);
        }
    }

    @Override
    public Statement create(Connection connection, StatementContext context) throws SQLException {
        return preparing.create(connection, context);
    }

    @Override
    public CallableStatement createCall(Connection connection, String sql, StatementContext context)
            throws SQLException {
        return preparing.createCall(connection, sql, context);
    }

    /** The connection is about to be closed, and its statements with it. */
    @Override
    public void close(Connection connection) {
        idle.clear();
        texts.clear();
        preparing.close(connection);
    }
}
