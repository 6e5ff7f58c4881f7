package io.adit.core.state;

import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A storage deal as the provider remembers it.
 *
 * @param protocol what the proposal is written in
 * @param signedProposalCid unique: the same proposal is accepted once; of an MK20 deal, the hash of its JSON
 * @param clientDealProposal the proposal, byte for byte as the client sent it: CBOR with its signature (MK12), or JSON
 * @param dataRoot the payload root the client names; of an MK20 deal, which names none, the piece CID
 * @param offline whether the data comes by other means than a transfer
 * @param transferType for example {@code http}
 * @param transferParams JSON of the transfer, as sent
 * @param transferSize bytes of the CAR to fetch
 * @param bytesReceived bytes of it that are on disk
 * @param sector the sector it was put into
 * @param error why the deal failed; a deal with an error goes no further
 * @param version counts updates, see {@link DealTable#update}
 */
@RecordBuilder
public record DealRecord(
        UUID uuid,
        DealProtocol protocol,
        Cid signedProposalCid,
        Bytes clientDealProposal,
        PieceInfo piece,
        Address client,
        Epoch start,
        Epoch end,
        TokenAmount pricePerEpoch,
        Cid dataRoot,
        boolean offline,
        String transferType,
        Bytes transferParams,
        long transferSize,
        boolean skipIpni,
        boolean removeUnsealed,
        DealCheckpoint checkpoint,
        long bytesReceived,
        Optional<Cid> publishCid,
        OptionalLong chainDealId,
        Optional<SectorNumber> sector,
        Optional<String> error,
        Instant createdAt,
        Instant updatedAt,
        long version)
        implements DealRecordBuilder.With {}
