package io.adit.core.state;

import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Sectors in SQL; their pieces are rows of their own, so that a piece finds its sectors. */
final class SqlSectorTable implements SectorTable {
    private static final String PIECES = "SELECT sector, comm_p, size, deal FROM sector_piece ";

    private final Handle handle;

    SqlSectorTable(Handle handle) {
        this.handle = handle;
    }

    @Override
    public SectorNumber allocateNumber(SectorNumber lowest) {
        if (lowest.value() == Long.MAX_VALUE) {
            throw noNumberLeft(lowest);
        }
        // One statement, so that two machines cannot read the same mark.
        return handle.createQuery("UPDATE counter SET value = CASE WHEN value > :lowest THEN value ELSE :lowest END + 1"
                        + " WHERE name = 'sector.next' AND value < :limit RETURNING value - 1")
                .bind("lowest", lowest.value())
                .bind("limit", Long.MAX_VALUE)
                .mapTo(Long.class)
                .findOne()
                .map(SectorNumber::new)
                .orElseThrow(() -> noNumberLeft(lowest));
    }

    private static AditException noNumberLeft(SectorNumber lowest) {
        return new AditException(
                StateErrorCode.STATE_NO_SECTOR_NUMBER,
                "allocating a sector number at or above " + lowest + ": none is left below the chain's limit");
    }

    @Override
    public void insert(SectorRecord sector) {
        row(sector)
                .instant("created_at", sector.createdAt())
                .number("version", sector.version())
                .insert(handle, "sector");
        insertPieces(sector);
    }

    @Override
    public Optional<SectorRecord> find(SectorNumber number) {
        return select("WHERE number = :value", "WHERE sector = :value", number.value()).stream()
                .findFirst();
    }

    @Override
    public List<SectorRecord> list() {
        return select("", "", "");
    }

    @Override
    public List<SectorRecord> listInState(SectorState state) {
        return select(
                "WHERE state = :value",
                "WHERE sector IN (SELECT number FROM sector WHERE state = :value)",
                state.name());
    }

    @Override
    public Map<SectorState, Integer> count(Set<SectorState> states) {
        // The names of constants need no escaping.
        var names = states.stream().map(state -> "'" + state + "'").collect(Collectors.joining(", "));
        var counts = new EnumMap<SectorState, Integer>(SectorState.class);
        handle.createQuery(
                        "SELECT state, COUNT(*) AS sectors FROM sector WHERE state IN (" + names + ") GROUP BY state")
                .map((row, context) -> Map.entry(
                        new Columns(row).name("state", SectorState.class), Math.toIntExact(row.getLong("sectors"))))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    @Override
    public SectorRecord update(SectorRecord sector) {
        long version = row(sector).update(handle, "sector", "number", sector.version());
        List<SectorPiece> stored = piecesBySector(
                        "WHERE sector = :value", sector.number().value())
                .getOrDefault(sector.number().value(), List.of());
        if (!stored.equals(sector.pieces())) {
            handle.createUpdate("DELETE FROM sector_piece WHERE sector = :sector")
                    .bind("sector", sector.number().value())
                    .execute();
            insertPieces(sector);
        }
        return sector.withVersion(version);
    }

    @Override
    public List<PieceLocation> locations(Commitment commP) {
        String sectors = "SELECT sector FROM sector_piece WHERE comm_p = :value";
        String value = commP.asUnsealedCid().toString();
        var found = new ArrayList<PieceLocation>();
        for (SectorRecord sector :
                select("WHERE number IN (" + sectors + ")", "WHERE sector IN (" + sectors + ")", value)) {
            long offset = 0;
            for (SectorPiece piece : sector.pieces()) {
                PaddedSize size = piece.piece().size();
                if (piece.piece().commP().equals(commP)) {
                    found.add(new PieceLocation(sector.number(), sector.state(), offset, size));
                }
                offset += size.bytes();
            }
        }
        return found;
    }

    private List<SectorRecord> select(String where, String wherePiece, Object value) {
        Map<Long, List<SectorPiece>> pieces = piecesBySector(wherePiece, value);
        var query = handle.createQuery("SELECT * FROM sector " + where + " ORDER BY number");
        if (!where.isEmpty()) {
            query.bind("value", value);
        }
        return query.map((row, context) -> read(row, pieces)).list();
    }

    private Map<Long, List<SectorPiece>> piecesBySector(String where, Object value) {
        var bySector = new HashMap<Long, List<SectorPiece>>();
        var query = handle.createQuery(PIECES + where + " ORDER BY sector, position");
        if (!where.isEmpty()) {
            query.bind("value", value);
        }
        query.map((row, context) -> {
                    var columns = new Columns(row);
                    var piece = new SectorPiece(
                            new PieceInfo(columns.commitment("comm_p"), new PaddedSize(columns.number("size"))),
                            columns.optionalText("deal").map(UUID::fromString));
                    return Map.entry(columns.number("sector"), piece);
                })
                .forEach(entry -> bySector.computeIfAbsent(entry.getKey(), sector -> new ArrayList<>())
                        .add(entry.getValue()));
        return bySector;
    }

    private void insertPieces(SectorRecord sector) {
        long position = 0;
        for (SectorPiece piece : sector.pieces()) {
            new Row()
                    .number("sector", sector.number().value())
                    .number("position", position++)
                    .cid("comm_p", piece.piece().commP().asUnsealedCid())
                    .number("size", piece.piece().size().bytes())
                    .uuid("deal", piece.deal())
                    .insert(handle, "sector_piece");
        }
    }

    private static Row row(SectorRecord sector) {
        return new Row()
                .number("number", sector.number().value())
                .number("seal_proof", sector.sealProof().number())
                .text("state", sector.state().name())
                .randomness("ticket_value", sector.ticket().map(SectorTicket::value))
                .epoch("ticket_epoch", sector.ticket().map(SectorTicket::epoch))
                .unsealed("comm_d", sector.commD())
                .sealed("comm_r", sector.commR())
                .cid("precommit_cid", sector.preCommitCid())
                .epoch("precommit_epoch", sector.preCommitEpoch())
                .randomness("seed_value", sector.seed().map(SectorSeed::value))
                .epoch("seed_epoch", sector.seed().map(SectorSeed::epoch))
                .bytes("proof", sector.proof())
                .cid("commit_cid", sector.commitCid())
                .epoch("activation", sector.activation())
                .epoch("expiration", sector.expiration())
                .text("error", sector.error())
                .instant("updated_at", sector.updatedAt());
    }

    private static SectorRecord read(ResultSet row, Map<Long, List<SectorPiece>> pieces) throws SQLException {
        var columns = new Columns(row);
        long number = columns.number("number");
        Optional<Randomness> ticket = columns.optionalBytes("ticket_value").map(b -> Randomness.of(b.array()));
        Optional<Epoch> ticketEpoch = columns.optionalEpoch("ticket_epoch");
        Optional<Randomness> seed = columns.optionalBytes("seed_value").map(b -> Randomness.of(b.array()));
        Optional<Epoch> seedEpoch = columns.optionalEpoch("seed_epoch");
        return new SectorRecord(
                new SectorNumber(number),
                RegisteredSealProof.fromNumber(columns.number("seal_proof")),
                columns.name("state", SectorState.class),
                pieces.getOrDefault(number, List.of()),
                ticket.flatMap(value -> ticketEpoch.map(epoch -> new SectorTicket(value, epoch))),
                columns.optionalCommitment("comm_d"),
                columns.optionalCommitment("comm_r"),
                columns.optionalCid("precommit_cid"),
                columns.optionalEpoch("precommit_epoch"),
                seed.flatMap(value -> seedEpoch.map(epoch -> new SectorSeed(value, epoch))),
                columns.optionalBytes("proof"),
                columns.optionalCid("commit_cid"),
                columns.optionalEpoch("activation"),
                columns.optionalEpoch("expiration"),
                columns.optionalText("error"),
                columns.instant("created_at"),
                columns.instant("updated_at"),
                columns.number("version"));
    }
}
