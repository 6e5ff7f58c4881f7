package io.adit.core.state;

import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Deals in SQL. */
final class SqlDealTable implements DealTable {
    private static final BigInteger NANO = BigInteger.TEN.pow(9);

    private final Handle handle;

    SqlDealTable(Handle handle) {
        this.handle = handle;
    }

    @Override
    public void insert(DealRecord deal) {
        row(deal)
                .instant("created_at", deal.createdAt())
                .number("version", deal.version())
                .insert(handle, "deal");
    }

    @Override
    public Optional<DealRecord> find(UUID uuid) {
        return select("WHERE uuid = :value", uuid.toString()).stream().findFirst();
    }

    @Override
    public Optional<DealRecord> findBySignedProposal(Cid signedProposalCid) {
        return select("WHERE signed_proposal_cid = :value", signedProposalCid.toString()).stream()
                .findFirst();
    }

    @Override
    public Optional<DealRecord> findByChainId(long chainDealId) {
        return select("WHERE chain_deal_id = :value", chainDealId).stream().findFirst();
    }

    @Override
    public List<DealRecord> list() {
        return handle.createQuery("SELECT * FROM deal ORDER BY created_at DESC, uuid")
                .map((row, context) -> read(row))
                .list();
    }

    @Override
    public List<DealRecord> listAt(DealCheckpoint checkpoint) {
        return select("WHERE checkpoint = :value AND error IS NULL ORDER BY created_at, uuid", checkpoint.name());
    }

    @Override
    public List<UUID> namesAt(DealCheckpoint checkpoint, DealProtocol protocol) {
        return handle.createQuery("SELECT uuid FROM deal WHERE checkpoint = :checkpoint AND error IS NULL"
                        + " AND protocol = :protocol ORDER BY created_at, uuid")
                .bind("checkpoint", checkpoint.name())
                .bind("protocol", protocol.name())
                .mapTo(String.class)
                .map(UUID::fromString)
                .list();
    }

    @Override
    public DealRecord update(DealRecord deal) {
        return deal.withVersion(row(deal).update(handle, "deal", "uuid", deal.version()));
    }

    @Override
    public DealTotals totals(Set<DealCheckpoint> checkpoints) {
        return handle.createQuery("SELECT COUNT(*) AS deals, COALESCE(SUM(transfer_size), 0) AS transfer_bytes,"
                        + " COALESCE(SUM(CASE WHEN sector IS NULL THEN piece_size ELSE 0 END), 0) AS unplaced_bytes"
                        + " FROM deal WHERE error IS NULL AND checkpoint IN " + names(checkpoints))
                .map((row, context) -> new DealTotals(
                        Math.toIntExact(row.getLong("deals")),
                        row.getLong("transfer_bytes"),
                        row.getLong("unplaced_bytes")))
                .one();
    }

    @Override
    public ClientTotals totals(Set<Address> clients, Set<DealCheckpoint> checkpoints) {
        return handle.createQuery("SELECT COUNT(*) AS deals, COALESCE(SUM(transfer_size), 0) AS transfer_bytes"
                        + " FROM deal WHERE client IN (<clients>) AND error IS NULL AND checkpoint IN "
                        + names(checkpoints))
                .bindList("clients", clients.stream().map(Address::toString).toList())
                .map((row, context) ->
                        new ClientTotals(Math.toIntExact(row.getLong("deals")), row.getLong("transfer_bytes")))
                .one();
    }

    @Override
    public List<DealRecord> unpromised(Set<DealCheckpoint> checkpoints) {
        return handle.createQuery("SELECT * FROM deal WHERE error IS NULL AND checkpoint IN " + names(checkpoints)
                        + " AND uuid NOT IN (SELECT deal FROM deal_promise)")
                .map((row, context) -> read(row))
                .list();
    }

    /** The names of constants need no escaping. */
    private static String names(Set<DealCheckpoint> checkpoints) {
        return checkpoints.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", ", "(", ")"));
    }

    @Override
    public void promise(UUID deal, Address client, TokenAmount amount) {
        var parts = amount.atto().divideAndRemainder(NANO);
        new Row()
                .text("deal", deal.toString())
                .text("client", client.toString())
                .number("nano", parts[0].longValueExact())
                .number("rest", parts[1].longValueExact())
                .insertIfAbsent(handle, "deal_promise", "deal");
    }

    @Override
    public void release(UUID deal) {
        handle.createUpdate("DELETE FROM deal_promise WHERE deal = :deal")
                .bind("deal", deal.toString())
                .execute();
    }

    @Override
    public TokenAmount promised(Address client) {
        return handle.createQuery("SELECT COALESCE(SUM(nano), 0) AS nano, COALESCE(SUM(rest), 0) AS rest"
                        + " FROM deal_promise WHERE client = :client")
                .bind("client", client.toString())
                .map((row, context) -> new TokenAmount(BigInteger.valueOf(row.getLong("nano"))
                        .multiply(NANO)
                        .add(BigInteger.valueOf(row.getLong("rest")))))
                .one();
    }

    @Override
    public List<DealRecord> living() {
        return select(
                "WHERE error IS NULL AND checkpoint = :value AND uuid NOT IN (SELECT deal FROM deal_end)"
                        + " ORDER BY created_at, uuid",
                DealCheckpoint.Complete.name());
    }

    @Override
    public void end(UUID deal, DealEnd end) {
        new Row()
                .text("deal", deal.toString())
                .text("ending", end.ending().name())
                .number("epoch", end.epoch().value())
                .insertIfAbsent(handle, "deal_end", "deal");
    }

    @Override
    public Map<UUID, DealEnd> ends() {
        var ends = new HashMap<UUID, DealEnd>();
        handle.createQuery("SELECT deal, ending, epoch FROM deal_end")
                .map((row, context) -> {
                    var columns = new Columns(row);
                    return Map.entry(
                            UUID.fromString(columns.text("deal")),
                            new DealEnd(
                                    columns.name("ending", DealEnd.Ending.class), new Epoch(columns.number("epoch"))));
                })
                .forEach(entry -> ends.put(entry.getKey(), entry.getValue()));
        return ends;
    }

    @Override
    public List<DealRecord> needing(Commitment commP) {
        return select(
                "WHERE comm_p = :value AND error IS NULL AND uuid NOT IN (SELECT deal FROM deal_end)"
                        + " ORDER BY created_at, uuid",
                commP.asUnsealedCid().toString());
    }

    private List<DealRecord> select(String where, Object value) {
        return handle.createQuery("SELECT * FROM deal " + where)
                .bind("value", value)
                .map((row, context) -> read(row))
                .list();
    }

    private static Row row(DealRecord deal) {
        return new Row()
                .text("uuid", deal.uuid().toString())
                .text("protocol", deal.protocol().name())
                .cid("signed_proposal_cid", deal.signedProposalCid())
                .bytes("client_deal_proposal", deal.clientDealProposal())
                .cid("comm_p", deal.piece().commP().asUnsealedCid())
                .number("piece_size", deal.piece().size().bytes())
                .text("client", deal.client().toString())
                .number("start_epoch", deal.start().value())
                .number("end_epoch", deal.end().value())
                .text("price_per_epoch", deal.pricePerEpoch().attoText())
                .cid("data_root", deal.dataRoot())
                .flag("offline", deal.offline())
                .text("transfer_type", deal.transferType())
                .bytes("transfer_params", deal.transferParams())
                .number("transfer_size", deal.transferSize())
                .flag("skip_ipni", deal.skipIpni())
                .flag("remove_unsealed", deal.removeUnsealed())
                .text("checkpoint", deal.checkpoint().name())
                .number("bytes_received", deal.bytesReceived())
                .cid("publish_cid", deal.publishCid())
                .number("chain_deal_id", deal.chainDealId())
                .sector("sector", deal.sector())
                .text("error", deal.error())
                .instant("updated_at", deal.updatedAt());
    }

    private static DealRecord read(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        OptionalLong sector = columns.optionalNumber("sector");
        return new DealRecord(
                UUID.fromString(columns.text("uuid")),
                columns.name("protocol", DealProtocol.class),
                columns.cid("signed_proposal_cid"),
                columns.bytes("client_deal_proposal"),
                new PieceInfo(columns.commitment("comm_p"), new PaddedSize(columns.number("piece_size"))),
                columns.address("client"),
                new Epoch(columns.number("start_epoch")),
                new Epoch(columns.number("end_epoch")),
                columns.amount("price_per_epoch"),
                columns.cid("data_root"),
                columns.flag("offline"),
                columns.text("transfer_type"),
                columns.bytes("transfer_params"),
                columns.number("transfer_size"),
                columns.flag("skip_ipni"),
                columns.flag("remove_unsealed"),
                columns.name("checkpoint", DealCheckpoint.class),
                columns.number("bytes_received"),
                columns.optionalCid("publish_cid"),
                columns.optionalNumber("chain_deal_id"),
                sector.isPresent() ? Optional.of(new SectorNumber(sector.getAsLong())) : Optional.empty(),
                columns.optionalText("error"),
                columns.instant("created_at"),
                columns.instant("updated_at"),
                columns.number("version"));
    }
}
