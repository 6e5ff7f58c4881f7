package io.adit.market.retrieve;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/** Answers with a part of a piece's file: whole, a range, or not at all when the client has it. */
final class FileAnswer {
    static final String IMMUTABLE = "public, max-age=29030400, immutable";

    /** What scripts of other sites may read beside what they always may. */
    private static final String EXPOSED =
            "Content-Length, Content-Range, Content-Location, ETag, X-Ipfs-Path, X-Ipfs-Roots";

    private FileAnswer() {}

    /**
     * Answers the exchange.
     *
     * @param headers what describes the content; conditions and ranges are added
     * @param piece kept open by the answer as long as it needs it
     */
    static void send(Exchange exchange, HttpHeaders headers, String etag, OpenPiece piece, long offset, long length) {
        if (!describe(exchange, headers, etag)) {
            return;
        }
        var ranges = ranges(exchange, etag, length);
        if (ranges.isEmpty()) {
            exchange.sendFile(200, headers, piece, offset, length);
        } else if (ranges.size() == 1) {
            var range = ranges.getFirst();
            headers.set(HttpHeaderNames.CONTENT_RANGE, range.contentRange(length));
            exchange.sendFile(206, headers, piece, offset + range.first(), range.length());
        } else {
            var parts = Multipart.of(ranges, etag, headers.get(HttpHeaderNames.CONTENT_TYPE), length);
            headers.set(HttpHeaderNames.CONTENT_TYPE, parts.contentType());
            exchange.sendParts(headers, piece, offset, parts);
        }
    }

    /** As {@link #send}, for bytes that a CID carries itself. */
    static void sendInline(Exchange exchange, HttpHeaders headers, String etag, byte[] data) {
        if (describe(exchange, headers, etag)) {
            exchange.sendBytes(200, headers, data);
        }
    }

    /**
     * Adds what all content says, which never changes unless the headers say otherwise; false when 304 was answered.
     *
     * @throws RefusedException PRECONDITION_FAILED when the client wants another version, which there will never be
     */
    static boolean describe(Exchange exchange, HttpHeaders headers, String etag) {
        var match = exchange.header(HttpHeaderNames.IF_MATCH);
        if (!match.isEmpty() && !Conditions.matchNames(match, etag)) {
            throw new RefusedException(
                    RefusalCode.PRECONDITION_FAILED, "If-Match names another version than the only one", etag);
        }
        headers.set(HttpHeaderNames.ETAG, etag);
        if (!headers.contains(HttpHeaderNames.CACHE_CONTROL)) {
            headers.set(HttpHeaderNames.CACHE_CONTROL, IMMUTABLE);
        }
        headers.set("x-content-type-options", "nosniff");
        headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        headers.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        var noneMatch = exchange.header(HttpHeaderNames.IF_NONE_MATCH);
        if (!noneMatch.isEmpty() && Conditions.noneMatchNames(noneMatch, etag)) {
            exchange.sendNothing(304, headers);
            return false;
        }
        return true;
    }

    /** None when everything is to be sent. */
    static List<ByteRange> ranges(Exchange exchange, String etag, long length) {
        var header = exchange.header(HttpHeaderNames.RANGE);
        if (header.isEmpty() || !Conditions.rangeCounts(exchange.header(HttpHeaderNames.IF_RANGE), etag)) {
            return List.of();
        }
        return ByteRange.parse(header, length);
    }

    static void allowRanges(HttpHeaders headers) {
        headers.set(HttpHeaderNames.ACCEPT_RANGES, HttpHeaderValues.BYTES);
    }
}
