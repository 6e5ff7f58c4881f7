package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * An immutable set of numbers between 0 and 2^63 - 2, kept as ranges: how the chain names sectors, partitions and deals
 * (Filecoin spec, "RLE+ Bitset Encoding").
 *
 * <p>A few bytes may stand for more numbers than memory holds, so nothing here enumerates members without a bound.
 */
public final class BitField {
    /** The set without members. */
    public static final BitField EMPTY = new BitField(new long[0]);

    /** Longest RLE+ accepted, as in actors and Lotus: 32 KiB. */
    public static final int MAX_ENCODED = 32 << 10;

    /** Where membership changes: start, end, start, end …; ends are exclusive, all strictly ascending. */
    private final long[] bounds;

    private BitField(long[] bounds) {
        this.bounds = bounds;
    }

    /**
     * Neighbouring members.
     *
     * @param start the first
     * @param count how many
     */
    public record Range(long start, long count) {}

    /** A set of the given members, in any order, repeated or not. */
    public static BitField of(long... members) {
        var sorted = members.clone();
        Arrays.sort(sorted);
        var bounds = new Bounds(2 * sorted.length);
        for (long member : sorted) {
            requireMember(member);
            bounds.addRange(member, member + 1);
        }
        return bounds.toBitField();
    }

    public static BitField of(Collection<Long> members) {
        return of(members.stream().mapToLong(Long::longValue).toArray());
    }

    public static BitField ofSectors(Collection<SectorNumber> sectors) {
        return of(sectors.stream().mapToLong(SectorNumber::value).toArray());
    }

    /** The {@code count} members from {@code start} on. */
    public static BitField ofRange(long start, long count) {
        if (count == 0) {
            return EMPTY;
        }
        if (start < 0 || count < 0 || start > Long.MAX_VALUE - count) {
            throw new InvalidValueException("bitfield range", start + " + " + count, "within 0 and 2^63 - 2");
        }
        return new BitField(new long[] {start, start + count});
    }

    /**
     * Reads run lengths as Lotus's JSON has them: numbers absent, present, absent, …; only the first may be 0.
     */
    public static BitField ofRuns(long... runs) {
        var bounds = new Bounds(runs.length + 1);
        long at = 0;
        for (int i = 0; i < runs.length; i++) {
            if (runs[i] < 0 || (runs[i] == 0 && i > 0) || runs[i] > Long.MAX_VALUE - at) {
                throw new InvalidValueException("bitfield run", runs[i], "positive, adding up to less than 2^63");
            }
            if ((i & 1) == 1) {
                bounds.addRange(at, at + runs[i]);
            }
            at += runs[i];
        }
        return bounds.toBitField();
    }

    /** Reads RLE+: the content of the chain's CBOR byte string. Only the one shortest form is accepted. */
    public static BitField parse(byte[] rle) {
        if (rle.length > MAX_ENCODED) {
            throw new InvalidValueException("bitfield length", rle.length, "at most " + MAX_ENCODED + " bytes");
        }
        return new RlePlusReader(rle).read();
    }

    /** The RLE+ form, empty for the empty set. */
    public byte[] toRle() {
        return RlePlusWriter.encode(bounds);
    }

    /** How many members there are. */
    public long cardinality() {
        long count = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            count += bounds[i + 1] - bounds[i];
        }
        return count;
    }

    public boolean isEmpty() {
        return bounds.length == 0;
    }

    public boolean contains(long member) {
        int found = Arrays.binarySearch(bounds, member);
        return found >= 0 ? (found & 1) == 0 : (~found & 1) == 1;
    }

    public boolean contains(SectorNumber sector) {
        return contains(sector.value());
    }

    public boolean containsAll(BitField other) {
        return other.minus(this).isEmpty();
    }

    public BitField union(BitField other) {
        return combine(other, (here, there) -> here || there);
    }

    public BitField minus(BitField other) {
        return combine(other, (here, there) -> here && !there);
    }

    public BitField intersect(BitField other) {
        return combine(other, (here, there) -> here && there);
    }

    /** The smallest member. */
    public OptionalLong first() {
        return isEmpty() ? OptionalLong.empty() : OptionalLong.of(bounds[0]);
    }

    /** The smallest members, all where there are no more than {@code count}; however many there are, only ranges are looked at. */
    public BitField smallest(long count) {
        var out = new Bounds(bounds.length);
        long left = count;
        for (int i = 0; i < bounds.length && left > 0; i += 2) {
            long some = Math.min(bounds[i + 1] - bounds[i], left);
            out.addRange(bounds[i], bounds[i] + some);
            left -= some;
        }
        return out.toBitField();
    }

    /** The largest member. */
    public OptionalLong last() {
        return isEmpty() ? OptionalLong.empty() : OptionalLong.of(bounds[bounds.length - 1] - 1);
    }

    /**
     * The members in ascending order.
     *
     * @throws InvalidValueException when there are more than {@code max}
     */
    public LongStream stream(long max) {
        if (cardinality() > max) {
            throw new InvalidValueException("members of a bitfield", cardinality(), "at most " + max);
        }
        return ranges().stream().flatMapToLong(r -> LongStream.range(r.start(), r.start() + r.count()));
    }

    /** The members as sector numbers, at most {@code max} of them. */
    public List<SectorNumber> sectors(long max) {
        return stream(max).mapToObj(SectorNumber::new).toList();
    }

    public List<Range> ranges() {
        var ranges = new ArrayList<Range>(bounds.length / 2);
        for (int i = 0; i < bounds.length; i += 2) {
            ranges.add(new Range(bounds[i], bounds[i + 1] - bounds[i]));
        }
        return List.copyOf(ranges);
    }

    /** Run lengths as Lotus's JSON has them: absent, present, absent, …; {@code [0]} for the empty set. */
    public long[] runs() {
        if (isEmpty()) {
            return new long[1];
        }
        var runs = new long[bounds.length];
        long previous = 0;
        for (int i = 0; i < bounds.length; i++) {
            runs[i] = bounds[i] - previous;
            previous = bounds[i];
        }
        return runs;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BitField that && Arrays.equals(bounds, that.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }

    /** For people: {@code {1-3, 7, 9-12}}, cut after 32 ranges. */
    @Override
    public String toString() {
        var shown = ranges().stream()
                .limit(32)
                .map(r -> r.count() == 1 ? "" + r.start() : r.start() + "-" + (r.start() + r.count() - 1))
                .collect(Collectors.joining(", ", "{", ""));
        return bounds.length > 64 ? shown + ", … " + cardinality() + " in all}" : shown + "}";
    }

    private interface Membership {
        boolean test(boolean here, boolean there);
    }

    /** Walks both lists of bounds at once; a position is inside a set after an odd number of its bounds. */
    private BitField combine(BitField other, Membership membership) {
        var out = new Bounds(bounds.length + other.bounds.length);
        int i = 0;
        int j = 0;
        boolean inside = false;
        while (i < bounds.length || j < other.bounds.length) {
            long mine = i < bounds.length ? bounds[i] : Long.MAX_VALUE;
            long theirs = j < other.bounds.length ? other.bounds[j] : Long.MAX_VALUE;
            long at = Math.min(mine, theirs);
            if (mine == at && i < bounds.length) {
                i++;
            }
            if (theirs == at && j < other.bounds.length) {
                j++;
            }
            if (membership.test((i & 1) == 1, (j & 1) == 1) != inside) {
                inside = !inside;
                out.add(at);
            }
        }
        return out.toBitField();
    }

    private static void requireMember(long member) {
        if (member < 0 || member == Long.MAX_VALUE) {
            throw new InvalidValueException("bitfield member", member, "between 0 and 2^63 - 2");
        }
    }

    /** A list of bounds that grows. */
    static final class Bounds {
        private long[] values;
        private int size;

        Bounds(int capacity) {
            values = new long[Math.max(4, capacity)];
        }

        void add(long bound) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size * 2);
            }
            values[size++] = bound;
        }

        /** Adds a range that begins at or after the start of the last one. */
        void addRange(long start, long end) {
            if (size > 0 && values[size - 1] >= start) {
                values[size - 1] = Math.max(values[size - 1], end);
            } else {
                add(start);
                add(end);
            }
        }

        BitField toBitField() {
            return size == 0 ? EMPTY : new BitField(Arrays.copyOf(values, size));
        }
    }
}
