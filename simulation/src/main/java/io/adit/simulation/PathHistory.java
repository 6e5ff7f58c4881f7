package io.adit.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** When each storage path failed, in the chain's epochs. */
final class PathHistory {
    private static final long NOT_YET = Long.MAX_VALUE;

    /**
     * A time in which a path failed.
     *
     * @param until the epoch in which it was well again
     */
    private record Trouble(int path, long from, long until) {}

    private final List<Trouble> troubles = new ArrayList<>();

    /** A path fails from now on, in one way or, if it does so already, in another. */
    void fails(int path, long epoch) {
        if (wellSince(path) != NOT_YET) {
            troubles.add(new Trouble(path, epoch, NOT_YET));
        }
    }

    /** A path is well from now on. */
    void isWell(int path, long epoch) {
        troubles.replaceAll(trouble -> trouble.path() == path && trouble.until() == NOT_YET
                ? new Trouble(path, trouble.from(), epoch)
                : trouble);
    }

    boolean neverFailed(int path) {
        return of(path).findAny().isEmpty();
    }

    /** The epoch from which on a path has been well: 0 if it never failed, the last of all times while it fails. */
    long wellSince(int path) {
        return of(path).mapToLong(Trouble::until).max().orElse(0);
    }

    /** Whether a path failed in one of these epochs, the second not included. */
    boolean failedBetween(int path, long from, long to) {
        return of(path).anyMatch(trouble -> trouble.from() < to && trouble.until() > from);
    }

    private Stream<Trouble> of(int path) {
        return troubles.stream().filter(trouble -> trouble.path() == path);
    }
}
