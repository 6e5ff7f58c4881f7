package io.adit.market.retrieve;

import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request's path and query.
 *
 * @param segments the path's segments, each percent-decoded after splitting, so that {@code %2F} separates nothing
 * @param isDirectory whether the path ends with a slash
 * @param query the first value of each parameter
 */
record RequestTarget(List<String> segments, boolean isDirectory, Map<String, String> query) {
    private static final int MAX_SEGMENTS = 64;
    private static final int MAX_PARAMETERS = 32;

    RequestTarget {
        segments = List.copyOf(segments);
        query = Map.copyOf(query);
    }

    /**
     * Reads origin-form and absolute-form targets.
     *
     * @throws RefusedException when it is malformed
     */
    static RequestTarget parse(String uri) {
        var origin = withoutAuthority(uri);
        int mark = origin.indexOf('?');
        var path = mark < 0 ? origin : origin.substring(0, mark);
        if (!path.startsWith("/")) {
            throw malformed("the request target does not begin with /");
        }
        var segments = new ArrayList<String>();
        for (var part : path.substring(1).split("/", MAX_SEGMENTS + 1)) {
            if (!part.isEmpty()) {
                segments.add(decode(part));
            }
        }
        if (segments.size() > MAX_SEGMENTS) {
            throw malformed("more than " + MAX_SEGMENTS + " path segments");
        }
        return new RequestTarget(segments, path.endsWith("/"), mark < 0 ? Map.of() : query(origin.substring(mark + 1)));
    }

    /** The path as it was sent, without authority and query. */
    static String rawPath(String uri) {
        var origin = withoutAuthority(uri);
        int mark = origin.indexOf('?');
        return mark < 0 ? origin : origin.substring(0, mark);
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(query.get(name));
    }

    private static String withoutAuthority(String uri) {
        if (!uri.startsWith("http://") && !uri.startsWith("https://")) {
            return uri;
        }
        int slash = uri.indexOf('/', uri.indexOf("//") + 2);
        return slash < 0 ? "/" : uri.substring(slash);
    }

    private static Map<String, String> query(String text) {
        var parameters = new TreeMap<String, String>();
        var parts = text.split("&", MAX_PARAMETERS + 1);
        if (parts.length > MAX_PARAMETERS) {
            throw malformed("more than " + MAX_PARAMETERS + " query parameters");
        }
        for (var part : parts) {
            int equals = part.indexOf('=');
            var name = equals < 0 ? part : part.substring(0, equals);
            var value = equals < 0 ? "" : part.substring(equals + 1);
            try {
                parameters.putIfAbsent(
                        URLDecoder.decode(name, StandardCharsets.UTF_8),
                        URLDecoder.decode(value, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                throw malformed("a malformed percent-encoding in the query");
            }
        }
        return parameters;
    }

    /** Strict percent-decoding to UTF-8; NUL and dot segments have no place in a content path. */
    private static String decode(String segment) {
        var bytes = ByteBuffer.allocate(segment.length() * 4);
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c != '%') {
                bytes.put(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            } else if (i + 2 < segment.length()
                    && HexFormat.isHexDigit(segment.charAt(i + 1))
                    && HexFormat.isHexDigit(segment.charAt(i + 2))) {
                bytes.put((byte) HexFormat.fromHexDigits(segment, i + 1, i + 3));
                i += 2;
            } else {
                throw malformed("a malformed percent-encoding in the path");
            }
        }
        String decoded;
        try {
            decoded = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw malformed("a path that is not UTF-8");
        }
        if (decoded.indexOf('\0') >= 0 || decoded.equals(".") || decoded.equals("..")) {
            throw malformed("NUL or a dot segment in the path");
        }
        return decoded;
    }

    private static RefusedException malformed(String problem) {
        return new RefusedException(RefusalCode.BAD_REQUEST, problem, "/piece/{cid}, /ipfs/{cid}[/path] or /");
    }
}
