package io.adit.core.state;

import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.ipld.Cid;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Advertisements in SQL. */
final class SqlAdTable implements AdTable {
    /** 1 for a deal that is on the chain, alive and public. */
    private static final String PUBLIC = "CASE WHEN skip_ipni = 0 AND error IS NULL"
            + " AND checkpoint IN ('PublishConfirmed', 'AddedPiece', 'IndexedAndAnnounced', 'Complete')"
            + " AND uuid NOT IN (SELECT deal FROM deal_end)";

    private static final String WITHHELD = "WITH withheld AS (SELECT comm_p FROM deal GROUP BY comm_p"
            + " HAVING MAX(skip_ipni) = 1 AND MAX(" + PUBLIC + " THEN 1 ELSE 0 END) = 0)";

    private static final String PIECES_NOT_ANNOUNCED = "SELECT comm_p FROM deal GROUP BY comm_p"
            + " HAVING MAX(CASE WHEN protocol = 'MK20' THEN 1 ELSE 0 END) = 1"
            + " AND MAX(" + PUBLIC + " AND protocol <> 'MK20' THEN 1 ELSE 0 END) = 0";

    private static final String PARTS_WITHHELD = "SELECT part.comm_p FROM sub_piece AS part"
            + " WHERE part.parent IN (SELECT comm_p FROM withheld)"
            + " AND NOT EXISTS (SELECT 1 FROM sub_piece AS other, piece WHERE other.comm_p = part.comm_p"
            + " AND piece.comm_p = other.parent AND piece.file IS NOT NULL"
            + " AND other.parent NOT IN (SELECT comm_p FROM withheld))"
            + " AND NOT EXISTS (SELECT 1 FROM piece AS own WHERE own.comm_p = part.comm_p AND own.file IS NOT NULL"
            + " AND own.comm_p NOT IN (SELECT comm_p FROM withheld))";

    private final Handle handle;

    SqlAdTable(Handle handle) {
        this.handle = handle;
    }

    @Override
    public Optional<AdRecord> head(String provider) {
        return ads("provider = :provider ORDER BY number DESC LIMIT 1", Map.of("provider", provider));
    }

    @Override
    public Optional<AdRecord> find(String provider, Cid cid) {
        return ads("provider = :provider AND cid = :cid", Map.of("provider", provider, "cid", cid.toString()));
    }

    private Optional<AdRecord> ads(String where, Map<String, String> values) {
        return handle.createQuery("SELECT * FROM ipni_ad WHERE " + where)
                .bindMap(values)
                .map((row, context) -> ad(row))
                .findOne();
    }

    @Override
    public void append(String provider, AdRecord ad) {
        long expected = head(provider).map(AdRecord::number).orElse(0L) + 1;
        if (ad.number() != expected) {
            throw new AditException(
                    StateErrorCode.STATE_STALE_RECORD,
                    "adding advertisement " + ad.number() + " where " + expected + " is next; read the head again");
        }
        new Row()
                .text("provider", provider)
                .number("number", ad.number())
                .cid("cid", ad.cid())
                .bytes("block", ad.block())
                .instant("created_at", ad.createdAt())
                .insert(handle, "ipni_ad");
    }

    @Override
    public List<AdContext> contexts(String provider) {
        return handle.createQuery("SELECT * FROM ipni_context WHERE provider = :provider ORDER BY context_id")
                .bind("provider", provider)
                .map((row, context) -> context(row))
                .list();
    }

    @Override
    public void put(String provider, AdContext context) {
        delete(provider, context);
        new Row()
                .text("provider", provider)
                .text("context_id", hex(context))
                .cid("comm_p", context.piece().asUnsealedCid())
                .text("kind", context.kind().name())
                .bytes("metadata", context.metadata())
                .insert(handle, "ipni_context");
    }

    @Override
    public void remove(String provider, AdContext context) {
        delete(provider, context);
        handle.createUpdate("DELETE FROM ipni_chunk WHERE comm_p = :piece AND kind = :kind")
                .bind("piece", context.piece().asUnsealedCid().toString())
                .bind("kind", context.kind().name())
                .execute();
    }

    private void delete(String provider, AdContext context) {
        handle.createUpdate("DELETE FROM ipni_context WHERE provider = :provider AND context_id = :context")
                .bind("provider", provider)
                .bind("context", hex(context))
                .execute();
    }

    private static String hex(AdContext context) {
        return HexFormat.of().formatHex(context.contextId().array());
    }

    @Override
    public void putChunks(List<AdChunk> chunks) {
        for (var chunk : chunks) {
            new Row()
                    .cid("cid", chunk.cid())
                    .cid("comm_p", chunk.piece().asUnsealedCid())
                    .text("kind", chunk.kind().name())
                    .number("byte_offset", chunk.offset())
                    .number("entries", chunk.entries())
                    .cid("next", chunk.next())
                    .insertIfAbsent(handle, "ipni_chunk", "cid, comm_p, kind");
        }
    }

    @Override
    public List<AdChunk> chunks(Cid cid) {
        return handle.createQuery("SELECT * FROM ipni_chunk WHERE cid = :cid ORDER BY comm_p, kind LIMIT 8")
                .bind("cid", cid.toString())
                .map((row, context) -> chunk(row))
                .list();
    }

    @Override
    public Set<Commitment> unwanted(AdKind kind) {
        var query = switch (kind) {
            case PIECE -> WITHHELD + " SELECT comm_p FROM withheld UNION " + PIECES_NOT_ANNOUNCED;
            case BLOCKS -> WITHHELD + " SELECT comm_p FROM withheld UNION " + PARTS_WITHHELD;
        };
        return handle.createQuery(query).map((row, context) -> new Columns(row).commitment("comm_p")).list().stream()
                .collect(Collectors.toUnmodifiableSet());
    }

    private static AdRecord ad(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        return new AdRecord(
                columns.number("number"), columns.cid("cid"), columns.bytes("block"), columns.instant("created_at"));
    }

    private static AdContext context(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        return new AdContext(
                new Bytes(HexFormat.of().parseHex(columns.text("context_id"))),
                columns.commitment("comm_p"),
                columns.name("kind", AdKind.class),
                columns.bytes("metadata"));
    }

    private static AdChunk chunk(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        return new AdChunk(
                columns.cid("cid"),
                columns.commitment("comm_p"),
                columns.name("kind", AdKind.class),
                columns.number("byte_offset"),
                (int) columns.number("entries"),
                columns.optionalCid("next"));
    }
}
