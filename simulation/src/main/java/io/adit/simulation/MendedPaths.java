package io.adit.simulation;

/**
 * Which sectors must be proven again in a window although their path has failed, or the window before was missed: those that
 * the node can have found readable, and declared recovered, in time.
 */
final class MendedPaths {
    /** How many windows ahead the node looks at: those past the cutoff, the first that can be declared for, and one more. */
    private static final long LOOKS_AHEAD = Math.ceilDiv(World.POLICY.faultDeclarationCutoff(), Window.LENGTH) + 2;

    /** Epochs before the cutoff from which on the node sends no declaration any more. */
    private static final long MARGIN = 2;

    /** Epochs in which what was asked of a slow path before is still read: the node gives a read up after a minute. */
    private static final long STILL_BUSY = 4;

    /** After so many refusals of a sector by the prover the node no longer doubles the windows that it lets pass. */
    private static final long MOST_DOUBLINGS = 3;

    private final PathHistory paths;
    private final FairEpochs fair;
    private final long begin;

    /** @param begin the first epoch of the run */
    MendedPaths(PathHistory paths, FairEpochs fair, long begin) {
        this.paths = paths;
        this.fair = fair;
        this.begin = begin;
    }

    /**
     * Whether a sector on the path that was faulty when the window of the period before closed must have been declared
     * recovered for this one.
     *
     * @param chance undisturbed epochs in a row in which a sector is looked at and its declaration reaches the chain
     */
    boolean mustBeRecovered(int path, Window window, long chance) {
        long since = paths.wellSince(path);
        if (since >= window.open() || isRefused(path, window)) {
            return false;
        }
        long faulty = window.before(1).close();
        for (long ahead = 1; ahead <= LOOKS_AHEAD; ahead++) {
            long looked = window.open() - ahead * Window.LENGTH;
            if (looked >= Math.max(faulty, since + STILL_BUSY)
                    && fair.longestRun(looked, window.faultCutoff() - MARGIN) >= chance) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the prover may have refused it so often, each time that the disk failed after it had been read, that the node
     * lets windows pass before it believes in it again.
     */
    private boolean isRefused(int path, Window window) {
        long refusals = 0;
        long last = 0;
        for (long periods = 1; window.before(periods).close() > begin; periods++) {
            var earlier = window.before(periods);
            if (paths.failedBetween(path, earlier.challenge(), earlier.close())) {
                refusals++;
                last = last == 0 ? periods : last;
            }
        }
        return refusals > 1 && last < 1L << Math.min(refusals - 1, MOST_DOUBLINGS);
    }

    /** Whether no declaration of faults that is executed now can have been true when the node looked. */
    boolean isLongWell(int path, long epoch) {
        long longest = LOOKS_AHEAD * Window.LENGTH - World.POLICY.faultDeclarationCutoff();
        return wasWell(path, epoch - longest);
    }

    /** Whether nothing that was read of the path for a proof that answers this challenge can have failed. */
    boolean wasWell(int path, long challenge) {
        return paths.neverFailed(path) || paths.wellSince(path) < challenge - STILL_BUSY;
    }
}
