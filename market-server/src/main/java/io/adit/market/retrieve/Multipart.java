package io.adit.market.retrieve;

import io.adit.core.ipld.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Several ranges in one answer: {@code multipart/byteranges} (RFC 9110, section 14.6).
 *
 * @param contentType what the answer says that it is
 * @param parts in the order in which they were asked for
 * @param end what follows the last one
 */
record Multipart(String contentType, List<Part> parts, byte[] end) {
    /**
     * A range.
     *
     * @param head what goes before its bytes
     */
    record Part(byte[] head, ByteRange range) {}

    /**
     * Lays the parts out.
     *
     * @param etag of the content, which has a hash of it
     * @param size bytes of the whole content
     */
    static Multipart of(List<ByteRange> ranges, String etag, String contentType, long size) {
        // Content cannot hold this: it would hold a hash of its own hash.
        var boundary =
                HexFormat.of().formatHex(Hashes.sha256(("part " + etag).getBytes(StandardCharsets.UTF_8)), 0, 16);
        var parts = new ArrayList<Part>();
        for (var range : ranges) {
            var head = (parts.isEmpty() ? "" : "\r\n") + "--" + boundary + "\r\nContent-Type: " + contentType
                    + "\r\nContent-Range: " + range.contentRange(size) + "\r\n\r\n";
            parts.add(new Part(head.getBytes(StandardCharsets.US_ASCII), range));
        }
        return new Multipart(
                "multipart/byteranges; boundary=" + boundary,
                parts,
                ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Bytes of the whole answer. */
    long length() {
        return end.length
                + parts.stream()
                        .mapToLong(part -> part.head().length + part.range().length())
                        .sum();
    }
}
