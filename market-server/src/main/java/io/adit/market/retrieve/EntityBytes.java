package io.adit.market.retrieve;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A part of a file of which a CAR holds the blocks: {@code entity-bytes=from:to} (IPIP-402).
 *
 * @param from first byte; below 0 it counts from the end
 * @param to last byte, which belongs to the part; below 0 it counts from the end; empty for the end itself
 */
record EntityBytes(long from, Optional<Long> to) {
    private static final Pattern TEXT = Pattern.compile("(-?\\d{1,18}):(\\*|-?\\d{1,18})");

    /**
     * Reads the parameter.
     *
     * @throws RefusedException when it is not {@code from:to} with numbers, or {@code *} for to
     */
    static EntityBytes parse(String text) {
        var matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw refused("entity-bytes is malformed");
        }
        long from = Long.parseLong(matcher.group(1));
        if (matcher.group(2).equals("*")) {
            return new EntityBytes(from, Optional.empty());
        }
        long to = Long.parseLong(matcher.group(2));
        if (from < 0 == to < 0 && to < from) {
            throw refused("entity-bytes ends before it begins");
        }
        return new EntityBytes(from, Optional.of(to));
    }

    /** Whether it names every byte of any file. */
    boolean isWhole() {
        return from == 0 && to.isEmpty();
    }

    /**
     * The bytes that are meant of a file.
     *
     * @param size bytes of the file
     * @return empty when there are none, as where the end is before the beginning
     * @throws RefusedException when the part begins behind the end of the file
     */
    Optional<ByteRange> within(long size) {
        if (from >= size && from > 0) {
            throw refused("entity-bytes begins at " + from + " of " + size + " bytes");
        }
        long first = from < 0 ? Math.max(0, size + from) : from;
        long last = Math.min(size - 1, to.map(end -> end < 0 ? size + end : end).orElse(size - 1));
        return last < first ? Optional.empty() : Optional.of(new ByteRange(first, last - first + 1));
    }

    private static RefusedException refused(String problem) {
        return new RefusedException(
                RefusalCode.BAD_PARAMETER, problem, "from:to with * for the end and negative numbers from there");
    }

    @Override
    public String toString() {
        return from + ":" + to.map(String::valueOf).orElse("*");
    }
}
