package io.adit.market.retrieve;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A satisfiable range of a representation.
 *
 * @param first first byte
 * @param length number of bytes, at least 1
 */
record ByteRange(long first, long length) {
    /** A client that asks for more parts at once gains nothing by it. */
    static final int MAX_RANGES = 64;

    private static final Pattern ONE = Pattern.compile("(\\d{0,18})\\s*-\\s*(\\d{0,18})");
    private static final String UNIT = "bytes=";

    /**
     * Reads a Range header (RFC 9110, section 14). Of several ranges those are kept that name a byte. Other units and
     * malformed headers are ignored, as the RFC asks.
     *
     * @param size bytes of the whole representation
     * @return none when everything is to be sent
     * @throws RefusedException when no byte of it is named, or there are too many ranges, or more bytes in them than in all of
     *     it
     */
    static List<ByteRange> parse(String header, long size) {
        if (!header.startsWith(UNIT)) {
            return List.of();
        }
        var specs = header.substring(UNIT.length()).split(",", MAX_RANGES + 1);
        if (specs.length > MAX_RANGES) {
            throw RefusedException.range("more than " + MAX_RANGES + " ranges in one request", size);
        }
        var ranges = new ArrayList<ByteRange>();
        for (var spec : specs) {
            var matcher = ONE.matcher(spec.strip());
            if (!matcher.matches()
                    || (matcher.group(1).isEmpty() && matcher.group(2).isEmpty())) {
                return List.of();
            }
            if (isBackwards(matcher.group(1), matcher.group(2))) {
                return List.of();
            }
            satisfiable(matcher.group(1), matcher.group(2), size).ifPresent(ranges::add);
        }
        if (ranges.isEmpty()) {
            throw RefusedException.range("no range begins within the " + size + " bytes", size);
        }
        if (ranges.size() > 1 && ranges.stream().mapToLong(ByteRange::length).sum() > size) {
            throw RefusedException.range("ranges of more bytes together than there are", size);
        }
        return ranges;
    }

    private static boolean isBackwards(String first, String last) {
        return !first.isEmpty() && !last.isEmpty() && Long.parseLong(last) < Long.parseLong(first);
    }

    private static Optional<ByteRange> satisfiable(String first, String last, long size) {
        long from = first.isEmpty() ? size - Math.min(Long.parseLong(last), size) : Long.parseLong(first);
        long to = first.isEmpty() || last.isEmpty() ? size - 1 : Math.min(Long.parseLong(last), size - 1);
        return from > to ? Optional.empty() : Optional.of(new ByteRange(from, to - from + 1));
    }

    /** The Content-Range value. */
    String contentRange(long size) {
        return "bytes " + first + "-" + (first + length - 1) + "/" + size;
    }
}
