package io.adit.sealing.pipeline;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.DataActivationNotification;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PieceInfo;
import io.adit.core.state.Bytes;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A piece of a deal that has to get into a sector: of a deal that the market actor knows, or of one that is onboarded
 * directly (FIP-0076).
 *
 * @param deal the deal it belongs to
 * @param piece its commitment and padded size
 * @param file its bytes, unpadded; must stay unchanged until the sector's data is written (state GetTicket or later)
 * @param rawSize the file's length in bytes, at most the piece's unpadded size; zeroes follow
 * @param chainDealId the deal's number in the market actor; empty for a direct deal
 * @param start the epoch by which the sector must be proven
 * @param end the epoch up to which the sector must live
 * @param notifications who is told what when the sector is proven: of a published deal the market actor, the CBOR deal id
 */
public record DealPiece(
        UUID deal,
        PieceInfo piece,
        Path file,
        long rawSize,
        OptionalLong chainDealId,
        Epoch start,
        Epoch end,
        List<DataActivationNotification> notifications) {

    /** The file must fit into the piece, and the deal must end after it starts. */
    public DealPiece {
        notifications = List.copyOf(notifications);
        if (rawSize < 0 || rawSize > piece.size().unpadded().bytes()) {
            throw new InvalidValueException(
                    "raw size of the piece of deal " + deal,
                    rawSize,
                    "at most " + piece.size().unpadded().bytes() + " bytes");
        }
        if (!start.isBefore(end)) {
            throw new InvalidValueException("end of deal " + deal, end, "after its start " + start);
        }
    }

    /** A piece of a published deal. */
    public DealPiece(
            UUID deal,
            PieceInfo piece,
            Path file,
            long rawSize,
            long chainDealId,
            Epoch start,
            Epoch end,
            Bytes notification) {
        this(
                deal,
                piece,
                file,
                rawSize,
                OptionalLong.of(chainDealId),
                start,
                end,
                List.of(new DataActivationNotification(Actor.MARKET, notification.array())));
    }
}
