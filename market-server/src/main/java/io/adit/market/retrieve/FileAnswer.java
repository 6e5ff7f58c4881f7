package io.adit.market.retrieve;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;

/** Answers with a part of a piece's file: whole, a range, or not at all when the client has it. */
final class FileAnswer {
    static final String IMMUTABLE = "public, max-age=29030400, immutable";

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
        var range = range(exchange, etag, length);
        if (range.isEmpty()) {
            exchange.sendFile(200, headers, piece, offset, length);
            return;
        }
        headers.set(HttpHeaderNames.CONTENT_RANGE, range.get().contentRange(length));
        exchange.sendFile(
                206, headers, piece, offset + range.get().first(), range.get().length());
    }

    /** As {@link #send}, for bytes that a CID carries itself. */
    static void sendInline(Exchange exchange, HttpHeaders headers, String etag, byte[] data) {
        if (describe(exchange, headers, etag)) {
            exchange.sendBytes(200, headers, data);
        }
    }

    /** Adds what all immutable content says; false when 304 was answered. */
    static boolean describe(Exchange exchange, HttpHeaders headers, String etag) {
        headers.set(HttpHeaderNames.ETAG, etag);
        headers.set(HttpHeaderNames.CACHE_CONTROL, IMMUTABLE);
        headers.set("x-content-type-options", "nosniff");
        headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        var noneMatch = exchange.header(HttpHeaderNames.IF_NONE_MATCH);
        if (!noneMatch.isEmpty() && Conditions.noneMatchNames(noneMatch, etag)) {
            exchange.sendNothing(304, headers);
            return false;
        }
        return true;
    }

    private static Optional<ByteRange> range(Exchange exchange, String etag, long length) {
        var header = exchange.header(HttpHeaderNames.RANGE);
        if (header.isEmpty() || !Conditions.rangeCounts(exchange.header(HttpHeaderNames.IF_RANGE), etag)) {
            return Optional.empty();
        }
        return ByteRange.parse(header, length);
    }

    static void allowRanges(HttpHeaders headers) {
        headers.set(HttpHeaderNames.ACCEPT_RANGES, HttpHeaderValues.BYTES);
    }
}
