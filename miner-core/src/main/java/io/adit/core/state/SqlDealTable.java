package io.adit.core.state;

import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.Cid;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Deals in SQL. */
final class SqlDealTable implements DealTable {
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
    public DealRecord update(DealRecord deal) {
        return deal.withVersion(row(deal).update(handle, "deal", "uuid", deal.version()));
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
