package io.adit.market.retrieve;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A satisfiable range of a representation.
 *
 * @param first first byte
 * @param length number of bytes, at least 1
 */
record ByteRange(long first, long length) {
    private static final Pattern ONE = Pattern.compile("(\\d{0,18})\\s*-\\s*(\\d{0,18})");
    private static final String UNIT = "bytes=";

    /**
     * Reads a Range header (RFC 9110, section 14). One range is served. Other units and malformed headers are ignored, as
     * the RFC asks.
     *
     * @param size bytes of the whole representation
     * @throws RefusedException when no byte of it is named, or there are several ranges
     */
    static Optional<ByteRange> parse(String header, long size) {
        if (!header.startsWith(UNIT)) {
            return Optional.empty();
        }
        var spec = header.substring(UNIT.length()).strip();
        if (spec.indexOf(',') >= 0) {
            throw unsatisfiable("several ranges in one request", size);
        }
        var matcher = ONE.matcher(spec);
        if (!matcher.matches()
                || (matcher.group(1).isEmpty() && matcher.group(2).isEmpty())) {
            return Optional.empty();
        }
        if (matcher.group(1).isEmpty()) {
            long suffix = Math.min(Long.parseLong(matcher.group(2)), size);
            return Optional.of(checked(size - suffix, size - 1, size));
        }
        long first = Long.parseLong(matcher.group(1));
        long last = matcher.group(2).isEmpty() ? size - 1 : Long.parseLong(matcher.group(2));
        if (!matcher.group(2).isEmpty() && last < first) {
            return Optional.empty();
        }
        return Optional.of(checked(first, Math.min(last, size - 1), size));
    }

    private static ByteRange checked(long first, long last, long size) {
        if (first >= size || last < first) {
            throw unsatisfiable("the range begins at " + first + " of " + size + " bytes", size);
        }
        return new ByteRange(first, last - first + 1);
    }

    private static RefusedException unsatisfiable(String problem, long size) {
        return RefusedException.range(problem, size);
    }

    /** The Content-Range value. */
    String contentRange(long size) {
        return "bytes " + first + "-" + (first + length - 1) + "/" + size;
    }
}
