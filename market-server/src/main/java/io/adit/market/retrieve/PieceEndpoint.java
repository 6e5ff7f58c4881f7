package io.adit.market.retrieve;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.PieceCid;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;

/**
 * {@code GET|HEAD /piece/{cid}} (FRC-0066), by piece CID version 1 or 2.
 *
 * <p>What is served is the piece's payload, raw size bytes, for either version, as Curio does; Boost serves the zeros
 * after it too. The payload is what version 2 names the length of, and a client who needs the zeros for CommP knows how
 * many there are. The entity tag is the same under both names.
 */
final class PieceEndpoint {
    private final PieceCatalog catalog;
    private final ContentPolicy policy;

    PieceEndpoint(PieceCatalog catalog, ContentPolicy policy) {
        this.catalog = catalog;
        this.policy = policy;
    }

    void answer(Exchange exchange, RequestTarget target) throws IOException {
        if (target.segments().size() != 2) {
            throw new RefusedException(RefusalCode.NOT_FOUND, "a piece has no path below it", "/piece/{pieceCid}");
        }
        var cid = parse(target.segments().get(1));
        if (policy.isBlocked(cid.v1())) {
            throw new RefusedException(RefusalCode.BLOCKED, "this piece is not served", "");
        }
        var stored = stored(cid);
        try (var piece = OpenPiece.open(stored)) {
            var headers = Exchange.headers();
            headers.set(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream");
            headers.set(HttpHeaderNames.CONTENT_DISPOSITION, "attachment; filename=\"" + cid.v1() + ".piece\"");
            FileAnswer.allowRanges(headers);
            FileAnswer.send(exchange, headers, "\"" + cid.v1() + "\"", piece, 0, stored.rawSize());
        }
    }

    private StoredPiece stored(PieceCid cid) {
        return switch (catalog.find(cid.commP())) {
            case PieceLookup.Here here -> {
                var stored = here.piece();
                boolean sameSize = cid.size().stream()
                        .allMatch(size -> size.equals(stored.piece().size()));
                boolean sameLength = cid.rawSize().stream().allMatch(length -> length == stored.rawSize());
                // Two pieces can have one commitment at two sizes, with payloads of one length.
                if (!sameSize || !sameLength) {
                    throw new RefusedException(
                            RefusalCode.NOT_FOUND,
                            "the piece is stored with a payload of another size than this CID names",
                            stored.rawSize() + " bytes in a piece of "
                                    + stored.piece().size().bytes());
                }
                yield stored;
            }
            case PieceLookup.NoCopy none ->
                throw new RefusedException(RefusalCode.GONE, "no unsealed copy of the piece is kept at present", "");
            case PieceLookup.Unknown unknown ->
                throw new RefusedException(RefusalCode.NOT_FOUND, "the piece is not stored here", "");
        };
    }

    private static PieceCid parse(String text) {
        try {
            return PieceCid.parse(Cids.parse(text));
        } catch (InvalidValueException e) {
            throw new RefusedException(RefusalCode.BAD_CID, "not a piece CID", e.limit());
        }
    }
}
